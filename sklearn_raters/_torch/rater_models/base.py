"""What every rater model shares: votes in flat lists, a layer for the consensus, the loss of all votes."""

from abc import ABC, abstractmethod

import torch
from torch import nn
from torch.nn.functional import nll_loss


def unpack(targets):
    """Return the votes of a batch as flat lists.

    Parameters
    ----------
    targets : tensor of shape (n_samples, n_votes_at_most, 3)
        Rater, class and weight of each sample's votes; weight 0 where there is none.

    Returns
    -------
    sample, rater, label : tensor of int of shape (n_votes,)
        Who said what of which sample.
    weight : tensor of shape (n_votes,)
        How much the votes count.
    """
    sample, place = torch.nonzero(targets[:, :, 2] > 0, as_tuple=True)
    rater, label, weight = targets[sample, place].unbind(1)
    return sample, rater.long(), label.long(), weight


def weighted_mean(losses, weight):
    """Return the mean of losses, both of shape (n_votes,)."""
    return (losses * weight).sum() / weight.sum()


def shares(sample, label, weight, like):
    """Return each sample's votes as shares of the classes, in the form of `like`, (n_samples, n_classes)."""
    votes = torch.zeros_like(like).index_put((sample, label), weight.to(like.dtype), accumulate=True)
    return votes / votes.sum(dim=1, keepdim=True)


def stop(values):
    """Return values through which no gradient goes back."""
    return values.detach()


def noisy(log_proba, log_confusion):
    """Return log sum_k p(k) C(k, l): what is said, shape (n_votes, n_classes), of a class that is not known.

    Parameters
    ----------
    log_proba : tensor of shape (n_votes, n_classes)
        The class.
    log_confusion : tensor of shape (n_votes, n_classes, n_classes)
        What is said of each class.
    """
    return torch.logsumexp(log_proba.unsqueeze(2) + log_confusion, dim=1)


class RaterModel(nn.Module, ABC):
    """From a trunk's representation to the consensus, and to what each rater says.

    A subclass gives `say`, and `start(generator)` that sets what it holds beside `torch.nn.Linear`. The loss
    is the mean over votes of -log p(what the rater said), plus `penalty`.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        Sizes of the representation, and numbers of classes and raters.
    """

    # Whether `confusion`, where there is one, depends on the sample.
    confuses_by_sample = True
    # Above 0 where `loss` mixes votes. Of tables it is then given rows, and `represent` for what it mixed.
    mixing = 0

    def __init__(self, n_units, n_classes, n_raters):
        super().__init__()
        self.n_classes = n_classes
        self.n_raters = n_raters
        self.output = nn.Linear(n_units, n_classes)

    def consensus(self, units):
        """Return the log-probabilities of the classes, shape (n_samples, n_classes)."""
        return self.output(units).log_softmax(dim=1)

    @abstractmethod
    def say(self, units, sample, rater):
        """Return the log-probabilities of what raters say of samples, shape (n_votes, n_classes)."""

    def penalty(self, units):
        """Return what is added to the loss."""
        return 0.0

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of a batch's representations (n_samples, n_units) and votes; see `unpack`."""
        said = self.say(units, sample, rater)
        return weighted_mean(nll_loss(said, label, reduction="none"), weight) + self.penalty(units)

    def vote_loss(self, units, sample, rater, label, weight):
        """Return the mean over votes of -log p(what the rater said); who is not known says the consensus."""
        known = rater < self.n_raters
        said = self.consensus(units)[sample]
        said[known] = self.say(units, sample[known], rater[known])
        return weighted_mean(nll_loss(said, label, reduction="none"), weight)

    def say_all(self, units):
        """Return the log-probabilities of what each rater says, shape (n_samples, n_raters, n_classes)."""
        sample, rater = torch.cartesian_prod(
            torch.arange(len(units), device=units.device), torch.arange(self.n_raters, device=units.device)
        ).unbind(1)
        return self.say(units, sample, rater).view(len(units), self.n_raters, self.n_classes)
