"""Rater models with a confusion matrix a rater, which is the same for all samples."""

import torch
from torch import nn

from sklearn_raters._torch.rater_models.base import RaterModel, noisy, weighted_mean


class CrowdLayer(RaterModel):
    """A layer a rater on the consensus' probabilities (Rodrigues & Pereira 2018, equations 11 to 14).

    p_r(. | x) = softmax(p(. | x) W_r), p a row: W_r a matrix ("matrix", MW), its diagonal ("vector", VW) or
    that and a bias ("vector_bias", VW+B). Started at the identity.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    kind : {"matrix", "vector", "vector_bias"}, default="matrix"
        What a rater has.
    """

    confuses_by_sample = False

    def __init__(self, n_units, n_classes, n_raters, *, kind="matrix"):
        super().__init__(n_units, n_classes, n_raters)
        if kind not in ("matrix", "vector", "vector_bias"):
            raise ValueError(f"kind must be 'matrix', 'vector' or 'vector_bias', not {kind!r}.")
        size = (n_classes, n_classes) if kind == "matrix" else (n_classes,)
        self.kind = kind
        self.weight = nn.Parameter(torch.empty(n_raters, *size))
        if kind == "vector_bias":
            self.bias = nn.Parameter(torch.empty(n_raters, n_classes))

    def start(self, generator):
        """Start where all raters say the consensus."""
        with torch.no_grad():
            self.weight.copy_(torch.eye(self.n_classes) if self.kind == "matrix" else torch.ones(()))
            if self.kind == "vector_bias":
                self.bias.zero_()

    def matrices(self):
        """Return what each rater adds to the logits for each class, (n_raters, n_classes, n_classes)."""
        weight = self.weight if self.kind == "matrix" else torch.diag_embed(self.weight)
        # Rows of probabilities sum to one, so a bias may stand in every row of the matrix.
        return weight + self.bias.unsqueeze(1) if self.kind == "vector_bias" else weight

    def say(self, units, sample, rater):
        """Return what the raters' layers say; see `RaterModel`."""
        proba = self.output(units).softmax(dim=1)[sample]
        if self.kind == "matrix":
            return torch.bmm(proba.unsqueeze(1), self.weight[rater]).squeeze(1).log_softmax(dim=1)
        said = proba * self.weight[rater]
        return (said + self.bias[rater] if self.kind == "vector_bias" else said).log_softmax(dim=1)

    def confusion(self, units):
        """Return what each rater says where the consensus is sure; see `Confusions`."""
        return self.matrices().softmax(dim=2).expand(len(units), -1, -1, -1)


class UnionNet(RaterModel):
    """All raters' labels as one union (Wei et al. 2022, UnionNet-B).

    p(r, l | x) = sum_k p(k | x) T(k, (r, l)), where the rows of T are softmaxes over all raters and labels;
    the loss is the mean over votes of -log p(r, l | x). Each rater's block of T starts at the identity,
    before the softmax. What one rater says is p(r, l | x) over its sum over l.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    """

    confuses_by_sample = False

    def __init__(self, n_units, n_classes, n_raters):
        super().__init__(n_units, n_classes, n_raters)
        self.weight = nn.Parameter(torch.empty(n_classes, n_raters, n_classes))

    def start(self, generator):
        """Start where all raters are alike and right."""
        with torch.no_grad():
            self.weight.copy_(torch.eye(self.n_classes).unsqueeze(1))

    def log_union(self):
        """Return log T, shape (n_classes, n_raters, n_classes)."""
        return self.weight.flatten(1).log_softmax(dim=1).view_as(self.weight)

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of the union; see `RaterModel`."""
        union = self.log_union()[:, rater, label].T
        said = torch.logsumexp(self.consensus(units)[sample] + union, dim=1)
        return weighted_mean(-said, weight)

    def say(self, units, sample, rater):
        """Return each rater's part of the union, as probabilities of its own."""
        union = self.log_union()[:, rater].transpose(0, 1)
        return noisy(self.consensus(units)[sample], union).log_softmax(dim=1)

    def confusion(self, units):
        """Return what each rater says of each class, (n_samples, n_raters, n_classes, n_classes)."""
        return self.weight.transpose(0, 1).softmax(dim=2).expand(len(units), -1, -1, -1)


class Confusions(RaterModel):
    """A confusion matrix a rater: p_r(l | x) = sum_k p(k | x) C_r(k, l), rows of C_r being softmaxes.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    strength : float
        Weight of the penalty.
    """

    confuses_by_sample = False
    # Logits of C_r to begin with: `scale` on the diagonal.
    scale = 1.0

    def __init__(self, n_units, n_classes, n_raters, *, strength):
        super().__init__(n_units, n_classes, n_raters)
        self.strength = strength
        self.weight = nn.Parameter(torch.empty(n_raters, n_classes, n_classes))

    def start(self, generator):
        """Start with the same matrix for all raters, in which the right class is the likeliest."""
        with torch.no_grad():
            self.weight.copy_(self.scale * torch.eye(self.n_classes))

    def say(self, units, sample, rater):
        """Return what the raters say; see `RaterModel`."""
        return noisy(self.consensus(units)[sample], self.weight.log_softmax(dim=2)[rater])

    def matrices(self):
        """Return C, shape (n_raters, n_classes, n_classes)."""
        return self.weight.softmax(dim=2)

    def confusion(self, units):
        """Return the matrices, the same for each sample, (n_samples, n_raters, n_classes, n_classes)."""
        return self.matrices().expand(len(units), -1, -1, -1)


class TraceReg(Confusions):
    """Confusion matrices as unsure as the votes allow (Tanno et al. 2019, equation 4).

    The penalty is strength * mean over r of trace(C_r). The logits start at 6 I - 5, as the paper's appendix
    has it.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    strength : float, default=0.01
        Weight of the penalty.
    """

    scale = 6.0  # a softmax does not see the -5 that stands everywhere

    def __init__(self, n_units, n_classes, n_raters, *, strength=0.01):
        super().__init__(n_units, n_classes, n_raters, strength=strength)

    def penalty(self, units):
        """Return the mean trace."""
        return self.strength * self.matrices().diagonal(dim1=1, dim2=2).sum(dim=1).mean()


class GeoRegF(Confusions):
    """Classes that fill the simplex (Ibrahim, Nguyen & Fu 2023, equation 8).

    The penalty is -strength * log det(F' F), F the batch's consensus, (n_samples, n_classes). A batch of
    fewer samples than classes fills what it can: the determinant is of F' F + 1e-6 I.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    strength : float, default=1e-4
        Weight of the penalty.
    """

    def __init__(self, n_units, n_classes, n_raters, *, strength=1e-4):
        super().__init__(n_units, n_classes, n_raters, strength=strength)

    def penalty(self, units):
        """Return the volume of the batch's consensus."""
        return -self.strength * log_volume(self.consensus(units).exp())


class GeoRegW(Confusions):
    """Raters who together tell all classes apart (Ibrahim, Nguyen & Fu 2023, equation 9).

    The penalty is -strength * log det(W' W), W all raters' matrices C_r' on top of each other,
    (n_raters * n_classes, n_classes).

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    strength : float, default=1e-4
        Weight of the penalty.
    """

    def __init__(self, n_units, n_classes, n_raters, *, strength=1e-4):
        super().__init__(n_units, n_classes, n_raters, strength=strength)

    def penalty(self, units):
        """Return the volume of the raters' matrices."""
        return -self.strength * log_volume(self.matrices().transpose(1, 2).flatten(0, 1))


def log_volume(rows):
    """Return log det(A' A) of a matrix of shape (n_rows, n_columns), kept finite where A loses its rank."""
    return torch.logdet(rows.T @ rows + 1e-6 * torch.eye(rows.shape[1], dtype=rows.dtype, device=rows.device))
