"""The fusion of frozen views: what is held out for it, what it learns from, and its fit."""

from typing import NamedTuple

import numpy as np
from sklearn.base import clone, is_classifier

from sklearn_raters._inner_splits import hold_out, inner_splits
from sklearn_raters._nested import groups_for_fit, weight_name, weights_for_fit
from sklearn_raters._seeds import set_seeds
from sklearn_raters._targets import class_weights
from sklearn_raters.stacking._frozen import side_by_side
from sklearn_raters.stacking._logistic_layer import LayerFold, choose_strength, fit_layer, label_weights
from sklearn_raters.stacking._mixture import ConvexMixture

FUSIONS = ("logistic", "softmax", "mean", "mixture", "fine_tune")


class Split(NamedTuple):
    """Samples to train further copies of the views on, and those held out from them.

    Parameters
    ----------
    train, test : ndarray of int
        Samples of the whole fit.
    """

    train: np.ndarray
    test: np.ndarray


def fusion_splits(fusion, cv, views, consensus, groups, fraction, seed, *, sample_weight=None):
    """Return the splits on which further copies of the views are trained for the sake of the fusion.

    Parameters
    ----------
    fusion, cv : object
        As in `MultiRaterStackingClassifier`.
    views : list of View
        Each keeps some of its samples in every training part.
    consensus : ndarray of object of shape (n_samples,)
        Every label is left in every training part.
    groups : ndarray of shape (n_samples,) or None
        What stays together.
    fraction : float
        Share of the groups held out to choose a penalty.
    seed : int or None
        Source of the choice of groups.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Samples of weight 0 are not drawn.

    Returns
    -------
    list of Split
        Empty where the views that are trained on all samples are enough.

    Raises
    ------
    ValueError
        If `fusion` and `cv` do not go together, or no split leaves every class and view some samples.
    """
    if fusion == "mean":
        return []
    if cv is not None and fusion == "fine_tune":
        raise ValueError(
            "fusion='fine_tune' goes on from views that have seen all samples: it needs cv=None."
        )
    if cv is not None:
        return [Split(train, test) for train, test in inner_splits(cv, consensus, groups, seed)]
    if fusion not in ("logistic", "mixture", "fine_tune"):
        return []
    present = np.arange(len(consensus)) if sample_weight is None else np.flatnonzero(sample_weight)
    groups = None if groups is None else groups[present]
    parts = [np.searchsorted(present, view.samples) for view in views]
    train, test = hold_out(groups, consensus[present], fraction, seed, parts)
    return [Split(present[train], present[test])]


def check_fusion_splits(cv, samples, splits):
    """Raise an error if out-of-fold splits do not hold out each sample with a consensus exactly once."""
    if cv is None or not splits:
        return
    times = np.sum([np.isin(samples, split.test) for split in splits], axis=0)
    if not np.all(times == 1):
        raise ValueError(
            "The test parts of cv must hold each sample once, as those of KFold and GroupKFold do; "
            f"{np.sum(times != 1)} samples are in none or in several."
        )


def represented_samples(fusion, cv, samples, splits):
    """Return the samples that the views represent: those trained on all samples, then those of each split.

    Parameters
    ----------
    fusion, cv : object
        As in `MultiRaterStackingClassifier`.
    samples : ndarray of int
        The samples that have a consensus.
    splits : list of Split
        What further copies of the views are trained on.

    Returns
    -------
    list of (ndarray of int or None)
        Sorted; None where the views represent nothing.
    """
    if fusion == "mean":
        return [None]
    if cv is None:
        return [None if fusion == "mixture" else samples] + [samples] * len(splits)
    tests = [np.intersect1d(samples, split.test) for split in splits]
    return [None, *(test if len(test) else None for test in tests)]


def make_layer(fusion, class_weight, seed, *, weighted):
    """Return the unfitted classifier of the fusion, None where the fusion makes its own.

    Parameters
    ----------
    fusion, class_weight : object
        As in `MultiRaterStackingClassifier`.
    seed : int or None
        Source of the classifier's seeds.
    weighted : bool
        Whether samples have weights.

    Returns
    -------
    classifier or None
        A copy of the classifier given as `fusion`, or the softmax layer.

    Raises
    ------
    TypeError
        If `fusion` is no classifier, or takes no sample weights although there are some.
    ValueError
        If there are class weights that the classifier does not take.
    """
    if fusion == "softmax":
        from sklearn_raters.networks import SoftmaxLayerClassifier

        return SoftmaxLayerClassifier(class_weight=class_weight, random_state=seed)
    if isinstance(fusion, str):
        return None
    if not is_classifier(fusion):
        raise TypeError(f"fusion must be a classifier or one of {', '.join(FUSIONS)}; got {fusion!r}.")
    layer = clone(fusion)
    if seed is not None:
        set_seeds(layer, seed)
    if weighted and weight_name(layer) is None:
        raise TypeError(
            f"sample_weight cannot reach the fusion {layer!r}, whose fit takes no weights. Leave "
            "sample_weight out, or give another classifier as fusion."
        )
    if class_weight is not None:
        if "class_weight" not in layer.get_params():
            raise ValueError(
                f"class_weight={class_weight!r} cannot reach the fusion {layer!r}, which has no such "
                "parameter. Set class_weight=None, or give another classifier as fusion."
            )
        layer.set_params(class_weight=class_weight)
    return layer


def in_sample(held_out, y, weight, inside):
    """Yield what the penalty is chosen by if the views have seen the samples that the fusion learns from.

    Parameters
    ----------
    held_out : list of list of ndarray of shape (n_fused, n_units_i)
        For each split, the representations by views trained on its training part.
    y : ndarray of shape (n_fused,)
        The consensus of the samples.
    weight : ndarray of shape (n_fused,) or None
        Weights of the samples.
    inside : list of Split of bool ndarray of shape (n_fused,)
        Which of the samples each split has in its parts.

    Yields
    ------
    LayerFold
        For `choose_strength`.
    """
    for (train, valid), parts in zip(inside, held_out, strict=True):
        yield _fold(side_by_side(parts, train), side_by_side(parts, valid), y, weight, train, valid)


def out_of_fold(held_out, y, weight, inside):
    """Return what the fusion learns from if no view has seen the sample that it represents.

    Parameters
    ----------
    held_out : list of (list of ndarray of shape (n_test, n_units_i) or None)
        For each split, the representations of its test part by views trained on its training part; None
        where the test part is empty.
    y : ndarray of shape (n_fused,)
        The consensus of the samples.
    weight : ndarray of shape (n_fused,) or None
        Weights of the samples.
    inside : list of Split of bool ndarray of shape (n_fused,)
        Which of the samples each split has in its parts.

    Returns
    -------
    Z : ndarray of shape (n_fused, n_units)
        Representations.
    folds : generator of LayerFold
        For `choose_strength`.
    """
    filled = [
        (split.test, side_by_side(parts))
        for split, parts in zip(inside, held_out, strict=True)
        if split.test.any()
    ]
    Z = np.empty((len(y), filled[0][1].shape[1]))
    for test, part in filled:
        Z[test] = part
    return Z, (_fold(Z[~test], Z[test], y, weight, ~test, test) for test, _ in filled)


def _fold(Z_train, Z_valid, y, weight, train, valid):
    weights = (None, None) if weight is None else (weight[train], weight[valid])
    return LayerFold(Z_train, y[train], weights[0], Z_valid, y[valid], weights[1])


def fit_fusion(plan, fusion, cv, representations, groups, sample_weight, *, class_weight):
    """Fit the fusion on what the frozen views make of the samples.

    Parameters
    ----------
    plan : StackPlan
        The samples with a consensus, their labels and the splits.
    fusion, cv : object
        As in `MultiRaterStackingClassifier`; not "mean".
    representations : list of list of (ndarray of shape (n_represented, n_units_i) or None)
        By the views that were trained on all samples, then by those of each split.
    groups : ndarray of shape (n_samples,) or None
        For classifiers that take them.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.
    class_weight : dict, "balanced" or None
        Weights of the classes in the fusion.

    Returns
    -------
    classifier
        The fitted fusion.
    """
    y = plan.labels
    weight = None if sample_weight is None else sample_weight[plan.samples]
    inside = [Split(*(np.isin(plan.samples, part) for part in split)) for split in plan.splits]
    if cv is None:
        parts, folds = representations[0], in_sample(representations[1:], y, weight, inside)
    else:
        Z, folds = out_of_fold(representations[1:], y, weight, inside)
        parts = [Z]
    if fusion == "mixture":
        folds = list(folds)
        Z, y = (np.concatenate([getattr(fold, name) for fold in folds]) for name in ("Z_valid", "y_valid"))
        weight = None if weight is None else np.concatenate([fold.weight_valid for fold in folds])
        return ConvexMixture(np.asarray(plan.task.classes)).fit(Z, y, label_weights(class_weight, y, weight))
    if fusion in ("logistic", "fine_tune"):
        C = choose_strength(folds, class_weight)
        # Put side by side only now, to spare memory.
        return fit_layer(side_by_side(parts), y, C, label_weights(class_weight, y, weight), weight)
    groups = None if groups is None else groups[plan.samples]
    params = {**weights_for_fit(plan.layer, weight), **groups_for_fit(plan.layer, groups)}
    return plan.layer.fit(side_by_side(parts), y, **params)


def view_weights(views, classes, class_weight):
    """Weigh each view's classes, shape (n_views, n_classes), by their shares in its targets."""
    return np.array([class_weights(class_weight, classes, view.class_mass(classes)) for view in views])


def mean_posterior(posteriors, weights):
    """Average the views' posteriors, each weighted by class.

    Parameters
    ----------
    posteriors : ndarray of shape (n_samples, n_views, n_classes)
        Probabilities by each view.
    weights : ndarray of shape (n_views, n_classes)
        Weights of the classes; the inverse of a view's class shares corrects its posterior for these.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Rows sum to one.
    """
    weighted = posteriors * weights
    return (weighted / weighted.sum(axis=2, keepdims=True)).mean(axis=1)
