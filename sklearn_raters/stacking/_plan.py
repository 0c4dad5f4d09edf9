"""Plan a fit: make all trainings of views and the fusion, and check them before the first training."""

import numpy as np
from sklearn.base import is_classifier

from sklearn_raters._nested import layers, takes_soft_targets, weight_name
from sklearn_raters._rated import drawn_from_samples
from sklearn_raters._seeds import draw_seed, set_seeds
from sklearn_raters._targets import class_weights, is_certain
from sklearn_raters.consensus import labelled_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import is_missing_label
from sklearn_raters.soft_targets import (
    SoftTargetClassifier,
    check_reads_soft_labels,
    check_takes_repeats,
    fits_soft_labels,
)
from sklearn_raters.stacking._default_views import default_estimator, leaves_weight, plan_choice
from sklearn_raters.stacking._fusion import describe_fusion, fusion_splits, make_layer, represented_samples
from sklearn_raters.stacking._planned import PlannedTraining, StackPlan, by_content
from sklearn_raters.stacking._starts import can_start
from sklearn_raters.stacking._view_checks import check_parameters, check_view_estimator, line_on_folds
from sklearn_raters.stacking._view_params import view_estimator
from sklearn_raters.stacking._views import find_consensus, make_view, unchecked_view, view_names


def make_plan(stack, data, X, order):
    """Plan the training of a stack.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        The stack, whose parameters are used.
    data : RatedSamples
        Samples, ratings, groups and weights.
    X : list or array-like of length n_samples
        The samples in the order in which they were given, by which messages number them.
    order : ndarray of int of shape (n_samples,)
        Where each sample of `data` was in it.

    Returns
    -------
    StackPlan
        The plan.

    Raises
    ------
    InputError, TypeError
        If it is certain before any training that some training will fail.
    """
    task, sample_weight, classes = data.task, data.sample_weight, data.task.classes
    seed = None if stack.random_state is None else draw_seed(stack.random_state)
    names = view_names(stack.views, task, stack.min_ratings, stack.max_raters, sample_weight=sample_weight)
    own = stack._entries_of_views(names)
    ordered = by_content(task)  # so that sums over the raters do not depend on their order
    consensus = find_consensus(ordered, stack.consensus, sample_weight, order)
    samples, labels = labelled_samples(consensus)
    settings = {"alpha": stack.alpha, "sample_weight": sample_weight}
    views = [make_view(name, ordered, consensus, **settings) for name in names]
    layer = make_layer(stack.fusion, stack.class_weight, seed, weighted=sample_weight is not None)
    splits = fusion_splits(stack, views, consensus, data.groups, seed, sample_weight)
    base = default_estimator(data.X) if stack.estimator is None else stack.estimator
    if stack.shared_steps:
        base = base[stack.shared_steps :]
    has_choice = stack.estimator is None and any(leaves_weight(base, own.get(name, {})) for name in names)
    choice = _plan_kernel(stack, data, ordered, consensus, splits, seed) if has_choice else None
    represented = represented_samples(stack, data, samples, splits)
    trainings = _plan_trainings(stack, views, splits, represented, base, own, classes, seed)
    for training in trainings[: len(views)]:
        check_view_estimator(training.view.name, training.estimator, stack, data._replace(X=X))
    if layer is not None:
        layer = _with_classes(layer, classes) if _need_naming(classes) else layer
        check_parameters(layer, data.groups)
    weights = [class_weights(stack.class_weight, classes, view.class_mass(classes)) for view in views]
    purpose = describe_fusion(stack, views, splits)
    if splits and drawn_from_samples(data.groups, stack.cv):
        purpose += line_on_folds(stack, trainings[: len(views)], X)
    return StackPlan(
        task=task,
        views=views,
        view_weights=np.array(weights),
        samples=samples,
        labels=labels,
        splits=splits,
        trainings=trainings,
        layer=layer,
        purpose=purpose,
        seed=seed,
        kernel_choice=choice,
    )


def _plan_kernel(stack, data, ordered, consensus, splits, seed):
    """Return on what the weight of the default classifier's kernel is chosen."""
    weight = data.sample_weight
    soft = unchecked_view("crowd_soft", ordered, consensus, alpha=stack.alpha, sample_weight=weight)
    by_cv = splits if stack.cv is not None else []
    return plan_choice(soft, by_cv, consensus, data.groups, seed, weight)


def _plan_trainings(stack, views, splits, represented, base, own, classes, seed):
    """Return the trainings of the views on all samples, then on the training part of each split."""
    seeds = {view.name: None if seed is None else view.seed ^ seed for view in views}
    parts = [views, *(_within(train, views, stack, classes) for train, _ in splits)]
    trainings = []
    for part, learnt in enumerate(parts):
        learns_start = stack.start_from in [view.name for view in learnt] and stack.start_from not in own
        start = stack.start_from if learns_start else None
        for view in learnt:
            estimator = view_estimator(view.name, own.get(view.name, {}), base)
            estimator = prepare(view, estimator, classes, seeds[view.name])
            starts = view.name != start and view.name not in own and can_start(estimator)
            trainings.append(
                PlannedTraining(
                    view=view,
                    estimator=estimator,
                    represented=represented[part],
                    classes=classes,
                    by_posterior=stack._by_posterior,
                    part=part,
                    start=start if starts else None,
                )
            )
    return trainings


def _within(train, views, stack, classes):
    """Return the views on the training part of a split; raise InputError if the fusion needs a lost one."""
    parts = [view.within(train) for view in views]
    learnt = [part for part in parts if part.n_classes(classes) > 1]
    if stack.fusion != "pool" and len(learnt) < len(parts):
        lost = next(part for part in parts if part.n_classes(classes) < 2)
        what = "all samples but those of one class" if len(lost.samples) else "all samples"
        raise InputError(
            f"An inner split holds out {what} of the view {lost.name!r}. Leave it out of views, "
            "raise min_ratings, or give another cv or fusion, such as 'pool'."
        )
    return learnt


def prepare(view, estimator, classes, seed):
    """Seed an unfitted estimator and let it take the targets of a view; raise an error if it cannot."""
    if not is_classifier(estimator):
        raise TypeError(f"The view {view.name!r} must be learnt by a classifier; got {estimator!r}.")
    if seed is not None:
        set_seeds(estimator, seed)
    needs_repeats = view.soft and not takes_soft_targets(estimator)
    if view.soft and not (needs_repeats and is_certain(view.targets)):
        check_reads_soft_labels(estimator, f"The view {view.name!r} has soft labels")
    if weight_name(estimator) is None and (view.weights is not None or needs_repeats):
        what = "soft labels" if needs_repeats else "weighted labels"
        raise TypeError(
            f"The view {view.name!r} has {what}, which cannot reach {estimator!r}: its fit takes no "
            "sample_weight. Give this view, by view_params, a classifier that does, or leave it out of "
            "views; 'crowd_hard' without weights takes any classifier."
        )
    if needs_repeats and not is_certain(view.targets):
        check_takes_repeats(estimator, f"The view {view.name!r} has soft labels")
    if needs_repeats or fits_soft_labels(estimator):  # which learns many times as fast there, also labels
        return SoftTargetClassifier(estimator, classes=classes)
    # All networks in the order of the task, since one may start from another's.
    named = takes_soft_targets(estimator) or _need_naming(classes)
    return _with_classes(estimator, classes) if named else estimator


def _need_naming(classes):
    """Return whether a class has the name of a missing label, such as "None"."""
    return any(map(is_missing_label, classes))


def _with_classes(estimator, classes):
    """Name the classes to an unfitted estimator that has such a parameter; return it."""
    path, inner = list(layers(estimator, ensembles=True))[-1]
    if "classes" in inner.get_params(deep=False):
        estimator.set_params(**{f"{path}__classes" if path else "classes": classes})
    return estimator
