"""A rater model that mixes common confusions with each rater's own, in shares that depend on the sample."""

import torch
from torch import nn

from sklearn_raters._torch.rater_models.base import apply_confusion
from sklearn_raters._torch.rater_models.confusions import Confusions
from sklearn_raters._torch.settings import Number


class CoNAL(Confusions):
    """Confusions that all raters have in common, mixed with each rater's own.

    p_r(l | x) = sum_k p(k | x) (w C_0 + (1 - w) C_r)(k, l) with w = sigmoid(<v_r, u(x)>), where both
    embeddings have length one. The loss contains -strength * sum_r |C_r - C_0|. u(x) is a linear function of
    the representation; in the paper, a separate network computes u(x). Rows of the matrices are softmaxes.
    The paper's code has free matrices and one softmax of the result, which learnt wrong classes on simulated
    raters with two opposite opinions (50 % accuracy instead of 62 %).

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    embedding : int, default=20
        Size of both embeddings.
    strength : float, default=1e-5
        Weight of the distance between the matrices.
    """

    name = "conal"
    paper = "Chu, Ma & Wang 2021, Learning from crowds by modeling common confusions, AAAI; equations 1 to 3"
    settings = {"embedding": Number(1, integer=True), "strength": Number(0)}
    confusion_of = "sample"
    initial_logit = 2.0  # as in the paper's code

    def __init__(self, n_units, n_classes, n_raters, *, embedding=20, strength=1e-5):
        super().__init__(n_units, n_classes, n_raters, strength=strength)
        self.sample_embedding = nn.Linear(n_units, embedding)
        self.rater_embedding = nn.Linear(n_raters, embedding)
        self.common = nn.Parameter(torch.empty(n_classes, n_classes))

    def init_parameters(self, generator):
        """Set the common matrix and the raters' matrices to the same values."""
        super().init_parameters(generator)
        with torch.no_grad():
            self.common.copy_(self.initial_logit * torch.eye(self.n_classes))

    def common_share(self, units):
        """Return w, the share of the common confusions, shape (n_samples, n_raters)."""
        eye = torch.eye(self.n_raters, dtype=units.dtype, device=units.device)
        samples = nn.functional.normalize(self.sample_embedding(units))
        return (samples @ nn.functional.normalize(self.rater_embedding(eye)).T).sigmoid()

    def rater_log_proba(self, units, sample, rater):
        """Return the log-probabilities of the classes that raters choose; see `RaterModel`."""
        share = self.common_share(units)[sample, rater].unsqueeze(1)
        common = apply_confusion(self.consensus_log_proba(units), self.common.log_softmax(dim=1))[sample]
        by_rater = super().rater_log_proba(units, sample, rater)
        return torch.logaddexp(share.log() + common, (1 - share).log() + by_rater)

    def penalty(self, units):
        """Return the distances of the raters' matrices from the common one, with a negative sign."""
        return -self.strength * (self.matrices() - self.common.softmax(dim=1)).flatten(1).norm(dim=1).sum()

    def confusion(self, units):
        """Return the mixed matrices, (n_samples, n_raters, n_classes, n_classes)."""
        share = self.common_share(units)[:, :, None, None]
        return share * self.common.softmax(dim=1) + (1 - share) * self.matrices()
