"""The classifier whose network is trained on all raters' votes at once."""

from functools import partial

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import gen_batches
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._forms import whole_fit
from sklearn_raters._inner_splits import hold_out
from sklearn_raters._rated import ConsensusMixin, answer_by_name, check_rated_samples, rows_of
from sklearn_raters._seeds import draw_seed
from sklearn_raters._sklearn_compat import HasMethods, StrOptions
from sklearn_raters.exceptions import InputError
from sklearn_raters.networks._base import BaseNet
from sklearn_raters.networks._rater_order import in_places
from sklearn_raters.networks._unscaled import remark_if_unscaled
from sklearn_raters.networks._vote_targets import merge_rated, number_trained_raters
from sklearn_raters.sequences import as_samples, holds_sequences

# Number of epochs by default where no held-out votes choose it.
_EPOCHS = 40
# Of a search: the fewest epochs and steps that it chooses, since few votes may have the lowest loss by
# chance; the most epochs and steps, since on a few samples the loss may fall for ever; and the number of
# steps without a lower loss after which it ends.
_FEWEST_EPOCHS, _FEWEST_STEPS, _MOST_EPOCHS, _MOST_STEPS, _PATIENCE = 10, 200, 1000, 10_000, 400
_LEARNING_RATE_OF_SEQUENCES, _LEARNING_RATE_OF_ROWS = 1e-3, 2e-3

# Number of samples whose confusion matrices, one for each rater, are in memory at once.
_SAMPLES_AT_ONCE = 256
# Methods of a rater model whose values have a place for each rater.
_OF_RATERS = ("all_raters_log_proba", "confusion")


def _rater_model(estimator):
    """Return the rater model of a fitted estimator, otherwise its class (None for an unknown name)."""
    if hasattr(estimator, "net_"):
        return estimator.net_.module_.raters
    if not isinstance(estimator.raters, str):
        return estimator.raters
    from sklearn_raters import _torch

    return _torch.RATER_MODELS.get(estimator.raters)


def _has_confusion(estimator):
    return getattr(_rater_model(estimator), "confusion_of", None) is not None


def _has_disagreement(estimator):
    return hasattr(_rater_model(estimator), "disagreement")


class RaterNetClassifier(ConsensusMixin, BaseNet):
    """One network trained on the votes of all raters: a shared trunk, and a model of each rater's votes.

    Parameters
    ----------
    raters : str or type, default="crowd_layer"
        The rater model, by its name or as a subclass of `sklearn_raters.networks.RaterModel`. The models and
        their papers are listed in the references. With an output for each rater: "multitask", "doctor_net".
        With a confusion matrix for each rater: "crowd_layer", "union_net", "trace_reg", "geo_reg_f",
        "geo_reg_w", and "crowd_ar", which also predicts the reliability of each vote. With common confusions
        mixed with each rater's own, depending on the sample: "conal". With confusions predicted by a network
        from the rater, and from the sample if "sample_units" is above 0: "annot_mix", "madl". With the
        raters' disagreement as a second output: "uncertainty".
    trunk : {"auto", "blstm", "dense"} or torch.nn.Module, default="auto"
        The network that turns a sample into its representation: the paper's BLSTM, dense layers, or a module
        of your own. Your module is copied with its weights; it is called with rows (n_samples, n_features) of
        a table, or with padded frames (n_samples, n_frames, n_features) and the samples' numbers of frames
        (n_samples,). Random numbers that it draws, also at prediction, come from `random_state`. "annot_mix"
        trains it on mixtures of rows, which make no sense for codes of categories; {"mixing": 0} turns mixing
        off. "auto" takes the BLSTM for sequences and dense layers for tables.
    rater_params : dict, default=None
        Settings of the rater model, such as {"kind": "vector"} for "crowd_layer", {"weighting": "iwdn"} for
        "doctor_net", or {"strength": 0.1} for "trace_reg". A grid search tries whole dicts:
        {"rater_params": [{"strength": 0.01}, {"strength": 0.1}]}.
    trunk_params : dict, default=None
        Settings of the trunk. The BLSTM has "dense_units" (256), "lstm_units" (128), "representation_units"
        (256) and "precision" ("float32"), dense layers have "hidden_units" ((128,)).
    dropout : float, default=0.5
        Share of values dropped while training, in steps of 1/256.
    max_epochs : int or "auto", default="auto"
        Number of epochs, passes over the training samples, a million at most. "auto" finds the number for a
        table: a first training without `validation_fraction` of the groups, of at most 1,000 epochs and
        10,000 steps (or 40 epochs, where these are more steps), shows after how many epochs (at least 10, and
        200 steps) the loss of the held-out votes is lowest, and the network is then trained as long on all
        samples. With `early_stopping` there is one training, of as many epochs at most. "auto" is 40 for
        sequences, and where no choice of held-out groups leaves samples of every class to train on.
    batch_size : int, default=32
        Number of samples in a training step.
    learning_rate : float or "auto", default="auto"
        Step size of Adamax. "auto" is 1e-3 for sequences and 2e-3 for tables.
    class_weight : dict or "balanced", default=None
        Weights of the votes by their class; "balanced" makes them inverse to the classes' shares.
    early_stopping : bool, default=False
        Whether to hold out some of the samples, by whole groups, to stop when the loss of their votes has not
        fallen for `n_iter_no_change` epochs, and to restore the best epoch. The loss of held-out votes is
        that of the prediction for their raters; of "multitask" and "doctor_net", and of raters with votes on
        held-out samples only, that of the consensus.
    validation_fraction : float, default=0.2
        Share of the groups (without groups: of the samples) that early stopping, or the choice of the number
        of epochs, holds out.
    n_iter_no_change : int, default=10
        Number of epochs without a lower validation loss after which to stop.
    classes : list, default=None
        The classes to learn; None takes all labels. Votes for other labels are ignored.
    label_map : dict, default=None
        Map from the ratings' labels to classes: {"excitement": "happiness"}. None means "not rated":
        {-1: None}.
    device : str, default="auto"
        Device to compute on: "cpu", "cuda", ...; "auto" takes a GPU if there is one.
    random_state : int, RandomState instance or None, default=None
        Source of initial weights, batches, dropout and the validation part.
    net_params : dict, default=None
        Further settings of skorch's `NeuralNet`, such as {"optimizer": torch.optim.Adam}.
    verbose : int, default=0
        Whether to print a line for each epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, in the order of the columns of all probabilities.
    raters_ : list
        The raters with a vote for a class, on samples that `early_stopping` has not held out.
    rater_confusion_ : ndarray of shape (n_raters, n_classes, n_classes)
        Probabilities of the class that a rater chooses (columns), given the true class (rows); the mean over
        the training samples where they depend on the sample. Rater models without confusion matrices
        ("multitask", "doctor_net", "uncertainty") do not set it.
    n_features_in_ : int
        Number of features of a frame.
    net_ : skorch.NeuralNet
        The trained net, with the losses of each epoch in its `history`.
    n_iter_ : int
        Number of epochs run.

    See Also
    --------
    sklearn_raters.networks.RaterModel : The base class of rater models, with an example of a new one.

    References
    ----------
    "multitask": Davani, Díaz & Prabhakaran, "Dealing with disagreements", TACL 2022.
    "doctor_net": Guan, Gulshan, Dai & Hinton, "Who said what: modeling individual labelers", AAAI 2018.
    "uncertainty": Han et al., "From hard to soft: modelling the perception uncertainty", ACM Multimedia 2017.
    "crowd_layer": Rodrigues & Pereira, "Deep learning from crowds", AAAI 2018.
    "union_net": Wei et al., "Deep learning from multiple noisy annotators as a union", TNNLS 2022.
    "trace_reg": Tanno et al., "Learning from noisy labels by regularized estimation", CVPR 2019.
    "geo_reg_f", "geo_reg_w": Ibrahim, Nguyen & Fu, "Deep learning from crowdsourced labels", ICLR 2023.
    "conal": Chu, Ma & Wang, "Learning from crowds by modeling common confusions", AAAI 2021.
    "crowd_ar": Cao et al., "Learning from crowds with annotation reliability", SIGIR 2023.
    "annot_mix": Herde, Lührs, Huseljic & Sick, "Annot-Mix", ECAI 2024.
    "madl": Herde, Huseljic & Sick, "Multi-annotator deep learning", TMLR 2023.

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
    _has_own_loss = True

    _parameter_constraints = {
        **BaseNet._parameter_constraints,
        "max_epochs": [*BaseNet._parameter_constraints["max_epochs"], StrOptions({"auto"})],
        "learning_rate": [*BaseNet._parameter_constraints["learning_rate"], StrOptions({"auto"})],
        "raters": [str, type],
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
        max_epochs="auto",
        batch_size=32,
        learning_rate="auto",
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

    def _check_settings(self):
        from sklearn_raters import _torch

        super()._check_settings()
        _torch.find_rater_model(self.raters, self.rater_params or {})
        _torch.check_trunk(self.trunk, self.trunk_params or {})

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Train the network.

        Parameters
        ----------
        X : list of array-like of shape (n_frames_i, n_features), or array-like of shape \
                (n_samples, n_frames, n_features) or (n_samples, n_features)
            Sequences of frames; each row of a table, dense or sparse, is a sequence of one frame. Features
            should be scaled, by `StandardScaler` or `SpeakerScaler`. Sparse rows become dense a batch at a
            time.
        y : array-like of shape (n_samples, n_raters), (n_samples, n_raters, n_classes) or (n_samples,)
            The ratings: labels, some missing (a cell may hold a tuple of labels, which share the rater's
            vote), votes, or the labels of one rater. The columns of a DataFrame name the raters.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of all votes on a sample; a sample of weight 2 counts exactly like the same sample twice,
            if samples do not repeat five times or more on average.
        groups : array-like of shape (n_samples,), default=None
            Groups of samples, such as speakers, that neither early stopping nor the choice of the number of
            epochs splits between training and validation.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError, InputError
            If there are no ratings, all votes are for one class, or a parameter cannot be used.
        """
        self._check_settings()
        X, _, task, groups, weight = check_rated_samples(self, X, y, sample_weight, groups)
        with whole_fit(self):
            of_rows = not holds_sequences(X)
            searched = of_rows and self._can_search
            samples = as_samples(self, X, reset=True)
            weight = np.ones(task.n_samples) if weight is None else weight
            # Where nothing is held out, groups must not even change the order of the samples.
            groups = groups if self.early_stopping or searched else None
            kept, weight, targets, raters, alike, n_rated = merge_rated(
                samples, task, weight, self.class_weight, groups
            )
            samples = rows_of(samples, kept)
            remark_if_unscaled(self, samples)
            groups = None if groups is None else groups[kept]
            labels = task.class_names(task.class_votes.majority("first")[kept])
            seed = draw_seed(self.random_state)
            split = self._split(labels, groups, seed)
            settings = {"of_rows": of_rows, "n_classes": len(task.classes), "seed": seed}
            if self.learning_rate == "auto":
                settings["learning_rate"] = _LEARNING_RATE_OF_ROWS if of_rows else _LEARNING_RATE_OF_SEQUENCES
            if self.max_epochs == "auto":
                data = samples, targets, len(raters), labels, groups
                if searched:
                    settings["max_epochs"] = self._best_epoch(*data, **settings)
                else:
                    stopped = of_rows and self.early_stopping
                    settings["max_epochs"] = self._most_epochs(len(split[0])) if stopped else _EPOCHS
            self.net_, targets, trained = self._train_on(samples, targets, len(raters), *split, **settings)
            self.n_iter_ = len(self.net_.history)
            self.classes_ = np.asarray(task.classes)
            self._places = np.argsort(raters[trained])
            self._alike = alike[trained][self._places]
            self.raters_ = [task.raters[rater] for rater in np.sort(raters[trained])]
            train = split[0]
            self._n_rated = n_rated[trained][self._places]
            if _has_confusion(self):
                self.rater_confusion_ = self._mean_confusion(rows_of(samples, train), weight[train])
        return self

    def count_epochs(self, n_samples):
        """Return the number of epochs that `fit` trains on sequences at most.

        Parameters
        ----------
        n_samples : int
            Number of training samples, on which it does not depend.

        Returns
        -------
        int
            `max_epochs`, or what "auto" stands for.
        """
        return _EPOCHS if self.max_epochs == "auto" else self.max_epochs

    @property
    def _can_search(self):
        """Whether the number of epochs is "auto" and no other setting fixes it."""
        given = self.net_params or {}
        decided = {"train_split", "max_epochs"} & set(given) or given.get("callbacks") == "disable"
        return self.max_epochs == "auto" and not self.early_stopping and not decided

    def _train_on(self, samples, targets, n_raters, train, valid, *, of_rows, n_classes, seed, **settings):
        """Train a network on some samples; return it, its targets and its raters."""
        targets, raters = number_trained_raters(targets, n_raters, train)
        sample = samples[[0]].toarray() if issparse(samples) else samples[0]
        self._seed = seed
        with self._own_draws():  # the user's trunk is run to count its units
            module = self._module(sample, of_rows, n_classes, len(raters), seed)
        return self._train(module, samples, targets, train, valid, seed, **settings), targets, raters

    def _most_epochs(self, n_samples):
        """Return the most epochs of a training on rows that held-out votes end."""
        return max(_EPOCHS, min(_MOST_EPOCHS, _MOST_STEPS // self._count_steps(n_samples)))

    def _best_epoch(self, samples, targets, n_raters, labels, groups, *, seed, **settings):
        """Return the number of epochs with the lowest loss of held-out votes."""
        try:
            train, valid = hold_out(groups, labels, self.validation_fraction, seed)
        except InputError:  # no choice of groups leaves samples of every class to train on
            return _EPOCHS
        n_steps = self._count_steps(len(train))
        settings["max_epochs"] = self._most_epochs(len(train))
        settings["patience"] = max(self.n_iter_no_change, _PATIENCE // n_steps)
        net, _, _ = self._train_on(samples, targets, n_raters, train, valid, seed=seed, **settings)
        found = int(np.argmin(net.history[:, "valid_loss"])) + 1
        return max(_FEWEST_EPOCHS, -(-_FEWEST_STEPS // n_steps), found)

    def _module(self, sample, of_rows, n_classes, n_raters, seed):
        """Return the network with its initial weights."""
        from sklearn_raters import _torch

        settings = {"of_rows": of_rows, "dropout": self.dropout}
        trunk_params = self.trunk_params or {}
        trunk = _torch.build_trunk(self.trunk, seed, self.n_features_in_, **settings, **trunk_params)
        settings["rater_params"] = self.rater_params or {}
        return _torch.build_rater_net(trunk, self.raters, seed, sample, n_classes, n_raters, **settings)

    def _apply(self, units, part):
        """Apply a method of the rater model to representations."""
        from sklearn_raters import _torch

        with self._own_draws():
            values = _torch.apply_part(self.net_, units, f"raters.{part}", _SAMPLES_AT_ONCE)
        return in_places(values, self._places, self._alike, axis=1) if part in _OF_RATERS else values

    def _proba(self, units, part):
        proba = np.exp(self._apply(units, part))
        return proba / proba.sum(axis=-1, keepdims=True)

    def predict_proba(self, X):
        """Return the predicted probabilities of the consensus.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        return self._proba(self._encode(X).representation, "consensus_log_proba")

    def predict_proba_raters(self, X, raters=None):
        """Return the probabilities of the classes that each rater would choose.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.
        raters : list, default=None
            The raters, in any spelling: "1" is the rater 1. None takes `raters_`. A rater without votes in
            `fit` is predicted to choose as the consensus does, with a warning.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes)
            Probabilities, in the order of `raters` and of `classes_`.

        Raises
        ------
        InputError
            If `raters` is a single name, or a name may be that of several raters.
        """
        check_is_fitted(self)
        proba = partial(self._proba, self._encode(X).representation)
        answers, consensus = partial(proba, "all_raters_log_proba"), partial(proba, "consensus_log_proba")
        return answer_by_name(raters, self.raters_, answers, consensus)

    def predict_soft_labels(self, X):
        """Return the shares of the raters who would choose each class.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            The mean of `predict_proba_raters` over the raters, who count by the weighted number of samples
            that they rated. Rows sum to one.
        """
        return np.average(self.predict_proba_raters(X), axis=1, weights=self._n_rated)

    @available_if(_has_confusion)
    def rater_confusion(self, X):
        """Return the probabilities of the classes that each rater chooses, given the true class.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes, n_classes)
            True classes in rows, chosen classes in columns; the same for all samples if the rater model's
            confusions do not depend on the sample.
        """
        return self._apply(self._encode(X).representation, "confusion")

    @available_if(_has_disagreement)
    def predict_disagreement(self, X):
        """Return how much the raters are expected to disagree.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Entropy of the votes, divided by its maximum: 0 where all raters agree, 1 where all classes are
            equally probable.
        """
        return self._apply(self._encode(X).representation, "disagreement")

    def _mean_confusion(self, samples, weight):
        """Return the weighted mean of `rater_confusion` over samples, (n_raters, n_classes, n_classes)."""
        if self.net_.module_.raters.confusion_of == "rater":
            samples, weight = samples[:1], weight[:1]
        units = self._encode(samples).representation
        total = 0.0
        for rows in gen_batches(len(units), _SAMPLES_AT_ONCE):
            total += np.tensordot(weight[rows], self._apply(units[rows], "confusion"), axes=1)
        return total / weight.sum()
