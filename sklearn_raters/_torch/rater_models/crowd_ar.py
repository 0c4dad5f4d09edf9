"""A rater model that weights each vote by the predicted probability that the vote is right."""

import torch
from torch import nn

from sklearn_raters._torch.rater_models.base import RaterModel, weighted_mean, without_gradient
from sklearn_raters._torch.settings import Number


class CrowdAR(RaterModel):
    """Votes softened by their reliability, which depends on the rater and the sample.

    The difficulty of a sample is d(x) = sigmoid(A sigmoid(B h(x))), the reliability of a vote is m =
    sigmoid(c . ((sigmoid(e_r) - d(x)) * p(. | x)) + b) with c > 0, and p_r(. | x) = softmax(p(. | x) C_r).
    The first loss is the cross-entropy of p_r against m * vote + (1 - m) / K. The second one trains m to
    predict whether the vote is the most probable class of the consensus.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    difficulty_units : int, default=128
        Width of the hidden layer of d(x).
    vote_weight : float, default=0.9
        Weight of the first loss; the weight of the second one is ``1 - vote_weight``.
    """

    name = "crowd_ar"
    paper = "Cao et al. 2023, Learning from crowds with annotation reliability, SIGIR; equations 1 to 5"
    settings = {"difficulty_units": Number(1, integer=True), "vote_weight": Number(0, 1)}
    confusion_of = "rater"

    def __init__(self, n_units, n_classes, n_raters, *, difficulty_units=128, vote_weight=0.9):
        super().__init__(n_units, n_classes, n_raters)
        self.vote_weight = vote_weight
        self.difficulty = nn.Sequential(
            nn.Linear(n_units, difficulty_units),
            nn.Sigmoid(),
            nn.Linear(difficulty_units, n_classes),
            nn.Sigmoid(),
        )
        self.expertise = nn.Parameter(torch.empty(n_raters, n_classes))
        self.by_class = nn.Parameter(torch.empty(n_classes))
        self.bias = nn.Parameter(torch.empty(()))
        self.weight = nn.Parameter(torch.empty(n_raters, n_classes, n_classes))

    def init_parameters(self, generator):
        """Let the raters' matrices be the identity, and their expertise random."""
        with torch.no_grad():
            self.weight.copy_(torch.eye(self.n_classes))
            nn.init.xavier_normal_(self.expertise, generator=generator)
            self.by_class.zero_()
            self.bias.zero_()

    def reliability(self, units, sample, rater):
        """Return m for each vote, shape (n_votes,)."""
        # No gradient flows from the difficulty to the trunk; the consensus below does train the trunk.
        difficulty = self.difficulty(without_gradient(units))[sample]
        proba = self.consensus_log_proba(units).exp()[sample]
        margin = (self.expertise[rater].sigmoid() - difficulty) * proba
        # softplus keeps the weights c positive; the paper clips them.
        return (margin @ nn.functional.softplus(self.by_class) + self.bias).sigmoid()

    def rater_log_proba(self, units, sample, rater):
        """Return the log-probabilities of the classes that raters choose; see `RaterModel`."""
        proba = self.consensus_log_proba(units).exp()[sample]
        return torch.bmm(proba.unsqueeze(1), self.weight[rater]).squeeze(1).log_softmax(dim=1)

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of votes and reliability; see `RaterModel`."""
        log_proba = self.rater_log_proba(units, sample, rater)
        reliability = self.reliability(units, sample, rater)
        of_label = log_proba.gather(1, label[:, None]).squeeze(1)
        vote_losses = -(reliability * of_label + (1 - reliability) * log_proba.mean(dim=1))
        likeliest = self.consensus_log_proba(units).argmax(dim=1)[sample]
        is_right = (likeliest == label).to(reliability.dtype)
        reliability_losses = nn.functional.binary_cross_entropy(reliability, is_right, reduction="none")
        losses = self.vote_weight * vote_losses + (1 - self.vote_weight) * reliability_losses
        return weighted_mean(losses, weight)

    def confusion(self, units):
        """Return the raters' choices where the consensus is certain, the same for all samples."""
        return self.weight.softmax(dim=2).expand(len(units), -1, -1, -1)
