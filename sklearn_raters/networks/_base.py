"""Base class of the estimators with one network: its settings, training, representation and tags."""

from contextlib import nullcontext
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._inner_splits import hold_out
from sklearn_raters._rated import rows_of
from sklearn_raters._sklearn_compat import Interval, StrOptions
from sklearn_raters._targets import class_weights
from sklearn_raters.sequences import as_samples, pack

# A thousand times as many as trainings need; more would run for days, however small the network is.
_MOST_EPOCHS = 1_000_000


class BaseNet(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClassifierMixin, BaseEstimator):
    """Base of the classifiers that hold one network; a subclass makes the network and calls `_train`."""

    # Searches and pipelines pass groups on to fit without set_fit_request.
    __metadata_request__fit = {"groups": True}
    # Whether the network defines its own loss.
    _has_own_loss = False
    # Parameters of some networks only.
    learning_rate_schedule, warm_start = "constant", False

    _parameter_constraints = {
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "max_epochs": [Interval(Integral, 1, _MOST_EPOCHS, closed="both")],
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

    def _training_settings(self):
        """Return the settings of a training that do not depend on the data."""
        names = ["device", "max_epochs", "batch_size", "learning_rate", "verbose", "net_params"]
        settings = {name: getattr(self, name) for name in names}
        return {"patience": self.n_iter_no_change, "schedule": self.learning_rate_schedule, **settings}

    def _check_settings(self):
        """Raise every error in the parameters that can be found without data."""
        from sklearn_raters import _torch

        self._validate_params()
        if isinstance(self.class_weight, dict) and self.classes is not None:
            class_weights(self.class_weight, self.classes, None)
        # "auto" stands for numbers that are chosen when the data are known.
        settings = {
            name: 1 if value == "auto" else value for name, value in self._training_settings().items()
        }
        settings["device"] = self.device
        _torch.check_training(self.early_stopping, self._has_own_loss, **settings)

    def _count_steps(self, n_samples):
        """Return the number of steps of an epoch; a single sample that is left over joins the step before."""
        alone = n_samples % self.batch_size == 1 < self.batch_size
        return max(-(-n_samples // self.batch_size) - alone, 1)

    def _split(self, labels, groups, seed):
        """Return the samples to train on, and those whose loss stops the training; None trains all epochs."""
        if not self.early_stopping:
            return np.arange(len(labels)), None
        return hold_out(groups, labels, self.validation_fraction, seed)

    def _train(self, module, samples, targets, train, valid, seed, **settings):
        """Train a network.

        Parameters
        ----------
        module : torch.nn.Module
            The network with its initial weights.
        samples : list of ndarray of shape (n_frames_i, n_features), or CSR matrix
            The samples, as `as_samples` returns them.
        targets : ndarray of shape (n_samples, ...)
            Their targets, in the form that the network's loss takes.
        train : ndarray of int
            The samples to train on.
        valid : ndarray of int or None
            The samples whose loss decides when to stop early; None trains all epochs.
        seed : int
            Source of the batches' order and of dropout.
        **settings : dict
            Settings that differ from the parameters, such as `max_epochs`.

        Returns
        -------
        skorch.NeuralNet
            The trained net.
        """
        from sklearn_raters import _torch

        def part(rows):
            return pack(rows_of(samples, rows)), targets[rows]

        valid_data = None if valid is None else part(valid)
        settings = {**self._training_settings(), **settings}
        self._seed = seed
        with self._own_draws(*(self.net_params or {}).values()):
            return _torch.train(module, part(train), valid_data, seed=seed, **settings)

    @property
    def _has_users_parts(self):
        """Whether the user's code computes the representations or the predictions."""
        from sklearn_raters import _torch

        return any(_torch.is_users(getattr(self, name, None)) for name in ("trunk", "raters"))

    def _own_draws(self, *others):
        """Return a context that seeds the random numbers of the user's code."""
        from sklearn_raters import _torch

        users = self._has_users_parts or any(map(_torch.is_users, others))
        return _torch.seeded_globally(self._seed) if users else nullcontext()

    def _encode(self, X):
        """Return representations and frame weights of the samples."""
        from sklearn_raters import _torch

        check_is_fitted(self)
        sequences = pack(as_samples(self, X, reset=False))
        with self._own_draws():
            return _torch.encode(self.net_, sequences, in_turn=self._has_users_parts)

    def transform(self, X):
        """Return the representation, the values before the softmax layer.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_units)
            The representation, a dense array. That of `SoftmaxLayerClassifier` is the sample itself.
        """
        return self._encode(X).representation

    @property
    def _n_features_out(self):
        return self.net_.module_.n_units

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = []
        return tags
