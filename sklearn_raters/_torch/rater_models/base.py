"""Base class of rater models, and functions on votes that the rater models share."""

from abc import ABC, abstractmethod

import torch
from torch import nn
from torch.nn.functional import nll_loss


def unpack_votes(targets):
    """Return the votes of a batch as flat lists.

    Parameters
    ----------
    targets : tensor of shape (n_samples, n_votes_at_most, 3)
        Rater, class and weight of each sample's votes; weight 0 marks unused places.

    Returns
    -------
    sample, rater, label : tensor of int of shape (n_votes,)
        Sample, rater and class of each vote.
    weight : tensor of shape (n_votes,)
        Weight of each vote.
    """
    sample, place = torch.nonzero(targets[:, :, 2] > 0, as_tuple=True)
    rater, label, weight = targets[sample, place].unbind(1)
    return sample, rater.long(), label.long(), weight


def mean_loss(losses, weight):
    """Return the mean of the votes' weighted losses; both are of shape (n_votes,).

    Divided by the number of votes: the sum of a batch's weights would cancel a part of them.
    """
    return (losses * weight).sum() / len(weight)


def vote_shares(sample, label, weight, like):
    """Return the shares of the classes in each sample's votes, with shape and type of the tensor `like`."""
    votes = torch.zeros_like(like).index_put((sample, label), weight.to(like.dtype), accumulate=True)
    return votes / votes.sum(dim=1, keepdim=True)


def without_gradient(values):
    """Return the values as constants, through which no gradient flows back."""
    return values.detach()


def log_softmax(logits):
    """Return the log-softmax over the last dimension.

    torch computes the other dimensions side by side. Few classes in the last dimension would leave it one row
    at a time, in three to five times the time.

    Parameters
    ----------
    logits : tensor of shape (..., n_rows, n_classes)
        The logits.

    Returns
    -------
    tensor of shape (..., n_rows, n_classes)
        Log-probabilities.
    """
    return logits.transpose(-1, -2).log_softmax(dim=-2).transpose(-1, -2)


def apply_confusion(log_proba, log_confusion):
    """Return log sum_k p(k) C(k, l), the log-probabilities of the classes that a rater chooses.

    Parameters
    ----------
    log_proba : tensor of shape (n_votes, n_classes)
        Log-probabilities of the true class.
    log_confusion : tensor of shape (n_votes, n_classes, n_classes)
        Log-probabilities of the chosen class (columns), given the true class (rows).

    Returns
    -------
    tensor of shape (n_votes, n_classes)
        Log-probabilities of the chosen class.
    """
    return torch.logsumexp(log_proba.unsqueeze(2) + log_confusion, dim=1)


class RaterModel(nn.Module, ABC):
    """Base class of rater models: from a trunk's representation to the consensus and to each rater's votes.

    A subclass defines `rater_log_proba`. It may also define

    - `init_parameters(generator)`, if it holds parameters outside `torch.nn.Linear` and `torch.nn.LSTM`: it
      sets their initial values, and draws random ones from the `torch.Generator`;
    - `penalty(units)`, a term of the loss, or a `loss` of its own;
    - a `validation_loss` of its own, the loss of held-out votes by which the number of epochs is chosen;
    - `confusion(units)`, the raters' confusion matrices, (n_samples, n_raters, n_classes, n_classes), for a
      model that sets `confusion_of`;
    - `disagreement(units)`, the expected disagreement of the raters, (n_samples,).

    The last two give `RaterNetClassifier` the methods `rater_confusion` and `predict_disagreement`. Without a
    `loss` of its own, the loss is the mean over votes of -log p(the class that the rater chose), plus the
    penalty.

    Parameters
    ----------
    n_units : int
        Size of the representation.
    n_classes : int
        Number of classes.
    n_raters : int
        Number of raters.

    Attributes
    ----------
    name : str or None
        The name in `RaterNetClassifier(raters=...)`; None for a model that is given as a class.
    paper : str or None
        Source of the model, with the numbers of its equations.
    settings : dict
        For the models of this package, the allowed values of the parameters of `__init__` that `rater_params`
        sets. A model of your own need not declare any: `rater_params` sets every parameter of its `__init__`
        beside the three sizes, and `__init__` checks the values.
    confusion_of : {None, "rater", "sample"}
        Whether the model has no confusion matrices, one for each rater, or one for each rater and sample.
    mixing : float
        If above 0, `loss` mixes votes. For rows of a table, it then gets rows instead of representations, and
        a function `represent` that turns rows into representations.
    output : torch.nn.Linear
        The layer from the representation to the logits of the consensus.

    Examples
    --------
    A model in which each rater has a preference for some classes on all samples:

    >>> import torch
    >>> from sklearn_raters import RaterNetClassifier
    >>> from sklearn_raters.datasets import make_rated_samples
    >>> from sklearn_raters.networks import RaterModel
    >>> class Preferences(RaterModel):
    ...     def __init__(self, n_units, n_classes, n_raters):
    ...         super().__init__(n_units, n_classes, n_raters)
    ...         self.preference = torch.nn.Parameter(torch.empty(n_raters, n_classes))
    ...
    ...     def init_parameters(self, generator):
    ...         torch.nn.init.zeros_(self.preference)
    ...
    ...     def rater_log_proba(self, units, sample, rater):
    ...         return (self.output(units)[sample] + self.preference[rater]).log_softmax(dim=1)
    >>> crowd = make_rated_samples(200, n_classes=3, n_features=16, random_state=0)
    >>> clf = RaterNetClassifier(Preferences, max_epochs=3, random_state=0).fit(crowd.X, crowd.Y)
    >>> clf.predict_proba_raters(crowd.X).shape
    (200, 20, 3)
    """

    name = None
    paper = None
    settings = {}
    confusion_of = None
    mixing = 0

    def __init__(self, n_units, n_classes, n_raters):
        super().__init__()
        self.n_classes = n_classes
        self.n_raters = n_raters
        self.output = nn.Linear(n_units, n_classes)

    def consensus_log_proba(self, units):
        """Return the predicted log-probabilities of the consensus.

        Parameters
        ----------
        units : tensor of shape (n_samples, n_units)
            Representations.

        Returns
        -------
        tensor of shape (n_samples, n_classes)
            Log-probabilities.
        """
        return self.output(units).log_softmax(dim=1)

    @abstractmethod
    def rater_log_proba(self, units, sample, rater):
        """Return the log-probabilities of the classes that some raters choose for some samples.

        Parameters
        ----------
        units : tensor of shape (n_samples, n_units)
            Representations.
        sample, rater : tensor of int of shape (n_votes,)
            The pairs of a sample and a rater, as row numbers of `units` and numbers below `n_raters`.

        Returns
        -------
        tensor of shape (n_votes, n_classes)
            Log-probabilities.
        """

    def all_raters_log_proba(self, units):
        """Return the log-probabilities of the classes that all raters choose for all samples.

        Parameters
        ----------
        units : tensor of shape (n_samples, n_units)
            Representations.

        Returns
        -------
        tensor of shape (n_samples, n_raters, n_classes)
            Log-probabilities.
        """
        sample, rater = torch.cartesian_prod(
            torch.arange(len(units), device=units.device), torch.arange(self.n_raters, device=units.device)
        ).unbind(1)
        return self.rater_log_proba(units, sample, rater).view(len(units), self.n_raters, self.n_classes)

    def penalty(self, units):
        """Return the term that is added to the loss of the votes.

        Parameters
        ----------
        units : tensor of shape (n_samples, n_units)
            Representations.

        Returns
        -------
        tensor of shape () or float
            The term, 0 unless a subclass defines another.
        """
        return 0.0

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of a batch while training.

        Parameters
        ----------
        units : tensor of shape (n_samples, n_units)
            Representations.
        sample, rater, label : tensor of int of shape (n_votes,)
            Sample, rater and class of each vote.
        weight : tensor of shape (n_votes,)
            Weight of each vote.

        Returns
        -------
        tensor of shape ()
            The loss.
        """
        log_proba = self.rater_log_proba(units, sample, rater)
        return mean_loss(nll_loss(log_proba, label, reduction="none"), weight) + self.penalty(units)

    def validation_loss(self, units, sample, rater, label, weight):
        """Return the loss of held-out votes: the mean of -log p(the class that a rater chose).

        A rater without votes in the training part has a number of `n_raters` or above, and is predicted to
        choose as the consensus does.

        Parameters
        ----------
        units : tensor of shape (n_samples, n_units)
            Representations.
        sample, rater, label : tensor of int of shape (n_votes,)
            Sample, rater and class of each vote.
        weight : tensor of shape (n_votes,)
            Weight of each vote.

        Returns
        -------
        tensor of shape ()
            The loss.
        """
        known = rater < self.n_raters
        log_proba = self.consensus_log_proba(units)[sample]
        log_proba[known] = self.rater_log_proba(units, sample[known], rater[known])
        return mean_loss(nll_loss(log_proba, label, reduction="none"), weight)
