"""The fusion of trained views: its splits, its classifier and its fit."""

import warnings
from numbers import Integral
from typing import NamedTuple

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.ensemble import StackingClassifier
from sklearn.model_selection import StratifiedKFold

from sklearn_raters._inner_splits import hold_out, inner_splits
from sklearn_raters._nested import fit_with_weights, unwrap, weight_name
from sklearn_raters._rated import rows_of
from sklearn_raters._seeds import set_seeds
from sklearn_raters.consensus import labelled_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.networks import SoftmaxLayerClassifier
from sklearn_raters.ratings import known_labels
from sklearn_raters.stacking._fine_tune import fine_tune
from sklearn_raters.stacking._frozen import side_by_side
from sklearn_raters.stacking._logistic_layer import LayerFold, choose_strength, fit_layer, label_weights
from sklearn_raters.stacking._mixture import ConvexMixture
from sklearn_raters.stacking._pool_fusion import fit_pool_fusion

# Folds of "pool", which cost one more training of every view. Three would cost two more, and gave the same: a
# mean UAR of 58.4 on six tasks, 59.0 with two folds.
_POOL_FOLDS = 2
FUSIONS = ("pool", "logistic", "softmax", "mean", "mixture", "fine_tune")


class Split(NamedTuple):
    """Indices of samples to train further copies of the views on, and of those held out for the fusion."""

    train: np.ndarray
    test: np.ndarray


def fusion_splits(stack, views, consensus, groups, seed, sample_weight):
    """Split the samples, to train further copies of the views for the fusion.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        The stack; its `fusion`, `cv` and `validation_fraction` are used.
    views : list of View
        Views, each of which keeps some of its samples in every training part.
    consensus : ndarray of object of shape (n_samples,)
        Labels, None where there is no consensus.
    groups : ndarray of shape (n_samples,) or None
        Groups that must not be split.
    seed : int or None
        Seed of the random choice of groups.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples; those of weight 0 are not held out.

    Returns
    -------
    list of Split
        Empty if the fusion needs only the views that are trained on all samples.

    Raises
    ------
    InputError
        If `fusion` and `cv` do not go together, no split leaves every class and view some samples, or the
        test parts of `cv` do not hold each sample once.
    """
    if stack.fusion == "mean":
        return []
    if stack.cv is not None and stack.fusion == "fine_tune":
        raise InputError(
            "fusion='fine_tune' goes on from views that have seen all samples: it needs cv=None."
        )
    present = np.arange(len(consensus)) if sample_weight is None else np.flatnonzero(sample_weight)
    if stack.cv is not None:
        rows = present if isinstance(stack.cv, Integral) else np.arange(len(consensus))
        splits = inner_splits(stack.cv, consensus[rows], rows_of(groups, rows), seed)
        splits = [Split(rows[train], rows[test]) for train, test in splits]
        _check_out_of_fold(rows, consensus, splits)
        return splits
    if stack.fusion == "pool":
        splits = pool_splits(views, consensus, groups, seed, sample_weight)
        if not splits:
            warnings.warn(
                "The fusion 'pool' learns the views' weights on groups that they have not seen, but there is "
                "1 group with ratings: all views count alike. Give finer groups, or none.",
                stacklevel=2,
            )
        return splits
    if stack.fusion not in ("logistic", "mixture", "fine_tune"):
        return []
    parts = [np.searchsorted(present, view.samples) for view in views]
    fraction = stack.validation_fraction
    train, test = hold_out(rows_of(groups, present), consensus[present], fraction, seed, parts)
    return [Split(present[train], present[test])]


def pool_splits(views, consensus, groups, seed, sample_weight):
    """Split the samples into the folds of the fusion "pool".

    Parameters
    ----------
    views, consensus, groups, seed, sample_weight : object
        As in `fusion_splits`.

    Returns
    -------
    list of Split
        Folds of whole groups, which share the classes; none if there is one group.

    Raises
    ------
    InputError
        If there are no groups, and no two samples have the same consensus.
    """
    rated = np.unique(np.concatenate([view.samples for view in views]))
    labels, groups, weight = consensus[rated], rows_of(groups, rated), rows_of(sample_weight, rated)
    if len(rated if groups is None else np.unique(groups)) < 2:
        return []
    if groups is not None:
        fold = _folds_of_groups(labels, groups, np.ones(len(rated)) if weight is None else weight)
        return [Split(rated[fold != test], rated[fold == test]) for test in range(_POOL_FOLDS)]
    if max(map(list(labels).count, set(labels))) < 2:
        raise InputError(
            f"No two of the {len(rated)} samples have the same consensus, so that fusion='pool' cannot learn "
            "from one what it predicts of another. Give more samples, or fusion='mean'."
        )
    # Without a seed the folds are always the same, so that a cache finds the views again.
    cv = StratifiedKFold(_POOL_FOLDS, shuffle=True, random_state=0 if seed is None else seed)
    with warnings.catch_warnings():  # a class may have one sample
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        folds = inner_splits(cv, labels, None, seed)
    return [Split(rated[train], rated[test]) for train, test in folds]


def _folds_of_groups(labels, groups, weight):
    """Return the fold of each sample, so that the folds have similar weights of each class.

    Without weights these are the folds of scikit-learn's `StratifiedGroupKFold`. It takes no weights, so that
    a sample of weight 2 would give other folds than the sample twice.
    """
    _, group = np.unique(groups, return_inverse=True)
    names = sorted(set(labels), key=str)
    mass = np.zeros((group.max() + 1, len(names)))
    np.add.at(mass, (group, [names.index(label) for label in labels]), weight)
    fold, by_fold = np.zeros(len(mass), dtype=np.intp), np.zeros((_POOL_FOLDS, len(names)))
    for index in np.argsort(-mass.std(axis=1), kind="stable"):
        best = np.inf, np.inf
        for number, here in enumerate(np.eye(_POOL_FOLDS)[:, :, None] * mass[index]):
            spread = np.std((by_fold + here) / mass.sum(axis=0), axis=0).mean()
            size = by_fold[number].sum()
            if spread < best[0] or (np.isclose(spread, best[0]) and size < best[1]):
                best, fold[index] = (spread, size), number
        by_fold[fold[index]] += mass[index]
    return fold[group]


def _check_out_of_fold(rows, consensus, splits):
    """Raise InputError if splits do not test each of these rows once, or leave fewer than two classes."""
    labelled, labels = labelled_samples(consensus[rows])
    samples = rows[labelled]
    tested = np.array([np.isin(samples, test) for _, test in splits])
    times = tested.sum(axis=0)
    if not np.all(times == 1):
        raise InputError(
            "The test parts of cv must hold each sample once, as those of KFold and GroupKFold do; "
            f"{np.sum(times != 1)} samples are in none or in several."
        )
    for number, test in enumerate(tested, start=1):
        if len(np.unique(labels[~test])) < 2:
            raise InputError(
                f"Fold {number} of cv leaves fewer than two classes outside its test part. Give a cv with "
                "more folds, or one that stratifies, such as StratifiedGroupKFold."
            )


def describe_fusion(stack, views, splits):
    """Describe the fusion and the purpose of its splits, in lines of a plan."""
    fusion = stack.fusion if isinstance(stack.fusion, str) else repr(stack.fusion)
    source = "posteriors" if stack._by_posterior else "representations"
    text = f"fusion: {fusion}, on the {source} of {len(views)} views"
    if not splits:
        return f"{text}\nnothing is held out"
    if stack.cv is not None or stack.fusion == "pool":
        return f"{text}, out of fold\neach of {len(splits)} folds is held out once"
    train, test = splits[0]
    chosen = {"mixture": "the views' weights", "fine_tune": "the penalty and the number of epochs"}
    what = chosen.get(stack.fusion, "its penalty")
    return f"{text}\n{len(test)} of {len(test) + len(train)} samples are held out to choose {what}"


def represented_samples(stack, data, samples, splits):
    """Return the samples whose representations the fusion needs.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        The stack; its `fusion` and `cv` are used.
    data : RatedSamples
        The ratings.
    samples : ndarray of int
        The samples that have a consensus.
    splits : list of Split
        Splits on which further copies of the views are trained.

    Returns
    -------
    list of (ndarray of int or None)
        Sorted samples, for the views trained on all samples and then for those of each split; None where
        the fusion needs no representations.
    """
    if stack.fusion == "mean":
        return [None]
    if stack.fusion == "pool":  # "pool" also learns from samples without a majority
        samples = np.flatnonzero(data.task.counts.sum(axis=1))
    elif stack.cv is None:
        return [None if stack.fusion == "mixture" else samples] + [samples] * len(splits)
    tests = [np.intersect1d(samples, test) for _, test in splits]
    return [None, *(test if len(test) else None for test in tests)]


def make_layer(fusion, class_weight, seed, *, weighted):
    """Make the classifier of the fusions that have one before the fit.

    Parameters
    ----------
    fusion, class_weight : object
        As in `MultiRaterStackingClassifier`.
    seed : int or None
        Seed of the classifier.
    weighted : bool
        Whether samples have weights.

    Returns
    -------
    classifier or None
        An unfitted copy of the classifier given as `fusion`, or the softmax layer; None for other fusions.

    Raises
    ------
    TypeError
        If `fusion` is no classifier, or takes no sample weights although there are some.
    InputError
        If there are class weights that the classifier does not take.
    """
    if fusion == "softmax":
        return SoftmaxLayerClassifier(class_weight=class_weight, random_state=seed)
    if isinstance(fusion, str):
        return None
    if not is_classifier(fusion) or not _will_predict_proba(fusion):
        raise TypeError(
            f"fusion must be a classifier with predict_proba or one of {', '.join(FUSIONS)}; got {fusion!r}."
        )
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
            raise InputError(
                f"class_weight={class_weight!r} cannot reach the fusion {layer!r}, which has no such "
                "parameter. Set class_weight=None, or give another classifier as fusion."
            )
        layer.set_params(class_weight=class_weight)
    return layer


def _will_predict_proba(fusion):
    """Return whether an unfitted classifier has `predict_proba` once it is fitted."""
    inner = unwrap(fusion)
    if isinstance(inner, StackingClassifier):  # before, it does not know its last classifier
        return inner.final_estimator is None or hasattr(inner.final_estimator, "predict_proba")
    return hasattr(fusion, "predict_proba")


def layer_folds(plan, held_out, *, out_of_fold):
    """Arrange the representations of held-out samples for the choice of the penalty.

    Parameters
    ----------
    plan : StackPlan
        Its samples with a consensus and its splits.
    held_out : list of list of (ndarray of shape (n_represented, n_units_i) or None)
        For each split, the representations by the views trained on its training part: of all samples with a
        consensus, or `out_of_fold` of those in the test part.
    out_of_fold : bool
        Whether the test parts hold each sample once.

    Returns
    -------
    list of LayerFold
        Out of fold, all folds share one array, in which views that were not trained on a sample represent it.
    """
    inside = [[np.isin(plan.samples, part) for part in split] for split in plan.splits]
    if not out_of_fold:
        return [LayerFold(parts, *split) for parts, split in zip(held_out, inside, strict=True)]
    Z = np.empty((len(plan.samples), len(plan.views) * len(plan.task.classes)))
    folds = []
    for (_, test), parts in zip(inside, held_out, strict=True):
        if test.any():
            Z[test] = side_by_side(parts)
            folds.append(LayerFold([Z], ~test, test))
    return folds


def out_of_fold_posteriors(plan, trained):
    """Return the posteriors, without smoothing, by the views that were trained without the sample.

    Parameters
    ----------
    plan : StackPlan
        The views, the splits and the samples that were represented.
    trained : list of list of (TrainedView or None)
        The views trained on all samples, then those of each split.

    Returns
    -------
    ndarray of shape (n_samples, n_views, n_classes)
        NaN where there is no such view.
    """
    posteriors = np.full((plan.task.n_samples, len(plan.views), len(plan.task.classes)), np.nan)
    places = {view.name: place for place, view in enumerate(plan.views)}
    for planned in plan.trainings:
        place = places[planned.view.name]
        one = trained[planned.part][place]
        if planned.part and one.representation is not None:
            posteriors[planned.represented, place] = planned.view.unsmoothed(one.representation)
    return posteriors


def learnt_classes(plan):
    """Find the classes that the copies of the views trained without a sample have learnt.

    Parameters
    ----------
    plan : StackPlan
        The splits, and the consensus of the samples.

    Returns
    -------
    ndarray of bool of shape (n_samples, n_classes)
        Whether the class is the consensus of a sample in the training part of the sample's split.
    """
    learnt = np.zeros((plan.task.n_samples, len(plan.task.classes)), dtype=bool)
    for train, test in plan.splits:
        seen = plan.labels[np.isin(plan.samples, train)]
        learnt[test] = np.isin(np.asarray(plan.task.classes), seen)
    return learnt


@known_labels()
def fit_fusion(stack, plan, trained, data):
    """Fit the fusion on the representations by the trained views.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        The stack; its `fusion`, `cv` and `class_weight` are used.
    plan : StackPlan
        The samples with a consensus, their labels and the splits.
    trained : list of list of TrainedView
        The views trained on all samples, then those of each split.
    data : RatedSamples
        Samples, groups and weights.

    Returns
    -------
    estimators : list of classifiers
        The views whose representations the fusion gets; only "fine_tune" changes them.
    layer : classifier, PoolFusion or None
        The fitted fusion; None for "mean".
    n_epochs : int or None
        Number of epochs of "fine_tune" that were kept; None for other fusions.
    """
    fusion, class_weight, y = stack.fusion, stack.class_weight, plan.labels
    estimators = [view.estimator for view in trained[0]]
    if fusion == "mean":
        return estimators, None, None
    if fusion == "pool":
        posteriors, learnt = out_of_fold_posteriors(plan, trained), learnt_classes(plan)
        weights = class_weight, data.sample_weight
        return estimators, fit_pool_fusion(plan, posteriors, learnt, *weights), None
    groups, weight = rows_of(data.groups, plan.samples), rows_of(data.sample_weight, plan.samples)
    first, *held_out = [[view.representation for view in part] for part in trained]
    folds = layer_folds(plan, held_out, out_of_fold=stack.cv is not None)
    if fusion == "mixture":
        Z = np.concatenate([side_by_side(parts, valid) for parts, _, valid in folds])
        rows = np.concatenate([np.flatnonzero(valid) for _, _, valid in folds])
        weight = label_weights(class_weight, y[rows], rows_of(weight, rows))
        return estimators, ConvexMixture(np.asarray(plan.task.classes)).fit(Z, y[rows], weight), None
    parts = first if stack.cv is None else folds[0].parts
    if plan.layer is not None:
        return estimators, fit_with_weights(plan.layer, side_by_side(parts), y, weight, groups), None
    strength = choose_strength(folds, y, class_weight, weight)
    # Side by side only after the choice of the penalty, to spare memory.
    layer = fit_layer(side_by_side(parts), y, strength, class_weight, weight)
    if fusion == "logistic":
        return estimators, layer, None
    copies = [view.estimator for view in trained[1]]
    weights = {"class_weight": class_weight, "sample_weight": weight}
    X = rows_of(data.X, plan.samples)
    return fine_tune(estimators, layer, copies, folds[0], X, y, **weights, random_state=plan.seed)


def mean_posterior(posteriors, weights):
    """Average the views' posteriors after weighting their classes.

    Parameters
    ----------
    posteriors : ndarray of shape (n_samples, n_views, n_classes)
        Class probabilities by each view.
    weights : ndarray of shape (n_views, n_classes)
        Weights of the classes in each view. The inverse of the class shares corrects a view's posteriors for
        its prior.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Rows sum to one.
    """
    weighted = posteriors * weights
    return (weighted / weighted.sum(axis=2, keepdims=True)).mean(axis=1)
