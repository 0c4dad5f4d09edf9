"""Rater models with a confusion matrix for each rater, and models that extend them."""

import torch
from torch import nn

from sklearn_raters._torch.rater_models.base import (
    RaterModel,
    apply_confusion,
    log_softmax,
    mean_loss,
    without_gradient,
)
from sklearn_raters._torch.settings import Choice, Number


class CrowdLayer(RaterModel):
    """One linear layer for each rater on the probabilities of the consensus.

    p_r(. | x) = softmax(p(. | x) W_r), where p is a row and W_r is a matrix ("matrix", the paper's MW), a
    diagonal matrix ("vector", VW), or a diagonal matrix and a bias ("vector_bias", VW+B). Initially W_r is
    the identity.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    kind : {"matrix", "vector", "vector_bias"}, default="matrix"
        Form of a rater's layer.
    """

    name = "crowd_layer"
    paper = "Rodrigues & Pereira 2018, Deep learning from crowds, AAAI; equations 11 to 14"
    settings = {"kind": Choice(("matrix", "vector", "vector_bias"))}
    confusion_of = "rater"

    def __init__(self, n_units, n_classes, n_raters, *, kind="matrix"):
        super().__init__(n_units, n_classes, n_raters)
        size = (n_classes, n_classes) if kind == "matrix" else (n_classes,)
        self.kind = kind
        self.weight = nn.Parameter(torch.empty(n_raters, *size))
        if kind == "vector_bias":
            self.bias = nn.Parameter(torch.empty(n_raters, n_classes))

    def init_parameters(self, generator):
        """Let every rater choose as the consensus does."""
        self.weight.copy_(torch.eye(self.n_classes) if self.kind == "matrix" else torch.ones(()))
        if self.kind == "vector_bias":
            self.bias.zero_()

    def rater_log_proba(self, units, sample, rater):
        """Return the log-probabilities of the raters' layers; see `RaterModel`."""
        proba = self.output(units).softmax(dim=1)[sample]
        if self.kind == "matrix":
            weight = self.weight.index_select(0, rater)
            return log_softmax(torch.bmm(proba.unsqueeze(1), weight).squeeze(1))
        logits = proba * self.weight[rater]
        return log_softmax(logits + self.bias[rater] if self.kind == "vector_bias" else logits)

    def confusion(self, units):
        """Return the raters' choices where the consensus is certain, the same for all samples.

        Probabilities sum to one, so a bias is the same as its value in every row of the matrix.
        """
        logits = self.weight if self.kind == "matrix" else torch.diag_embed(self.weight)
        if self.kind == "vector_bias":
            logits = logits + self.bias.unsqueeze(1)
        return logits.softmax(dim=2).expand(len(units), -1, -1, -1)


class UnionNet(RaterModel):
    """The votes of all raters as one distribution over pairs of a rater and a label.

    p(r, l | x) = sum_k p(k | x) T(k, (r, l)), where the rows of T are softmaxes over all raters and labels;
    the loss is the mean over votes of -log p(r, l | x). Initially each rater's block of T, before the
    softmax, is the identity. The probabilities of one rater are p(r, l | x) divided by their sum over l.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    """

    name = "union_net"
    paper = "Wei et al. 2022, Deep learning from multiple noisy annotators as a union, TNNLS; UnionNet-B"
    confusion_of = "rater"

    def __init__(self, n_units, n_classes, n_raters):
        super().__init__(n_units, n_classes, n_raters)
        self.weight = nn.Parameter(torch.empty(n_classes, n_raters, n_classes))

    def init_parameters(self, generator):
        """Let all raters be equal, and the right class the most probable choice."""
        self.weight.copy_(torch.eye(self.n_classes).unsqueeze(1))

    def log_union(self):
        """Return log T, shape (n_classes, n_raters, n_classes)."""
        return self.weight.flatten(1).log_softmax(dim=1).view_as(self.weight)

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of the pairs of rater and label; see `RaterModel`."""
        log_union = self.log_union()[:, rater, label].T
        log_proba = torch.logsumexp(self.consensus_log_proba(units)[sample] + log_union, dim=1)
        return mean_loss(-log_proba, weight)

    def rater_log_proba(self, units, sample, rater):
        """Return the raters' parts of the union, each divided by its sum; see `RaterModel`."""
        log_union = self.log_union()[:, rater].transpose(0, 1)
        return log_softmax(apply_confusion(self.consensus_log_proba(units)[sample], log_union))

    def confusion(self, units):
        """Return the raters' choices for each class, the same for all samples."""
        return self.weight.transpose(0, 1).softmax(dim=2).expand(len(units), -1, -1, -1)


class Confusions(RaterModel):
    """Base of models with p_r(l | x) = sum_k p(k | x) C_r(k, l), where the rows of C_r are softmaxes.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    strength : float, default=1e-4
        Weight of the penalty.
    """

    settings = {"strength": Number(0)}
    confusion_of = "rater"
    # Initial logits on the diagonal of C_r; the others are 0.
    initial_logit = 1.0

    def __init__(self, n_units, n_classes, n_raters, *, strength=1e-4):
        super().__init__(n_units, n_classes, n_raters)
        self.strength = strength
        self.weight = nn.Parameter(torch.empty(n_raters, n_classes, n_classes))

    def init_parameters(self, generator):
        """Let all raters have the same matrix, in which the right class is the most probable choice."""
        self.weight.copy_(self.initial_logit * torch.eye(self.n_classes))

    def rater_log_proba(self, units, sample, rater):
        """Return the log-probabilities of the classes that raters choose; see `RaterModel`."""
        log_confusion = log_softmax(self.weight).index_select(0, rater)
        return apply_confusion(self.consensus_log_proba(units)[sample], log_confusion)

    def matrices(self):
        """Return C, shape (n_raters, n_classes, n_classes)."""
        return log_softmax(self.weight).exp()

    def confusion(self, units):
        """Return C, the same for all samples, (n_samples, n_raters, n_classes, n_classes)."""
        return self.matrices().expand(len(units), -1, -1, -1)


class TraceReg(Confusions):
    """Confusion matrices with a penalty on their traces, which makes them explain more of the raters' errors.

    The penalty is strength * mean over r of trace(C_r). Initially the logits are 6 I - 5, as in the paper's
    appendix.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    strength : float, default=0.01
        Weight of the penalty.
    """

    name = "trace_reg"
    paper = "Tanno et al. 2019, Learning from noisy labels by regularized estimation, CVPR; equation 4"
    initial_logit = 6.0  # without the -5, which is the same in all places and so cancels in the softmax

    def __init__(self, n_units, n_classes, n_raters, *, strength=0.01):
        super().__init__(n_units, n_classes, n_raters, strength=strength)

    def penalty(self, units):
        """Return the mean trace."""
        return self.strength * self.matrices().diagonal(dim1=1, dim2=2).sum(dim=1).mean()


class GeoRegF(Confusions):
    """Confusion matrices with a penalty that favours a consensus with some samples close to each class.

    The penalty is -strength * log det(F' F), where F is the consensus of the batch, (n_samples, n_classes).
    To keep the logarithm finite in a batch of fewer samples than classes, 1e-6 I is added to F' F.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    strength : float, default=1e-4
        Weight of the penalty.
    """

    name = "geo_reg_f"
    paper = "Ibrahim, Nguyen & Fu 2023, Deep learning from crowdsourced labels, ICLR; equation 8"

    def penalty(self, units):
        """Return the volume that the consensus of the batch spans, with a negative sign."""
        return -self.strength * log_volume(self.consensus_log_proba(units).exp())


class GeoRegW(Confusions):
    """Confusion matrices with a penalty that favours matrices which together distinguish all classes.

    The penalty is -strength * log det(W' W), where W holds the matrices C_r' of all raters one below the
    other, (n_raters * n_classes, n_classes).

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    strength : float, default=1e-4
        Weight of the penalty.
    """

    name = "geo_reg_w"
    paper = "Ibrahim, Nguyen & Fu 2023, Deep learning from crowdsourced labels, ICLR; equation 9"

    def penalty(self, units):
        """Return the volume that the raters' matrices span, with a negative sign."""
        return -self.strength * log_volume(self.matrices().transpose(1, 2).flatten(0, 1))


class CrowdAR(CrowdLayer):
    """Votes softened by their reliability, which depends on the rater and the sample.

    The difficulty of a sample is d(x) = sigmoid(A sigmoid(B h(x))), the reliability of a vote is m =
    sigmoid(c . ((sigmoid(e_r) - d(x)) * p(. | x)) + b) with c > 0, and p_r(. | x) is that of `CrowdLayer`.
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

    def __init__(self, n_units, n_classes, n_raters, *, difficulty_units=128, vote_weight=0.9):
        super().__init__(n_units, n_classes, n_raters)
        self.vote_weight = vote_weight
        hidden, output = nn.Linear(n_units, difficulty_units), nn.Linear(difficulty_units, n_classes)
        self.difficulty = nn.Sequential(hidden, nn.Sigmoid(), output, nn.Sigmoid())
        self.expertise = nn.Parameter(torch.empty(n_raters, n_classes))
        self.by_class = nn.Parameter(torch.empty(n_classes))
        self.bias = nn.Parameter(torch.empty(()))

    def init_parameters(self, generator):
        """Let the raters' matrices be the identity, and their expertise random."""
        super().init_parameters(generator)
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
        return mean_loss(losses, weight)


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
        self.common.copy_(self.initial_logit * torch.eye(self.n_classes))

    def embeddings(self, units):
        """Return u, (n_samples, embedding), and v, (n_raters, embedding), both of length one."""
        raters = self.rater_embedding.weight.T + self.rater_embedding.bias
        return (nn.functional.normalize(part) for part in (self.sample_embedding(units), raters))

    def rater_log_proba(self, units, sample, rater):
        """Return the log-probabilities of the classes that raters choose; see `RaterModel`."""
        of_samples, of_raters = self.embeddings(units)
        alike = of_samples.index_select(0, sample) * of_raters.index_select(0, rater)
        share = alike.sum(dim=1, keepdim=True).sigmoid()
        common = apply_confusion(self.consensus_log_proba(units), self.common.log_softmax(dim=1))[sample]
        by_rater = super().rater_log_proba(units, sample, rater)
        return torch.logaddexp(share.log() + common, (1 - share).log() + by_rater)

    def penalty(self, units):
        """Return the distances of the raters' matrices from the common one, with a negative sign."""
        return -self.strength * (self.matrices() - self.common.softmax(dim=1)).flatten(1).norm(dim=1).sum()

    def confusion(self, units):
        """Return the mixed matrices, (n_samples, n_raters, n_classes, n_classes)."""
        of_samples, of_raters = self.embeddings(units)
        share = (of_samples @ of_raters.T).sigmoid()[:, :, None, None]
        return share * self.common.softmax(dim=1) + (1 - share) * self.matrices()


def log_volume(rows):
    """Return log det(A' A + 1e-6 I) of a matrix of shape (n_rows, n_columns), finite for any rank."""
    return torch.logdet(rows.T @ rows + 1e-6 * torch.eye(rows.shape[1], dtype=rows.dtype, device=rows.device))


MODELS = (CrowdLayer, UnionNet, TraceReg, GeoRegF, GeoRegW, CoNAL, CrowdAR)
