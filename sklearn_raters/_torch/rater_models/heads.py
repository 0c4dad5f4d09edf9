"""Rater models that predict each rater by a head of its own, or the raters' disagreement."""

import torch
from torch import nn

from sklearn_raters._torch.rater_models.base import RaterModel, shares, stop, weighted_mean


class MultiTask(RaterModel):
    """One head a rater on a shared trunk; the consensus is their mean (Davani et al. 2022, multi-task).

    p_r(k | x) = softmax(W_r h(x) + b_r), trained on the votes of rater r; p(k | x) = mean over r of p_r(k |
    x). Davani et al. take the majority of the heads' labels.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    """

    def __init__(self, n_units, n_classes, n_raters):
        super().__init__(n_units, n_classes * n_raters, n_raters)
        self.n_classes = n_classes

    def say_all(self, units):
        """Return what each head says; see `RaterModel`."""
        return self.output(units).unflatten(1, (self.n_raters, self.n_classes)).log_softmax(dim=2)

    def say(self, units, sample, rater):
        """Return what the raters' heads say; see `RaterModel`."""
        return self.say_all(units)[sample, rater]

    def consensus(self, units):
        """Return the log of the heads' mean."""
        return self.say_all(units).exp().mean(dim=1).log()


class DoctorNet(MultiTask):
    """One head a rater, averaged by learnt weights (Guan et al. 2018, "Who Said What").

    p(k | x) = sum_r w_r(x) p_r(k | x) with w(x) = softmax(a(x)) over raters. The logits a are 0 for "dn", one
    number a rater for "wdn", a linear function of h(x) for "iwdn", and that through a narrow layer for
    "biwdn". They are trained to give the mean of a sample's votes, as an average over the raters who did not
    rate it (all, where everybody did), while the heads are taken as they are: no gradient of this loss
    reaches them. The paper trains the weights after the heads, here both are trained at once.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    weighting : {"dn", "wdn", "iwdn", "biwdn"}, default="wdn"
        What the raters' weights depend on: nothing, the rater, or also the sample.
    bottleneck : int, default=5
        Units of the narrow layer of "biwdn".
    """

    def __init__(self, n_units, n_classes, n_raters, *, weighting="wdn", bottleneck=5):
        super().__init__(n_units, n_classes, n_raters)
        if weighting not in ("dn", "wdn", "iwdn", "biwdn"):
            raise ValueError(f"weighting must be 'dn', 'wdn', 'iwdn' or 'biwdn', not {weighting!r}.")
        self.weighting = weighting
        if weighting == "wdn":
            self.logits = nn.Parameter(torch.empty(n_raters))
        elif weighting == "iwdn":
            self.logits_of = nn.Linear(n_units, n_raters)
        elif weighting == "biwdn":
            self.logits_of = nn.Sequential(nn.Linear(n_units, bottleneck), nn.Linear(bottleneck, n_raters))

    def start(self, generator):
        """Start with equal weights of all raters."""
        if self.weighting == "wdn":
            nn.init.zeros_(self.logits)

    def weights(self, units):
        """Return the logits of the raters' weights, shape (n_samples, n_raters)."""
        if self.weighting == "dn":
            return units.new_zeros(len(units), self.n_raters)
        if self.weighting == "wdn":
            return self.logits.expand(len(units), -1)
        return self.logits_of(units)

    def consensus(self, units):
        """Return the log of the weighted mean of the heads."""
        weights = self.weights(units).log_softmax(dim=1).unsqueeze(2)
        return torch.logsumexp(weights + self.say_all(units), dim=1)

    def loss(self, units, sample, rater, label, weight):
        """Return the heads' loss, plus that of the weighted mean; see `RaterModel`."""
        heads = super().loss(units, sample, rater, label, weight)
        if self.weighting == "dn":
            return heads
        said = stop(self.say_all(units))
        rated = torch.zeros(said.shape[:2], dtype=torch.bool, device=units.device)
        rated[sample, rater] = True
        rated &= ~rated.all(dim=1, keepdim=True)
        logits = self.weights(stop(units)).masked_fill(rated, -torch.inf)
        mean = torch.logsumexp(logits.log_softmax(dim=1).unsqueeze(2) + said, dim=1)
        return heads + weighted_mean(-mean[sample, label], weight)


class Uncertainty(RaterModel):
    """A second output learns how far the raters disagree (Han et al. 2017, perception uncertainty).

    p(k | x) = softmax(W h(x) + b), trained on the shares q(k) of a sample's votes, and u(x) = sigmoid(v h(x)
    + c), trained by squared error on their entropy, -sum_k q(k) log q(k) / log K. All raters are alike to it.
    Han measures disagreement on continuous ratings by their standard deviation; classes have an entropy.
    Class weights weigh the shares too, and a single vote is no disagreement: give it samples with several.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    uncertainty_weight : float, default=1.0
        Weight of the second loss.
    """

    def __init__(self, n_units, n_classes, n_raters, *, uncertainty_weight=1.0):
        super().__init__(n_units, n_classes, n_raters)
        self.uncertainty_weight = uncertainty_weight
        self.uncertainty = nn.Linear(n_units, 1)

    def disagreement(self, units):
        """Return the disagreement expected on each sample, between 0 and 1, shape (n_samples,)."""
        return self.uncertainty(units).squeeze(1).sigmoid()

    def say(self, units, sample, rater):
        """Return the consensus, which every rater gets."""
        return self.consensus(units)[sample]

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of both outputs; see `RaterModel`."""
        votes = super().loss(units, sample, rater, label, weight)
        share = shares(sample, label, weight, stop(self.consensus(units)))
        entropy = -torch.special.xlogy(share, share).sum(dim=1) / torch.tensor(float(self.n_classes)).log()
        error = (self.disagreement(units) - entropy).square().mean()
        return votes + self.uncertainty_weight * error
