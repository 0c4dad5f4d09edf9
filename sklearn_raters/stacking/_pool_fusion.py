"""The fusion "pool": one log-linear pool of the views for each of three questions."""

from dataclasses import dataclass

import numpy as np

from sklearn_raters._targets import class_weights
from sklearn_raters.consensus import soft_labels
from sklearn_raters.stacking._pool import LogLinearPool, choose_penalty, fit_pool
from sklearn_raters.stacking._views import CROWD_VIEWS

# Number of raters, those with the most samples, by whom the penalty is chosen: more would only take time.
_N_CHOOSING = 10
# To undo the smoothing of targets is to enlarge the errors of a posterior as well. For each part of mass that
# smoothing adds to a vote (3 for one vote of four classes), so much of the posterior gives way to the prior.
_DOUBT = 0.01


@dataclass(frozen=True, eq=False, repr=False)
class Readings:
    """How the posteriors of the views become the inputs of the pools.

    Each crowd view is an input, and so is the average of the raters' views, who count by the number of
    samples that they rated: one input a rater would have too many weights for the samples of most corpora.

    Parameters
    ----------
    names : list
        The views' names.
    n_rated : ndarray of shape (n_views,)
        Weighted number of samples of each view.
    priors : ndarray of shape (n_views, n_classes)
        Shares of the classes in the views' targets, without smoothing.
    doubts : ndarray of shape (n_views,)
        Weight of the prior beside each posterior.
    """

    names: list
    n_rated: np.ndarray
    priors: np.ndarray
    doubts: np.ndarray

    @classmethod
    def of_views(cls, views, classes):
        """Describe views (list of View)."""
        n_rated = np.array([view.n_rated for view in views])
        mass = np.stack([view.class_mass(classes).sum(axis=0) for view in views])
        shares = mass / mass.sum(axis=1, keepdims=True)
        unsmoothed = np.stack(
            [view.unsmoothed(row[None])[0] for view, row in zip(views, shares, strict=True)]
        )
        added = len(classes) * np.array([view.floor for view in views])
        doubts = np.minimum(_DOUBT * added / (1 - added), 0.5)
        return cls([view.name for view in views], n_rated, _floored(unsmoothed, n_rated[:, None]), doubts)

    def _crowd(self):
        return np.array([name in CROWD_VIEWS for name in self.names])

    def ratios(self, posteriors):
        """Return the logarithms of posteriors divided by priors.

        Parameters
        ----------
        posteriors : ndarray of shape (n_samples, n_views, n_classes)
            Posteriors without smoothing; NaN where a view has none.

        Returns
        -------
        common : ndarray of shape (n_samples, n_parts, n_classes)
            Those of the crowd views, then that of the raters' average; near 0 where there is no posterior.
        own : ndarray of shape (n_samples, n_raters, n_classes)
            Those of each rater's view.
        """
        crowd, known = self._crowd(), np.isfinite(posteriors)
        posteriors = _floored(np.where(known, posteriors, self.priors), self.n_rated[:, None])
        posteriors += self.doubts[:, None] * (self.priors - posteriors)
        ratios = np.log(posteriors) - np.log(self.priors)
        parts = [ratios[:, crowd]]
        if not crowd.all():
            weight = np.broadcast_to(self.n_rated[~crowd, None], posteriors[:, ~crowd].shape)
            # Only the raters with a posterior count, unless nobody has one.
            weight = np.where(known[:, ~crowd], weight, 1e-9 * weight)
            average = (posteriors[:, ~crowd] * weight).sum(axis=1) / weight.sum(axis=1)
            prior = np.average(self.priors[~crowd], axis=0, weights=self.n_rated[~crowd])
            parts.append((np.log(average) - np.log(prior))[:, None])
        return np.concatenate(parts, axis=1), ratios[:, ~crowd]


def _floored(shares, n_rated):
    """Raise shares to at least ``1 / (n_rated + n_classes)``, and let them sum to one."""
    shares = np.maximum(shares, 1 / (n_rated + shares.shape[-1]))
    return shares / shares.sum(axis=-1, keepdims=True)


@dataclass(frozen=True, eq=False)
class PoolFusion:
    """The fitted fusion "pool".

    Parameters
    ----------
    readings : Readings
        How posteriors become the inputs of the pools.
    consensus : LogLinearPool
        Predicts the consensus.
    shares : LogLinearPool
        Predicts the shares of the raters who choose each class.
    raters : list of LogLinearPool
        Predict the labels of each rater that has a view, from this view and the common inputs.
    """

    readings: Readings
    consensus: LogLinearPool
    shares: LogLinearPool
    raters: list

    def predict_proba(self, posteriors):
        """Return the probabilities of the consensus, (n_samples, n_classes)."""
        return self.consensus.predict_proba(self.readings.ratios(posteriors)[0])

    def predict_soft_labels(self, posteriors):
        """Return the shares of the raters, (n_samples, n_classes)."""
        return self.shares.predict_proba(self.readings.ratios(posteriors)[0])

    def predict_proba_raters(self, posteriors):
        """Return the probabilities of each rater's labels, (n_samples, n_raters, n_classes)."""
        common, own = self.readings.ratios(posteriors)
        answers = [
            pool.predict_proba(np.concatenate([own[:, [place]], common], axis=1))
            for place, pool in enumerate(self.raters)
        ]
        return np.stack(answers, axis=1)


def fit_pool_fusion(plan, posteriors, learnt, class_weight, sample_weight):
    """Fit the pools of the three questions.

    Parameters
    ----------
    plan : StackPlan
        The ratings, the views and the consensus.
    posteriors : ndarray of shape (n_samples, n_views, n_classes)
        Posteriors without smoothing, by copies of the views that have not seen the sample; NaN where there is
        none.
    learnt : ndarray of bool of shape (n_samples, n_classes)
        Whether these copies have learnt the class. A pool learns from no sample of another class.
    class_weight : dict, "balanced" or None
        Weights of the classes for the consensus.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.

    Returns
    -------
    PoolFusion
        The fitted pools.
    """
    task, classes = plan.task, np.asarray(plan.task.classes)
    weight = np.ones(task.n_samples) if sample_weight is None else sample_weight
    readings = Readings.of_views(plan.views, plan.task.classes)
    common, own = readings.ratios(posteriors)
    seen = np.isfinite(posteriors).any(axis=(1, 2))

    fold_of = np.zeros(task.n_samples, dtype=np.intp)
    for number, (_, test) in enumerate(plan.splits):
        fold_of[test] = number

    def learnt_from(inputs, targets, weight):
        """Return the arguments of `fit_pool`, and the folds of the samples."""
        mass = (targets * weight[:, None]).sum(axis=0) + 1  # one more vote, so that no share is 0
        rows = seen & (weight > 0) & (targets.sum(axis=1) > 0) & ~((targets > 0) & ~learnt).any(axis=1)
        return (inputs[rows], targets[rows], weight[rows], mass / mass.sum()), fold_of[rows]

    labels = np.zeros((task.n_samples, len(classes)))
    labels[plan.samples] = plan.labels[:, None] == classes
    by_class = class_weights(class_weight, plan.task.classes, labels * weight[:, None])
    label_weight = weight * (labels @ by_class)
    # Weights of classes leave the sum of the weights as it is, and so the strength of the penalty.
    label_weight *= weight[plan.samples].sum() / label_weight.sum()
    consensus = fit_pool(*learnt_from(common, labels, label_weight)[0])
    shares = fit_pool(*learnt_from(common, np.nan_to_num(soft_labels(task, alpha=0)), weight)[0])
    of_raters = []
    for place, name in enumerate(view.name for view in plan.views if view.name not in CROWD_VIEWS):
        chosen = np.nan_to_num(soft_labels(task.of_rater(name), alpha=0, outside_majority="keep"))
        inputs = np.concatenate([own[:, [place]], common], axis=1)
        of_raters.append(learnt_from(inputs, chosen, weight))
    return PoolFusion(readings, consensus, shares, _fit_pools_of_raters(of_raters))


def _fit_pools_of_raters(of_raters):
    """Fit the pools of the raters, with one penalty for all.

    How much a rater differs from the others is another matter in each corpus: raters of speech are best
    drawn to the crowd, and two camps with opinions of their own are not.
    """
    most_rated = sorted(of_raters, key=lambda one: -one[0][2].sum())[:_N_CHOOSING]
    penalty = choose_penalty(*zip(*most_rated, strict=True)) if most_rated else None
    return [fit_pool(*arguments, penalty) for arguments, _ in of_raters]
