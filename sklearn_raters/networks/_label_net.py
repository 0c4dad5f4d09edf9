"""The classifier of hard or soft labels that the BLSTM and the softmax layer share."""

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import gen_batches
from sklearn.utils.extmath import softmax
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align_samples
from sklearn_raters._forms import whole_fit
from sklearn_raters._rated import ConsensusMixin, rows_of
from sklearn_raters._seeds import draw_seed
from sklearn_raters._sklearn_compat import num_samples
from sklearn_raters._targets import SoftTargetsMixin, check_weights, class_weights, target_distributions
from sklearn_raters.exceptions import InputError
from sklearn_raters.networks._base import BaseNet
from sklearn_raters.networks._merged_samples import as_often_as_given, merge_equal
from sklearn_raters.networks._unscaled import remark_if_unscaled
from sklearn_raters.ratings import check_groups
from sklearn_raters.sequences import as_samples, pack

# What "auto" trains at least: passes over the samples, and training steps.
_FEWEST_EPOCHS, _FEWEST_STEPS = 15, 200

# Number of sparse rows that are dense at once in predictions.
_ROWS_AT_ONCE = 128


class LabelNetClassifier(SoftTargetsMixin, ConsensusMixin, BaseNet):
    """Base of the classifiers whose network learns hard or soft labels; a subclass defines `_network`."""

    _network = None  # its name in `_torch`

    def _module(self, n_classes, seed):
        """Return the network with its initial weights; its settings are parameters of the same names."""
        from sklearn_raters import _torch

        network = getattr(_torch, self._network)
        settings = {name: getattr(self, name) for name in ("dropout", *network.settings)}
        return _torch.build(network, seed, n_features=self.n_features_in_, n_classes=n_classes, **settings)

    def fit(self, X, y, sample_weight=None, groups=None):
        """Train the network.

        Parameters
        ----------
        X : list of array-like of shape (n_frames_i, n_features), or array-like of shape \
                (n_samples, n_frames, n_features) or (n_samples, n_features)
            Sequences of frames; each row of a table, dense or sparse, is a sequence of one frame. Features
            should be scaled, by `StandardScaler` or `SpeakerScaler`. Sparse rows become dense a batch at a
            time, and memory-mapped sequences (`features.load_frames`) are read so.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Hard labels, or soft labels: rows that sum to one. The columns of a DataFrame are the classes, in
            any order.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights; a sample of weight 2 counts exactly like the same sample twice, if samples do not repeat
            five times or more on average.
        groups : array-like of shape (n_samples,), default=None
            Groups of samples, such as speakers, that early stopping does not split between training and
            validation.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        InputError
            If a sample has no frames, NaN or another number of features, soft labels do not sum to one,
            there is only one class, or a parameter cannot be used.
        """
        self._check_settings()
        earlier = vars(self).copy() if self.warm_start and hasattr(self, "net_") else None
        X, y, sample_weight, groups = align_samples(X=X, y=y, sample_weight=sample_weight, groups=groups)
        groups = check_groups(groups)
        with whole_fit(self):
            samples = as_samples(self, X, reset=True)
            classes, kept, mass, groups = self._weighted_targets(samples, y, sample_weight, groups)
            seed = draw_seed(self.random_state)
            train, valid = self._split(classes[mass.argmax(axis=1)], groups, seed)
            module = self._module(len(classes), seed)
            if earlier is not None:
                self._go_on_from(earlier, module, classes)
            settings = {"max_epochs": self.count_epochs(len(train))}
            samples = rows_of(samples, kept)
            remark_if_unscaled(self, samples)
            self.net_ = self._train(module, samples, mass, train, valid, seed, **settings)
            self.n_iter_ = len(self.net_.history)
            self.classes_ = classes
        return self

    def count_epochs(self, n_samples):
        """Return the number of epochs that `fit` trains at most.

        Parameters
        ----------
        n_samples : int
            Number of training samples.

        Returns
        -------
        int
            `max_epochs`, or what "auto" stands for.
        """
        if self.max_epochs != "auto":
            return self.max_epochs
        return max(_FEWEST_EPOCHS, -(-_FEWEST_STEPS // self._count_steps(n_samples)))

    def _go_on_from(self, earlier, module, classes):
        """Give a network the weights of an earlier fit; raise InputError if they do not suit it."""
        now = {"classes_": classes.tolist(), "n_features_in_": self.n_features_in_}
        before = {"classes_": earlier["classes_"].tolist(), "n_features_in_": earlier["n_features_in_"]}
        if now != before:
            raise InputError(
                f"warm_start=True needs the classes and features of the earlier fit, {before}; got {now}. "
                "Name all classes by `classes`, or set warm_start=False."
            )
        try:
            module.load_state_dict(earlier["net_"].module_.state_dict())
        except RuntimeError as error:
            raise InputError(
                "warm_start=True needs the layers of the earlier fit: give their sizes as they were, or set "
                "warm_start=False."
            ) from error

    def _weighted_targets(self, samples, y, sample_weight, groups):
        """Return the classes, and the samples in an order of their own with weighted targets and groups."""
        classes, distributions = target_distributions(y, self.classes)
        weight = check_weights(sample_weight, distributions)
        weight = np.ones(len(distributions)) if weight is None else weight
        # Without a validation part, groups must not even change the order of the samples.
        groups = groups if self.early_stopping else None
        rows = distributions.astype(np.float32)
        merged = merge_equal(samples, lambda index: rows[index].tobytes(), weight, groups)
        kept, weight = as_often_as_given(*merged)
        mass = distributions[kept] * weight[:, None]
        if (mass.sum(axis=0) > 0).sum() < 2:
            raise InputError(
                "Samples of positive weight hold less than two classes; a classifier needs two classes."
            )
        mass *= class_weights(self.class_weight, classes, mass)
        mass *= len(mass) / mass.sum()
        return classes, kept, mass, None if groups is None else groups[kept]

    def predict_proba(self, X):
        """Return the probabilities of the classes.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        from sklearn_raters import _torch

        check_is_fitted(self)
        samples = as_samples(self, X, reset=False)
        # The softmax layer represents a sample by itself, and sparse rows must never all be dense.
        n_samples = num_samples(samples)
        logits = np.empty((n_samples, len(self.classes_)))
        for rows in gen_batches(n_samples, _ROWS_AT_ONCE if issparse(samples) else n_samples):
            units = _torch.encode(self.net_, pack(samples[rows])).representation
            logits[rows] = _torch.apply_part(self.net_, units, "output")
        return softmax(logits, copy=False)
