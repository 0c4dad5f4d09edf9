"""The log-linear pool: a logistic layer on log-posteriors that starts from their plain average."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from sklearn_raters._parallel import small_products

# Penalty of the squared distance of a weight from that of the plain pool, in units of the log-likelihood:
# weights are expected within 0.13 of it. From 10 to 100 the scores of ten tasks hardly differ.
PENALTY = 30.0
# Penalties that `choose_penalty` tries.
_PENALTIES = (100.0, 30.0, 10.0, 3.0, 1.0)
# The offsets are one for each class, and are moved more easily.
_OFFSET_PENALTY = 1.0
# Until the gradient is as small as rounding allows, so that weights equal repeated samples.
_PRECISE = {"gtol": 1e-9, "ftol": 0.0, "maxiter": 10_000, "maxfun": 100_000}
# Enough to compare penalties, in a fifth of the time.
_ROUGH = {"gtol": 1e-3}


class LogLinearPool(NamedTuple):
    """A log-linear pool of several classifiers' posteriors, with a matrix of weights for each.

    The log-probability of class k is, but for a constant, ``offsets[k] + sum_p ratios[p] @ weights[p, :, k]``
    with ``ratios[p]`` the logarithm of classifier p's posterior divided by its prior. If each matrix is
    the identity divided by the number of classifiers, this is the plain log-linear pool with corrected
    priors (Genest & Zidek 1986).

    Parameters
    ----------
    weights : ndarray of shape (n_parts, n_classes, n_classes)
        Weights from the classes of each classifier to those of the pool.
    offsets : ndarray of shape (n_classes,)
        Offsets of the classes.
    """

    weights: np.ndarray
    offsets: np.ndarray

    def predict_proba(self, ratios):
        """Return the class probabilities, (n_samples, n_classes), for ratios as in `fit_pool`."""
        return softmax(_logits(self.weights, self.offsets, ratios), axis=1)


def _logits(weights, offsets, ratios):
    return ratios.reshape(len(ratios), -1) @ weights.reshape(-1, len(offsets)) + offsets


def plain_pool(n_parts, prior):
    """Return the plain pool of `n_parts` classifiers, for classes with the shares `prior`."""
    n_classes = len(prior)
    return LogLinearPool(np.tile(np.eye(n_classes) / n_parts, (n_parts, 1, 1)), np.log(prior))


@small_products()
def fit_pool(ratios, targets, weight, prior, penalty=PENALTY, options=_PRECISE):
    """Fit a pool by penalised likelihood; the penalty draws it towards the plain pool.

    Parameters
    ----------
    ratios : ndarray of shape (n_samples, n_parts, n_classes)
        Logarithms of posteriors divided by priors, of samples that the classifiers have not seen.
    targets : ndarray of shape (n_samples, n_classes)
        Distributions to predict.
    weight : ndarray of shape (n_samples,)
        Weights of the samples.
    prior : ndarray of shape (n_classes,)
        Shares of the classes in the targets, all positive.
    penalty : float, default=PENALTY
        Penalty of the squared distance of a weight from that of the plain pool.
    options : dict
        When the optimizer stops.

    Returns
    -------
    LogLinearPool
        The fitted pool; without samples, the plain one. A class that no target names keeps its weights.
    """
    n_samples, n_parts, n_classes = ratios.shape
    plain = plain_pool(n_parts, prior)
    if n_samples == 0:
        return plain
    flat, mass = ratios.reshape(n_samples, -1), targets * weight[:, None]
    total = mass.sum(axis=1, keepdims=True)
    start = np.concatenate([plain.weights.ravel(), plain.offsets])
    penalties = np.repeat([penalty, _OFFSET_PENALTY], [plain.weights.size, n_classes])
    # Left out of the softmax, a class without targets keeps the weights of the plain pool.
    absent = np.where(mass.any(axis=0), 0, -1e9)

    def loss(parameters):
        weights, offsets = parameters[:-n_classes], parameters[-n_classes:]
        log_proba = log_softmax(_logits(weights, offsets, ratios) + absent, axis=1)
        residual = np.exp(log_proba) * total - mass
        moved = parameters - start
        gradient = np.concatenate([(flat.T @ residual).ravel(), residual.sum(axis=0)])
        return -(mass * log_proba).sum() + penalties @ moved**2, gradient + 2 * penalties * moved

    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    return LogLinearPool(found[:-n_classes].reshape(plain.weights.shape), found[-n_classes:])


def choose_penalty(pools, folds):
    """Choose one penalty for several pools by the likelihood of samples that are left out.

    Parameters
    ----------
    pools : list of tuple
        The arguments of `fit_pool` for each pool: ratios, targets, weight, prior.
    folds : list of ndarray of int of shape (n_samples_of_the_pool,)
        Number of the fold of each sample, of which each is left out once.

    Returns
    -------
    float
        The penalty; `PENALTY` where the samples of no pool are in several folds.
    """
    divided = [(pool, fold) for pool, fold in zip(pools, folds, strict=True) if len(np.unique(fold)) > 1]
    if not divided:
        return PENALTY
    return max(_PENALTIES, key=lambda penalty: sum(_left_out(*pool, fold, penalty) for pool, fold in divided))


def _left_out(ratios, targets, weight, prior, fold, penalty):
    """Return the log-likelihood of samples by pools that were fitted without the samples of their fold."""
    total = 0.0
    for number in np.unique(fold):
        out = fold == number
        fitted = fit_pool(ratios[~out], targets[~out], weight[~out], prior, penalty, _ROUGH)
        log_proba = log_softmax(_logits(fitted.weights, fitted.offsets, ratios[out]), axis=1)
        total += weight[out] @ (targets[out] * log_proba).sum(axis=1)
    return total
