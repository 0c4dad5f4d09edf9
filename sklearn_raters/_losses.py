"""What the networks minimise."""

from torch import nn


class SoftCrossEntropy(nn.Module):
    """Cross-entropy against a distribution: the mean over samples of -sum_k q_k log p_k.

    The targets need not sum to one: sample weights and class weights are folded into them beforehand,
    so that the gradient of a batch stays an unbiased estimate of the whole weighted loss'.
    """

    # The loss of a batch adds up from those of its parts, so these can be learnt from one by one.
    is_mean_of_samples = True

    def forward(self, logits, targets):
        """Return the loss of (n_samples, n_classes) logits and targets."""
        return -(targets * logits.log_softmax(dim=1)).sum(dim=1).mean()
