"""Networks trained on all raters at once: who said what, behind one trunk."""

from contextlib import nullcontext
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from sklearn_raters._inner_splits import hold_out
from sklearn_raters._rated import check_rated_samples
from sklearn_raters._sklearn_compat import HasMethods, StrOptions
from sklearn_raters._targets import class_weights
from sklearn_raters.networks._base import BaseNetClassifier
from sklearn_raters.networks._rater_predictions import RaterAnswersMixin
from sklearn_raters.networks._vote_targets import strangers_last, votes_in_rows
from sklearn_raters.ratings import majority, shorten
from sklearn_raters.sequences import as_samples, holds_sequences

RATER_MODELS = (
    "multitask", "doctor_net", "uncertainty", "crowd_layer", "union_net", "trace_reg",
    "geo_reg_f", "geo_reg_w", "conal", "crowd_ar", "annot_mix", "madl",
)  # fmt: skip
_BLSTM_SIZES = {"dense_units": 256, "lstm_units": 128, "representation_units": 256, "precision": "float32"}
_DENSE_SIZES = {"hidden_units": (128,)}


def _trunk_sizes(trunk, given):
    """Return the sizes of a trunk, checked."""
    known = {"blstm": _BLSTM_SIZES, "dense": _DENSE_SIZES}.get(trunk, {}) if isinstance(trunk, str) else {}
    wrong = sorted(set(given) - set(known))
    if wrong:
        raise ValueError(
            f"trunk_params has {shorten(wrong)}; this trunk has {shorten(sorted(known)) or 'none'}."
        )
    for name, value in given.items():
        if name == "precision":
            if value not in ("float32", "bfloat16"):
                raise ValueError(f"trunk_params has precision={value!r}; give 'float32' or 'bfloat16'.")
            continue
        several = name == "hidden_units"
        numbers = value if several and isinstance(value, list | tuple) else [None if several else value]
        if not all(isinstance(number, Integral) and number > 0 for number in numbers):
            kind = "a list or tuple of integers" if several else "an integer"
            raise ValueError(f"trunk_params has {name}={value!r}; it must be {kind} above 0.")
    return {**known, **given}


class RaterNetClassifier(RaterAnswersMixin, BaseNetClassifier):
    """Train one network on all raters' labels: a shared trunk, and a model of what each rater says.

    Parameters
    ----------
    raters : str or type, default="crowd_layer"
        The rater model. One head a rater: "multitask" (Davani 2022), "doctor_net" (Guan 2018). A confusion
        matrix a rater: "crowd_layer" (Rodrigues & Pereira 2018), "union_net" (Wei 2022), "trace_reg" (Tanno
        2019), "geo_reg_f" and "geo_reg_w" (Ibrahim 2023), "crowd_ar" (Cao 2023; and how reliable each vote
        is). Common confusions and own ones, mixed by sample: "conal" (Chu 2021). Confusions by a network of
        the rater, and of the sample where "sample_units" is above 0: "annot_mix" (Herde 2024), "madl" (Herde
        2023). The raters' disagreement as a second output: "uncertainty" (Han 2017). Or a class like these.
    trunk : {"auto", "blstm", "dense"} or torch.nn.Module, default="auto"
        What makes the representation: the paper's BLSTM, dense layers, or a module of your own, which is
        copied with its weights and called with rows (n_samples, n_features) of a table, or with padded
        frames (n_samples, n_frames, n_features) and their numbers (n_samples,). "annot_mix" has it learn
        from mixtures of rows, which codes of categories cannot be: {"mixing": 0} mixes nothing. "auto" is
        the BLSTM for sequences and dense layers for tables.
    rater_params : dict, default=None
        Settings of the rater model, such as {"kind": "vector"} of "crowd_layer", {"weighting": "iwdn"} of
        "doctor_net", {"strength": 0.1} of "trace_reg". A grid tries whole dicts:
        {"rater_params": [{"strength": 0.01}, {"strength": 0.1}]}.
    trunk_params : dict, default=None
        Sizes of the trunk: "dense_units" (256), "lstm_units" (128), "representation_units" (256) and
        "precision" of the BLSTM, "hidden_units" ((128,)) of dense layers.
    dropout : float, default=0.5
        Share of values dropped while training, in steps of 1/256.
    max_epochs : int, default=40
        Passes over the training samples.
    batch_size : int, default=32
        Samples a training step.
    learning_rate : float, default=1e-3
        Step size of Adamax.
    class_weight : dict or "balanced", default=None
        Weights of the votes by their class.
    early_stopping : bool, default=False
        Whether to hold out part of the samples, by whole groups, to stop when their votes have not become
        more likely for `n_iter_no_change` epochs, and to restore the best epoch. A held-out vote of a rater
        without any in the training part is one of the consensus'.
    validation_fraction : float, default=0.2
        Share of the groups (of the samples, where no groups are given) held out by early stopping.
    n_iter_no_change : int, default=10
        Epochs without a lower validation loss after which to stop.
    classes : list, default=None
        The task's classes; None takes all labels. Votes for other labels do not count.
    label_map : dict, default=None
        From the ratings' labels to classes: {"excitement": "happiness"}.
    device : str, default="auto"
        Where to compute: "cpu", "cuda", ...; "auto" takes a GPU where there is one.
    random_state : int, RandomState instance or None, default=None
        Source of initial weights, batches, dropout and the validation part.
    net_params : dict, default=None
        Further settings of skorch's `NeuralNet`, such as {"optimizer": torch.optim.Adam}.
    verbose : int, default=0
        1 prints a line an epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, in the order of all probabilities' columns.
    raters_ : list
        The raters with a vote for a class, where `early_stopping` holds samples out among the others.
    rater_confusion_ : ndarray of shape (n_raters, n_classes, n_classes)
        How likely each rater says the class of the column of that of the row; the mean over the training
        samples where it depends on the sample. Not with "multitask", "doctor_net" and "uncertainty".
    n_features_in_ : int
        Features of a frame.
    net_ : skorch.NeuralNet
        The trained net, with its `history`.
    n_iter_ : int
        Epochs run.

    References
    ----------
    Each rater model's paper is named in `sklearn_raters/_rater_heads.py`, `_rater_confusions.py`,
    `_rater_features.py` and `_rater_networks.py`, with its equation.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import RaterNetClassifier
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.integers(2, size=100)
    >>> X = rng.normal(2 * truth[:, None], size=(100, 3))
    >>> Y = np.where(rng.random((100, 4)) < 0.8, truth[:, None], 1 - truth[:, None])
    >>> clf = RaterNetClassifier("crowd_layer", max_epochs=5, random_state=0).fit(X, Y)
    >>> clf.predict_proba_raters(X[:5]).shape, clf.rater_confusion_.shape
    ((5, 4, 2), (4, 2, 2))
    """

    _takes_ratings = True
    _takes_soft_targets = False

    _parameter_constraints = {
        **BaseNetClassifier._parameter_constraints,
        "raters": [StrOptions(set(RATER_MODELS)), callable],
        "trunk": [StrOptions({"auto", "blstm", "dense"}), HasMethods(["forward", "parameters"])],
        "rater_params": [dict, None],
        "trunk_params": [dict, None],
        "label_map": [dict, None],
    }

    def __init__(
        self,
        raters="crowd_layer",
        *,
        trunk="auto",
        rater_params=None,
        trunk_params=None,
        dropout=0.5,
        max_epochs=40,
        batch_size=32,
        learning_rate=1e-3,
        class_weight=None,
        early_stopping=False,
        validation_fraction=0.2,
        n_iter_no_change=10,
        classes=None,
        label_map=None,
        device="auto",
        random_state=None,
        net_params=None,
        verbose=0,
    ):
        self.raters = raters
        self.trunk = trunk
        self.rater_params = rater_params
        self.trunk_params = trunk_params
        self.dropout = dropout
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.classes = classes
        self.label_map = label_map
        self.device = device
        self.random_state = random_state
        self.net_params = net_params
        self.verbose = verbose

    def fit(self, X, y, groups=None):
        """Train the network.

        Parameters
        ----------
        X : list of array-like of shape (n_frames_i, n_features), or array-like of shape \
                (n_samples, n_frames, n_features) or (n_samples, n_features)
            Sequences of frames; a table is one frame a sample.
        y : array-like of shape (n_samples, n_raters), (n_samples, n_raters, n_classes) or (n_samples,)
            The ratings: labels with gaps (a cell may hold a tuple of labels, which share the rater's vote),
            votes, or one rater's labels. The columns of a DataFrame name the raters.
        groups : array-like of shape (n_samples,), default=None
            What early stopping must not split between training and validation, say speakers.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If there are no ratings, the votes are for one class only, or a size or setting is not known.
        """
        self._validate_params()
        X, _, task, groups, _ = check_rated_samples(self, X, y, None, groups)
        of_rows = not holds_sequences(X)
        samples = as_samples(self, X, reset=True)
        classes, counts = task.classes, task.counts
        if (counts.sum(axis=0) > 0).sum() < 2:
            raise ValueError(
                f"All votes are for one class of {shorten(classes)}; a classifier needs at least two classes."
            )
        targets, raters = votes_in_rows(task, class_weights(self.class_weight, classes, counts))
        kept = np.flatnonzero(targets[:, :, 2].any(axis=1))
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        train, valid = kept, None
        if self.early_stopping:
            labels = task.class_names(majority(task.class_votes, "first")[kept])
            parts = hold_out(None if groups is None else groups[kept], labels, self.validation_fraction, seed)
            train, valid = (kept[part] for part in parts)
        targets, raters = strangers_last(targets, raters, train)
        self._train(samples, targets, train, valid, seed, of_rows, len(classes), len(raters))
        self.classes_ = np.asarray(classes)
        self.raters_ = [task.raters[rater] for rater in raters]
        self._keep_confusion([samples[index] for index in train])
        return self

    def _train(self, samples, targets, train, valid, seed, of_rows, n_classes, n_raters):
        from sklearn_raters import _torch

        trunk = self.trunk
        if isinstance(trunk, str) and trunk == "auto":
            trunk = "dense" if of_rows else "blstm"
        sizes = _trunk_sizes(trunk, self.trunk_params or {})
        trunk = _torch.build_trunk(
            trunk, seed, self.n_features_in_, of_rows=of_rows, dropout=self.dropout, **sizes
        )
        module = _torch.build_rater_net(
            trunk,
            self.raters,
            seed,
            samples[0],
            n_classes,
            n_raters,
            of_rows=of_rows,
            dropout=self.dropout,
            rater_params=self.rater_params or {},
        )
        # A module of the user's may draw from torch's global generators.
        with nullcontext() if isinstance(self.trunk, str) else _torch.seeded(seed):
            self._fit_net(module, samples, targets, train, valid, seed)
        self._n_features_out = module.raters.output.in_features
