"""Rater models without confusion matrices: an output for each rater, or for the raters' disagreement."""

import torch
from torch import nn
from torch.nn.functional import nll_loss

from sklearn_raters._torch.rater_models.base import (
    RaterModel,
    log_softmax,
    mean_loss,
    vote_shares,
    without_gradient,
)
from sklearn_raters._torch.settings import Choice, Number

# Heads that are computed for all raters in the time of one vote's head alone.
_HEADS_A_VOTE = 16


class MultiTask(RaterModel):
    """One head for each rater on a shared trunk; the consensus is the mean of the heads.

    p_r(k | x) = softmax(W_r h(x) + b_r), trained on the votes of rater r, and p(k | x) = mean over r of
    p_r(k | x). The paper takes the majority of the heads' labels instead of the mean.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    """

    name = "multitask"
    paper = "Davani, Díaz & Prabhakaran 2022, Dealing with disagreements, TACL; the multi-task model"

    def __init__(self, n_units, n_classes, n_raters):
        super().__init__(n_units, n_classes * n_raters, n_raters)
        self.n_classes = n_classes

    def all_raters_log_proba(self, units):
        """Return the log-probabilities of all heads; see `RaterModel`."""
        return log_softmax(self.output(units).unflatten(1, (self.n_raters, self.n_classes)))

    def rater_log_proba(self, units, sample, rater):
        """Return the log-probabilities of the raters' heads; see `RaterModel`."""
        # A product with all heads costs less a head than products with single ones.
        if _HEADS_A_VOTE * len(rater) > len(units) * self.n_raters:
            return self.all_raters_log_proba(units)[sample, rater]
        weight = self.output.weight.unflatten(0, (self.n_raters, self.n_classes)).index_select(0, rater)
        bias = self.output.bias.view(self.n_raters, self.n_classes).index_select(0, rater)
        logits = torch.bmm(weight, units.index_select(0, sample).unsqueeze(2)).squeeze(2)
        return log_softmax(logits + bias)

    def consensus_log_proba(self, units):
        """Return the log of the heads' mean; see `RaterModel`."""
        return self.all_raters_log_proba(units).exp().mean(dim=1).log()

    def validation_loss(self, units, sample, rater, label, weight):
        """Return the loss of the held-out votes by the consensus; see `RaterModel`.

        Heads of raters with few votes overfit before the mean of all heads is at its best.
        """
        log_proba = self.consensus_log_proba(units)[sample]
        return mean_loss(nll_loss(log_proba, label, reduction="none"), weight)


class DoctorNet(MultiTask):
    """One head for each rater, averaged with learnt weights.

    p(k | x) = sum_r w_r(x) p_r(k | x) with w(x) = softmax(a(x)) over raters. The logits a are 0 for "dn", one
    number for each rater for "wdn", a linear function of h(x) for "iwdn", and the same through a narrow layer
    for "biwdn". The loss of the weights compares the weighted mean with a sample's votes. The mean is taken
    over the raters who did not rate the sample (over all raters, if all rated it), and the gradient of this
    loss changes the weights only, not the heads. The paper trains the weights after the heads; here both are
    trained at once.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    weighting : {"dn", "wdn", "iwdn", "biwdn"}, default="wdn"
        Whether the raters' weights are equal, depend on the rater, or on the rater and the sample.
    bottleneck : int, default=5
        Number of units of the narrow layer of "biwdn".
    """

    name = "doctor_net"
    paper = "Guan, Gulshan, Dai & Hinton 2018, Who said what: modeling individual labelers, AAAI"
    settings = {"weighting": Choice(("dn", "wdn", "iwdn", "biwdn")), "bottleneck": Number(1, integer=True)}

    def __init__(self, n_units, n_classes, n_raters, *, weighting="wdn", bottleneck=5):
        super().__init__(n_units, n_classes, n_raters)
        self.weighting = weighting
        if weighting == "wdn":
            self.logits = nn.Parameter(torch.empty(n_raters))
        elif weighting == "iwdn":
            self.logit_layer = nn.Linear(n_units, n_raters)
        elif weighting == "biwdn":
            self.logit_layer = nn.Sequential(nn.Linear(n_units, bottleneck), nn.Linear(bottleneck, n_raters))

    def init_parameters(self, generator):
        """Let all raters have the same weight."""
        if self.weighting == "wdn":
            nn.init.zeros_(self.logits)

    def weight_logits(self, units):
        """Return a, the logits of the raters' weights, shape (n_samples, n_raters)."""
        if self.weighting == "dn":
            return units.new_zeros(len(units), self.n_raters)
        if self.weighting == "wdn":
            return self.logits.expand(len(units), -1)
        return self.logit_layer(units)

    def consensus_log_proba(self, units):
        """Return the log of the weighted mean of the heads; see `RaterModel`."""
        weights = self.weight_logits(units).log_softmax(dim=1).unsqueeze(2)
        return torch.logsumexp(weights + self.all_raters_log_proba(units), dim=1)

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of the heads plus the loss of their weighted mean; see `RaterModel`."""
        loss_of_heads = super().loss(units, sample, rater, label, weight)
        if self.weighting == "dn":
            return loss_of_heads
        heads = without_gradient(self.all_raters_log_proba(units))
        rated = torch.zeros(heads.shape[:2], dtype=torch.bool, device=units.device)
        rated[sample, rater] = True
        rated &= ~rated.all(dim=1, keepdim=True)
        logits = self.weight_logits(without_gradient(units)).masked_fill(rated, -torch.inf)
        mean = torch.bmm(logits.softmax(dim=1).unsqueeze(1), heads.exp()).squeeze(1)
        log_mean = mean.clamp(min=torch.finfo(mean.dtype).tiny).log()
        return loss_of_heads + mean_loss(-log_mean[sample, label], weight)


class Uncertainty(RaterModel):
    """The consensus, and a second output that predicts how much the raters disagree.

    p(k | x) = softmax(W h(x) + b) is trained on the shares q(k) of a sample's votes, and u(x) = sigmoid(v
    h(x) + c) by squared error on their entropy, -sum_k q(k) log q(k) / log K. All raters are predicted to
    choose as the consensus does. The paper measures disagreement by the standard deviation of continuous
    ratings; for classes, the entropy takes its place. Class weights change the shares too. A sample with a
    single vote has an entropy of 0, so use samples with several votes. The mean of the squared errors counts
    each sample once and does not use sample weights.

    Parameters
    ----------
    n_units, n_classes, n_raters : int
        As in `RaterModel`.
    uncertainty_weight : float, default=1.0
        Weight of the second loss.
    """

    name = "uncertainty"
    paper = "Han et al. 2017, From hard to soft: modelling the perception uncertainty, ACM Multimedia"
    settings = {"uncertainty_weight": Number(0)}

    def __init__(self, n_units, n_classes, n_raters, *, uncertainty_weight=1.0):
        super().__init__(n_units, n_classes, n_raters)
        self.uncertainty_weight = uncertainty_weight
        self.uncertainty = nn.Linear(n_units, 1)

    def disagreement(self, units):
        """Return the expected disagreement on each sample, between 0 and 1, shape (n_samples,)."""
        return self.uncertainty(units).squeeze(1).sigmoid()

    def rater_log_proba(self, units, sample, rater):
        """Return the consensus for every rater; see `RaterModel`."""
        return self.consensus_log_proba(units)[sample]

    def loss(self, units, sample, rater, label, weight):
        """Return the loss of both outputs; see `RaterModel`."""
        vote_loss = super().loss(units, sample, rater, label, weight)
        like = without_gradient(self.consensus_log_proba(units))
        share = vote_shares(sample, label, weight, like)
        entropy = -torch.special.xlogy(share, share).sum(dim=1) / torch.tensor(float(self.n_classes)).log()
        error = (self.disagreement(units) - entropy).square().mean()
        return vote_loss + self.uncertainty_weight * error


MODELS = (MultiTask, DoctorNet, Uncertainty)
