"""What every network here shares: hard or soft targets in, probabilities and representation out."""

from abc import abstractmethod
from hashlib import blake2b
from numbers import Integral, Real

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils import check_random_state
from sklearn.utils.extmath import softmax
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from sklearn_raters._inner_splits import hold_out
from sklearn_raters._sklearn_compat import Interval, StrOptions, check_sample_weight
from sklearn_raters._targets import class_weights, expected_accuracy, target_distributions
from sklearn_raters.sequences import as_samples, as_sequences, pack


def merge_repeats(samples, mass, groups):
    """Find the different samples, in an order that depends on their content alone.

    So a sample of weight 2 trains exactly like the same sample given twice, a sample of weight 0 like one
    that is not there, and the order of the rows does not matter.

    Parameters
    ----------
    samples : list of ndarray of shape (n_frames_i, n_features)
        The samples.
    mass : ndarray of shape (n_samples, n_classes)
        Their targets times their weights.
    groups : ndarray of shape (n_samples,) or None
        Samples of different groups stay apart.

    Returns
    -------
    kept : ndarray of int of shape (n_different,)
        The first of each kind of sample with any mass.
    mass : ndarray of shape (n_different, n_classes)
        The sums of the equal samples' mass.
    """
    weight = mass.sum(axis=1)
    rows = mass / np.where(weight > 0, weight, 1)[:, None]
    places, kept, sums = {}, [], []
    for index in np.flatnonzero(weight):
        key = blake2b(np.ascontiguousarray(samples[index]), digest_size=16)
        key.update(rows[index].astype(np.float32).tobytes())
        if groups is not None:
            key.update(str(groups[index]).encode())
        place = places.setdefault(key.digest(), len(kept))
        if place == len(kept):
            kept.append(index)
            sums.append(mass[index].copy())
        else:
            sums[place] += mass[index]
    order = [place for _, place in sorted(places.items())]
    return np.array(kept, dtype=np.int64)[order], np.array(sums).reshape(-1, mass.shape[1])[order]


class BaseNetClassifier(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClassifierMixin, BaseEstimator):
    """Base of the estimators that hold one network; a subclass says by `_module` which."""

    # Both are taken by fit and go on to it from searches and pipelines without set_fit_request.
    __metadata_request__fit = {"groups": True}
    _takes_soft_targets = True

    _parameter_constraints = {
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "classes": ["array-like", None],
        "device": [str],
        "random_state": ["random_state"],
        "net_params": [dict, None],
        "verbose": ["verbose"],
    }

    @abstractmethod
    def _module(self, n_features, n_classes, seed):
        """Return the network with its initial weights."""

    def fit(self, X, y, sample_weight=None, groups=None):
        """Train the network.

        Parameters
        ----------
        X : list of array-like of shape (n_frames_i, n_features), or array-like of shape \
                (n_samples, n_frames, n_features) or (n_samples, n_features)
            Sequences of frames; a table is one frame a sample.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Hard labels, or soft labels: rows that sum to one.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights; a sample of weight 2 counts exactly like the same sample twice.
        groups : array-like of shape (n_samples,), default=None
            What early stopping must not split between training and validation, say speakers.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a sample has no frames, NaN or another number of features, soft targets do not sum to one,
            or there is only one class.
        """
        self._validate_params()
        samples = as_samples(self, X, reset=True)
        check_consistent_length(samples, y, groups)
        classes, distributions = target_distributions(y, self.classes)
        weight = check_sample_weight(sample_weight, distributions, dtype=np.float64, ensure_non_negative=True)
        # Without a validation part they must not even change the order of the samples.
        groups = np.asarray(groups) if self.early_stopping and groups is not None else None
        kept, mass = merge_repeats(samples, distributions * weight[:, None], groups)
        if (mass.sum(axis=0) > 0).sum() < 2:
            raise ValueError(
                "Samples of positive weight hold less than two classes; a classifier needs two classes."
            )
        mass *= class_weights(self.class_weight, classes, mass)
        mass *= len(mass) / mass.sum()
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        train, valid = np.arange(len(kept)), None
        if self.early_stopping:
            labels = classes[mass.argmax(axis=1)]
            own = None if groups is None else groups[kept]
            train, valid = hold_out(own, labels, self.validation_fraction, seed)
        module = self._module(self.n_features_in_, len(classes), seed)
        self._fit_net(module, [samples[index] for index in kept], mass, train, valid, seed)
        self.classes_ = classes
        self._n_features_out = self.net_.module_.output.in_features
        return self

    def _fit_net(self, module, samples, targets, train, valid, seed):
        """Set `net_` and `n_iter_`: train a module on some samples, and stop early by others if any."""
        from sklearn_raters import _torch

        data = [
            None if rows is None else (pack([samples[index] for index in rows]), targets[rows])
            for rows in (train, valid)
        ]
        self.net_ = _torch.train(
            module,
            *data,
            seed=seed,
            device=self.device,
            max_epochs=self.max_epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            patience=self.n_iter_no_change,
            verbose=self.verbose,
            net_params=self.net_params,
        )
        self.n_iter_ = len(self.net_.history)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _run(self, X):
        from sklearn_raters import _torch

        check_is_fitted(self)
        return _torch.run(self.net_, as_sequences(self, X, reset=False))

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

        representation, _ = self._run(X)
        return softmax(_torch.ask(self.net_, representation, "output"), copy=False)

    def predict(self, X):
        """Return the most probable class of each sample.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels out of `classes_`.
        """
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]

    def transform(self, X):
        """Return the representation, the values before the softmax layer.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_units)
            The representation.
        """
        return self._run(X)[0]

    def score(self, X, y, sample_weight=None):
        """Return the accuracy; on soft labels its expectation, were the label drawn from them.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Hard or soft labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        float
            Between 0 and 1.
        """
        return expected_accuracy(y, self.predict(X), self.classes_, sample_weight)
