"""Rater models that look at the sample: how common its confusions are, how reliable its votes."""

import torch
from torch import nn

from sklearn_raters._torch.rater_models.base import noisy
from sklearn_raters._torch.rater_models.confusions import Confusions


class CoNAL(Confusions):
    """Confusions that raters have in common, and their own (Chu, Ma & Wang 2021, equations 1 to 3).

    p_r(l | x) = sum_k p(k | x) (w C_0 + (1 - w) C_r)(k, l), w = sigmoid(<v_r, u(x)>) with embeddings of
    length one; the loss has -strength * sum_r |C_r - C_0|. Rows of the matrices are softmaxes. The paper's
    code leaves them free and puts a softmax around all, which made them learn other classes than the trunk
    where two camps of raters differ (50 against 62 % accuracy). u(x) is a linear function of the
    representation, which in the paper has a network of its own.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    embedding : int, default=20
        Size of both embeddings.
    strength : float, default=1e-5
        Weight of the distance between the matrices.
    """

    confuses_by_sample = True
    scale = 2.0  # as in the paper's code

    def __init__(self, n_units, n_classes, n_raters, *, embedding=20, strength=1e-5):
        super().__init__(n_units, n_classes, n_raters, strength=strength)
        self.sample_embedding = nn.Linear(n_units, embedding)
        self.rater_embedding = nn.Linear(n_raters, embedding)
        self.common = nn.Parameter(torch.empty(n_classes, n_classes))

    def start(self, generator):
        """Start all matrices alike."""
        super().start(generator)
        with torch.no_grad():
            self.common.copy_(self.scale * torch.eye(self.n_classes))

    def shares_common(self, units):
        """Return w, shape (n_samples, n_raters)."""
        eye = torch.eye(self.n_raters, dtype=units.dtype, device=units.device)
        samples = nn.functional.normalize(self.sample_embedding(units))
        return (samples @ nn.functional.normalize(self.rater_embedding(eye)).T).sigmoid()

    def say(self, units, sample, rater):
        """Return what the raters say; see `RaterModel`."""
        share = self.shares_common(units)[sample, rater].unsqueeze(1)
        common = noisy(self.consensus(units), self.common.log_softmax(dim=1))[sample]
        own = super().say(units, sample, rater)
        return torch.logaddexp(share.log() + common, (1 - share).log() + own)

    def penalty(self, units):
        """Return the distances of the raters' matrices from the common one, negative."""
        return -self.strength * (self.matrices() - self.common.softmax(dim=1)).flatten(1).norm(dim=1).sum()

    def confusion(self, units):
        """Return what each rater says of each class, (n_samples, n_raters, n_classes, n_classes)."""
        share = self.shares_common(units)[:, :, None, None]
        return share * self.common.softmax(dim=1) + (1 - share) * self.matrices()
