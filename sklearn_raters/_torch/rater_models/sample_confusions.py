"""Rater models in which a network predicts confusion matrices from the rater and the sample."""

import math

import torch
from torch import nn

from sklearn_raters._torch.dropout import thread_random
from sklearn_raters._torch.rater_models.base import (
    RaterModel,
    apply_confusion,
    log_softmax,
    mean_loss,
    without_gradient,
)
from sklearn_raters._torch.settings import Number


class SampleConfusions(RaterModel):
    """Base of models with confusions C(x, r) = softmax(g(u(x), v_r)) of sample and rater.

    p_r(l | x) = sum_k p(k | x) C(x, r)(k, l), where u and v are linear and g has one hidden layer or none. By
    default the subclasses leave out u(x) and the hidden layer: each of them lowered the accuracy on simulated
    raters with 5 votes a sample. No gradient flows through u(x), so the confusions do not train the trunk.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    sample_units, rater_units, hidden_units : int
        Sizes of the embeddings of samples and raters, and of the hidden layer (0: none). With `sample_units`
        0 the confusions are the same for all samples.
    prior : float
        Initial probability that a rater chooses the right class.
    """

    settings = {
        "sample_units": Number(0, integer=True),
        "rater_units": Number(1, integer=True),
        "hidden_units": Number(0, integer=True),
        "prior": Number(0, 1, limits_allowed=False),
    }

    def __init__(self, n_units, n_classes, n_raters, sample_units, rater_units, hidden_units, prior):
        super().__init__(n_units, n_classes, n_raters)
        self.prior = prior
        self.sample_units = sample_units
        self.confusion_of = "sample" if sample_units else "rater"
        if sample_units:
            self.sample_embedding = nn.Linear(n_units, sample_units)
        self.rater_embedding = nn.Linear(n_raters, rater_units)
        size = sample_units + rater_units
        self.hidden = nn.Linear(size, hidden_units) if hidden_units else None
        self.to_confusion = nn.Linear(hidden_units or size, n_classes**2)

    def init_parameters(self, generator):
        """Set the bias so that raters are right with probability `prior` if all embeddings are zero."""
        logit = math.log(self.prior / (1 - self.prior) * (self.n_classes - 1))
        self.to_confusion.bias.copy_(logit * torch.eye(self.n_classes).flatten())

    def embed_raters(self, rater):
        """Return v of each vote's rater, shape (n_votes, rater_units)."""
        return self.rater_embedding.weight.T[rater] + self.rater_embedding.bias

    def log_confusion(self, units, embedded):
        """Return log C of each vote, (n_votes, n_classes, n_classes).

        Parameters
        ----------
        units : tensor of shape (n_votes, n_units)
            Representations of the votes' samples.
        embedded : tensor of shape (n_votes, rater_units)
            Embeddings v of the votes' raters.

        Returns
        -------
        tensor of shape (n_votes, n_classes, n_classes)
            Log-probabilities of the chosen class (columns), given the true class (rows).
        """
        if self.sample_units:
            embedded = torch.cat([self.sample_embedding(without_gradient(units)), embedded], dim=1)
        if self.hidden is not None:
            embedded = nn.functional.silu(self.hidden(embedded))
        logits = self.to_confusion(embedded)
        return log_softmax(logits.unflatten(1, (self.n_classes, self.n_classes)))

    def rater_log_proba(self, units, sample, rater):
        """Return the log-probabilities of the classes that raters choose; see `RaterModel`."""
        log_confusion = self.log_confusion(units[sample], self.embed_raters(rater))
        return apply_confusion(self.consensus_log_proba(units)[sample], log_confusion)

    def confusion(self, units):
        """Return C, (n_samples, n_raters, n_classes, n_classes)."""
        raters = self.embed_raters(torch.arange(self.n_raters, device=units.device))
        if not self.sample_units:
            return self.log_confusion(units, raters).exp().expand(len(units), -1, -1, -1)
        rows = units.repeat_interleave(self.n_raters, dim=0)
        matrices = self.log_confusion(rows, raters.repeat(len(units), 1)).exp()
        return matrices.unflatten(0, (len(units), self.n_raters))


class AnnotMix(SampleConfusions):
    """Confusion matrices predicted by a network that is trained on mixed pairs of votes.

    While training, pairs of votes are mixed: m a + (1 - m) b for their samples, raters and labels, where m is
    drawn from Beta(mixing, mixing). Rows of a table are mixed before the trunk, as in the paper. Sequences of
    different lengths cannot be mixed, so their representations are mixed instead. On tables of simulated
    raters, mixing representations cost 1.3 to 3.2 points of accuracy.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    sample_units, rater_units, hidden_units : int, default=0, 32, 0
        As in `SampleConfusions`. 32 hidden units lowered the accuracy from 75 to 65 % on simulated raters
        with two opposite opinions: the network learns the confusions before the trunk learns the classes.
    mixing : float, default=1.0
        Parameter of the beta distribution; 0 turns mixing off.
    prior : float, default=0.9
        Initial probability that a rater chooses the right class.
    """

    name = "annot_mix"
    paper = "Herde, Lührs, Huseljic & Sick 2024, Annot-Mix, ECAI"
    settings = {**SampleConfusions.settings, "mixing": Number(0)}
    confusion_of = "rater"

    def __init__(
        self,
        n_units,
        n_classes,
        n_raters,
        *,
        sample_units=0,
        rater_units=32,
        hidden_units=0,
        mixing=1.0,
        prior=0.9,
    ):
        super().__init__(n_units, n_classes, n_raters, sample_units, rater_units, hidden_units, prior)
        self.mixing = mixing

    def loss(self, units, sample, rater, label, weight, represent=None):
        """Return the loss of mixed votes while training, otherwise of the votes themselves.

        Parameters
        ----------
        units : tensor of shape (n_samples, n_units) or (n_samples, n_features)
            Representations, or rows if `represent` is given.
        sample, rater, label, weight : tensor of shape (n_votes,)
            As in `RaterModel.loss`.
        represent : callable, default=None
            Function from rows to representations, (n_votes, n_units).

        Returns
        -------
        tensor of shape ()
            The loss.
        """
        if not self.training or self.mixing == 0:
            return super().loss(units, sample, rater, label, weight)
        labels = nn.functional.one_hot(label, self.n_classes).to(units.dtype) * weight[:, None]
        # The embedding is affine, so to mix embeddings is to mix raters.
        rows, raters, labels = mix_rows(
            [units.index_select(0, sample), self.embed_raters(rater), labels], self.mixing
        )
        units = rows if represent is None else represent(rows)
        log_proba = apply_confusion(self.consensus_log_proba(units), self.log_confusion(units, raters))
        return -(labels * log_proba).sum() / len(weight)


class MaDL(SampleConfusions):
    """Confusion matrices predicted by a network, with less weight for raters who resemble many others.

    The weight w_r of a rater's votes is inverse to sum_s exp(-gamma |v_r - v_s|^2) over all raters s, and has
    mean 1, so raters who copy each other count as one. gamma is learnt, with a prior Gamma(1.25, 0.25). In
    the paper the network of confusions also has the outer product of the embeddings as input.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    sample_units, rater_units, hidden_units : int, default=0, 16, 0
        As in `SampleConfusions`.
    prior : float, default=0.8
        Initial probability that a rater chooses the right class.
    """

    name = "madl"
    paper = "Herde, Huseljic & Sick 2023, Multi-annotator deep learning, TMLR; MaDL(X, F), equations 21 to 23"
    confusion_of = "rater"
    shape, rate = 1.25, 0.25  # of the gamma prior

    def __init__(
        self, n_units, n_classes, n_raters, *, sample_units=0, rater_units=16, hidden_units=0, prior=0.8
    ):
        super().__init__(n_units, n_classes, n_raters, sample_units, rater_units, hidden_units, prior)
        self.gamma = nn.Parameter(torch.empty(()))

    def init_parameters(self, generator):
        """Set the parameters of the base class, and gamma to the mode of its prior."""
        super().init_parameters(generator)
        nn.init.constant_(self.gamma, (self.shape - 1) / self.rate)

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of the weighted votes plus the loss of gamma's prior; see `RaterModel`."""
        embedding = without_gradient(self.rater_embedding.weight).T
        gamma = self.gamma.clamp(min=1e-3)
        n_similar = torch.exp(-gamma * torch.cdist(embedding, embedding).square()).sum(dim=1)
        rater_weight = self.n_raters / n_similar / (1 / n_similar).sum()
        log_proba = self.rater_log_proba(units, sample, rater).gather(1, label[:, None]).squeeze(1)
        vote_loss = mean_loss(-log_proba, weight * rater_weight[rater])
        return vote_loss - (self.shape - 1) * gamma.log() + self.rate * gamma


def mix_rows(arrays, mixing):
    """Mix the rows of arrays with rows drawn at random.

    Parameters
    ----------
    arrays : list of tensor of shape (n_rows, ...)
        The arrays; all are mixed in the same way.
    mixing : float
        Parameter of the beta distribution that the shares are drawn from.

    Returns
    -------
    list of tensor of shape (n_rows, ...)
        The mixed arrays.
    """
    n_rows, device = len(arrays[0]), arrays[0].device
    order = torch.randperm(n_rows, generator=thread_random.generator, device=device)
    # The share of one gamma variable in the sum of two is beta-distributed; torch's Beta takes no generator.
    # In logarithms, since small parameters give numbers below the smallest: gamma(a) is gamma(a + 1) U^(1/a).
    concentration = torch.full((2, n_rows, 1), float(mixing) + 1, device=device)
    above = torch._standard_gamma(concentration, generator=thread_random.generator)
    uniform = 1 - torch.rand((2, n_rows, 1), generator=thread_random.generator, device=device)
    first, second = above.log() + uniform.log() / mixing
    share = (first - second).sigmoid()
    return [share * rows + (1 - share) * rows[order] for rows in arrays]


MODELS = (AnnotMix, MaDL)
