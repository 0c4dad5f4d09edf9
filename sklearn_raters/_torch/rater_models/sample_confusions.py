"""Rater models whose confusions a network gives, of the rater and, if asked, of the sample."""

import math

import torch
from torch import nn

from sklearn_raters._torch.modules import draws
from sklearn_raters._torch.rater_models.base import RaterModel, noisy, stop


class SampleConfusions(RaterModel):
    """Confusions by a network of sample and rater: C(x, r) = softmax(g(u(x), v_r)).

    p_r(l | x) = sum_k p(k | x) C(x, r)(k, l); u and v are linear, g has one hidden layer or none. By default
    the subclasses leave u(x) and the hidden layer out: on simulated crowds with 5 votes a sample either cost
    accuracy. What raters confuse does not shape the trunk: no gradient goes through u(x) to it.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    sample_units, rater_units, hidden_units : int
        Sizes of the embeddings of samples and raters, and of the hidden layer (0: none). With `sample_units`
        0 the confusions are the same for all samples.
    prior : float
        How likely every rater is right, to begin with.
    """

    def __init__(self, n_units, n_classes, n_raters, *, sample_units, rater_units, hidden_units, prior):
        super().__init__(n_units, n_classes, n_raters)
        self.prior = prior
        self.sample_units = sample_units
        self.confuses_by_sample = sample_units > 0
        if sample_units:
            self.sample_embedding = nn.Linear(n_units, sample_units)
        self.rater_embedding = nn.Linear(n_raters, rater_units)
        size = sample_units + rater_units
        self.hidden = nn.Linear(size, hidden_units) if hidden_units else None
        self.to_confusion = nn.Linear(hidden_units or size, n_classes**2)

    def start(self, generator):
        """Start with raters who are right in `prior` of the cases, whatever the embeddings are."""
        logit = math.log(self.prior / (1 - self.prior) * (self.n_classes - 1))
        with torch.no_grad():
            self.to_confusion.bias.copy_(logit * torch.eye(self.n_classes).flatten())

    def embed(self, rater):
        """Return v of each vote's rater, shape (n_votes, rater_units): the layer's value for its place."""
        return self.rater_embedding.weight.T[rater] + self.rater_embedding.bias

    def log_confusion(self, units, embedded):
        """Return log C, (n_votes, n_classes, n_classes), from a vote's representation and its rater's v."""
        if self.sample_units:
            embedded = torch.cat([self.sample_embedding(stop(units)), embedded], dim=1)
        if self.hidden is not None:
            embedded = nn.functional.silu(self.hidden(embedded))
        logits = self.to_confusion(embedded)
        return logits.unflatten(1, (self.n_classes, self.n_classes)).log_softmax(dim=2)

    def say(self, units, sample, rater):
        """Return what the raters say; see `RaterModel`."""
        return noisy(self.consensus(units)[sample], self.log_confusion(units[sample], self.embed(rater)))

    def confusion(self, units):
        """Return what each rater says of each class, (n_samples, n_raters, n_classes, n_classes)."""
        raters = self.embed(torch.arange(self.n_raters, device=units.device))
        if not self.sample_units:
            return self.log_confusion(units, raters).exp().expand(len(units), -1, -1, -1)
        rows = units.repeat_interleave(self.n_raters, dim=0)
        matrices = self.log_confusion(rows, raters.repeat(len(units), 1)).exp()
        return matrices.unflatten(0, (len(units), self.n_raters))


class AnnotMix(SampleConfusions):
    """Sample-wise confusions, trained on mixed votes (Herde et al. 2024, annot-mix).

    While training, pairs of votes are mixed: m a + (1 - m) b for their samples, raters and labels, m drawn
    from Beta(mixing, mixing). Rows of a table are mixed as they go into the trunk, as in the paper. For
    sequences of different lengths that has no meaning: their representations are mixed, which on tables is
    worth less (1.3 to 3.2 points of accuracy on simulated crowds).

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    sample_units, rater_units, hidden_units : int, default=0, 32, 0
        As in `SampleConfusions`. With 32 hidden units the accuracy on two camps of raters fell from 75 to
        65 %: confusions are learnt before the trunk has learnt the classes.
    mixing : float, default=1.0
        Parameter of the beta distribution; 0 mixes nothing.
    prior : float, default=0.9
        How likely every rater is right, to begin with.
    """

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
        super().__init__(
            n_units,
            n_classes,
            n_raters,
            sample_units=sample_units,
            rater_units=rater_units,
            hidden_units=hidden_units,
            prior=prior,
        )
        self.mixing = mixing

    def loss(self, units, sample, rater, label, weight, represent=None):
        """Return the loss of mixed votes while training, of the votes as they are else.

        With `represent`, which makes representations of rows, `units` holds rows, (n_samples, n_features).
        """
        if not self.training or self.mixing == 0:
            return super().loss(units, sample, rater, label, weight)
        labels = nn.functional.one_hot(label, self.n_classes).to(units.dtype) * weight[:, None]
        # v is affine, so that mixing it is to mix the raters.
        rows, raters, labels = mixed([units[sample], self.embed(rater), labels], self.mixing)
        rows = rows if represent is None else represent(rows)
        said = noisy(self.consensus(rows), self.log_confusion(rows, raters))
        return -(labels * said).sum() / weight.sum()


class MaDL(SampleConfusions):
    """Sample-wise confusions, raters weighted down who are like many others (Herde et al. 2023, MaDL(X, F)).

    A vote counts w_r, inverse to sum_s exp(-gamma |v_r - v_s|^2) over raters s, with mean 1 (equations 21 to
    23): raters who copy each other count as one. gamma is learnt, with a prior Gamma(1.25, 0.25). The paper's
    network of confusions has the outer product of the embeddings as a further input.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    sample_units, rater_units, hidden_units : int, default=0, 16, 0
        As in `SampleConfusions`.
    prior : float, default=0.8
        How likely every rater is right, to begin with.
    """

    shape, rate = 1.25, 0.25

    def __init__(
        self,
        n_units,
        n_classes,
        n_raters,
        *,
        sample_units=0,
        rater_units=16,
        hidden_units=0,
        prior=0.8,
    ):
        super().__init__(
            n_units,
            n_classes,
            n_raters,
            sample_units=sample_units,
            rater_units=rater_units,
            hidden_units=hidden_units,
            prior=prior,
        )
        self.gamma = nn.Parameter(torch.empty(()))

    def start(self, generator):
        """Start gamma at the most likely value of its prior."""
        super().start(generator)
        nn.init.constant_(self.gamma, (self.shape - 1) / self.rate)

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of weighted votes and of gamma; see `RaterModel`."""
        embedding = stop(self.rater_embedding.weight).T
        gamma = self.gamma.clamp(min=1e-3)
        like = torch.exp(-gamma * torch.cdist(embedding, embedding).square()).sum(dim=1)
        by_rater = self.n_raters / like / (1 / like).sum()
        said = self.say(units, sample, rater).gather(1, label[:, None]).squeeze(1)
        # Not their weighted mean, in which the weight of a vote alone in its batch would not count.
        votes = -(said * weight * by_rater[rater]).sum() / weight.sum()
        return votes - (self.shape - 1) * gamma.log() + self.rate * gamma


def mixed(arrays, mixing):
    """Mix the rows of arrays with rows drawn at random, all arrays alike."""
    n_rows, device = len(arrays[0]), arrays[0].device
    order = torch.randperm(n_rows, generator=draws.generator, device=device)
    # The share of one of two gamma variables is beta-distributed; torch.distributions takes no generator.
    concentration = torch.full((2, n_rows, 1), float(mixing), device=device)
    first, second = torch._standard_gamma(concentration, generator=draws.generator)
    share = first / (first + second)
    return [share * rows + (1 - share) * rows[order] for rows in arrays]
