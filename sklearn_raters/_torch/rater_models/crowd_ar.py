"""A rater model that softens votes by how reliable they are."""

import torch
from torch import nn

from sklearn_raters._torch.rater_models.base import RaterModel, stop, weighted_mean


class CrowdAR(RaterModel):
    """Votes softened by how reliable they are (Cao et al. 2023, equations 1 to 5).

    The difficulty of a sample is d(x) = sigmoid(A sigmoid(B h(x))), a vote's reliability m = sigmoid(c .
    ((sigmoid(e_r) - d(x)) * p(. | x)) + b) with c > 0, and p_r(. | x) = softmax(p(. | x) C_r), trained by
    cross-entropy on m * vote + (1 - m) / K. A second loss makes m tell whether the vote is the consensus'
    likeliest class.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    difficulty_units : int, default=128
        Width of the layer that tells difficulty.
    vote_weight : float, default=0.9
        Share of the votes' loss; the rest is that of the reliability.
    """

    confuses_by_sample = False

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

    def start(self, generator):
        """Start the raters' matrices at the identity, their expertise at random."""
        with torch.no_grad():
            self.weight.copy_(torch.eye(self.n_classes))
            nn.init.xavier_normal_(self.expertise, generator=generator)
            self.by_class.zero_()
            self.bias.zero_()

    def reliability(self, units, sample, rater):
        """Return m for each vote, shape (n_votes,)."""
        # Difficulty tells of the trunk's representation, but does not shape it; the consensus below does.
        difficulty = self.difficulty(stop(units))[sample]
        ahead = (self.expertise[rater].sigmoid() - difficulty) * self.consensus(units).exp()[sample]
        # softplus keeps the weights positive, for which the paper clips them.
        return (ahead @ nn.functional.softplus(self.by_class) + self.bias).sigmoid()

    def say(self, units, sample, rater):
        """Return what the raters say; see `RaterModel`."""
        proba = self.consensus(units).exp()[sample]
        return torch.bmm(proba.unsqueeze(1), self.weight[rater]).squeeze(1).log_softmax(dim=1)

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of votes and reliability; see `RaterModel`."""
        said = self.say(units, sample, rater)
        reliable = self.reliability(units, sample, rater)
        of_votes = reliable * said.gather(1, label[:, None]).squeeze(1) + (1 - reliable) * said.mean(dim=1)
        right = (self.consensus(units).argmax(dim=1)[sample] == label).to(reliable.dtype)
        of_reliability = nn.functional.binary_cross_entropy(reliable, right, reduction="none")
        losses = -self.vote_weight * of_votes + (1 - self.vote_weight) * of_reliability
        return weighted_mean(losses, weight)

    def confusion(self, units):
        """Return what each rater says where the consensus is sure, the same for all samples."""
        return self.weight.softmax(dim=2).expand(len(units), -1, -1, -1)
