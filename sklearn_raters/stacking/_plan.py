"""The plan of a fit: all trainings of views and the fusion, made and checked before the first training."""

from dataclasses import dataclass, replace
from html import escape

import joblib
import numpy as np
from sklearn.base import is_classifier

from sklearn_raters._nested import layers, takes_soft_targets, unwrap, weight_name
from sklearn_raters._parallel import content_to_hash
from sklearn_raters._rated import drawn_from_samples
from sklearn_raters._seeds import draw_seed, set_seeds
from sklearn_raters._targets import class_weights, is_certain
from sklearn_raters.consensus import labelled_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, is_missing_label, shorten
from sklearn_raters.soft_targets import (
    SoftTargetClassifier,
    check_reads_soft_labels,
    check_takes_repeats,
    fits_soft_labels,
)
from sklearn_raters.stacking._default_views import KernelChoice, default_estimator, leaves_weight, plan_choice
from sklearn_raters.stacking._fusion import (
    Split,
    describe_fusion,
    fusion_splits,
    make_layer,
    represented_samples,
)
from sklearn_raters.stacking._starts import can_start
from sklearn_raters.stacking._view_checks import check_parameters, check_view_estimator, line_on_folds
from sklearn_raters.stacking._view_params import view_estimator
from sklearn_raters.stacking._views import (
    CROWD_VIEWS,
    View,
    find_consensus,
    make_view,
    unchecked_view,
    view_names,
)


@dataclass(frozen=True, eq=False)
class PlannedTraining:
    """One training of one view.

    Parameters
    ----------
    view : View
        The samples to learn from, and their targets.
    estimator : classifier
        The unfitted estimator.
    represented : ndarray of int or None
        The samples whose representations by the trained view the fusion needs; None if it needs none.
    classes : list
        The task's classes, in the order of the columns of posteriors.
    by_posterior : bool
        Whether posteriors represent the samples, even if the estimator has a `transform`.
    part : int
        0 for the training on all samples, n for that on the training part of the n-th split.
    start : str or None
        The view whose network, trained on the same part, this one starts from; None starts anew.
    """

    view: View
    estimator: object
    represented: np.ndarray | None
    classes: list
    by_posterior: bool
    part: int
    start: str | None

    @property
    def identity(self):
        """A hash of the view's name, its start and its estimator, equal for equal trainings of one fold."""
        return joblib.hash((self.view.name, self.start, content_to_hash(self.estimator)))

    @property
    def size(self):
        """The name of the classifier and the number of samples, on which the duration depends."""
        return _name_of(self.estimator), len(self.view.samples)


@dataclass(frozen=True, eq=False, repr=False)
class StackPlan:
    """The trainings of `MultiRaterStackingClassifier.fit`, in order, and the samples held out for the fusion.

    Print a plan to check it before a long fit.

    Parameters
    ----------
    task : Task
        The ratings and the classes.
    views : list of View
        The views on all samples.
    view_weights : ndarray of shape (n_views, n_classes)
        Weights of the classes in the fusion "mean".
    samples : ndarray of int of shape (n_fused,)
        The samples with a consensus.
    labels : ndarray of shape (n_fused,)
        Their consensus, from which the fusion learns.
    splits : list of Split
        For the fusion, further copies of all views are trained on the training part of each split.
    trainings : list of PlannedTraining
        All views on all samples, then all views on the training part of each split. With the fusion "pool", a
        view that has nothing to learn from in a split is not trained there.
    layer : classifier or None
        The unfitted classifier of the fusions "softmax" and a given classifier; None for others.
    purpose : str
        Lines on the fusion and on the purpose of the splits.
    seed : int or None
        Seed of the views and the fusion.
    kernel_choice : KernelChoice or None, default=None
        On what the weight of the default classifier's kernel is chosen; None without it.
    """

    task: Task
    views: list
    view_weights: np.ndarray
    samples: np.ndarray
    labels: np.ndarray
    splits: list
    trainings: list
    layer: object
    purpose: str
    seed: int | None
    kernel_choice: KernelChoice | None = None

    def for_fusion(self):
        """Return the plan with raters and views in an order that depends on neither names nor order.

        Returns
        -------
        StackPlan
            The crowd views come first, then the raters in an order of what they said.
        """
        task = by_content(self.task)

        def place(view):
            if view.name in CROWD_VIEWS:
                return 0, CROWD_VIEWS.index(view.name)
            return 1, view.content, task.raters.index(view.name)

        return replace(self, task=task, views=sorted(self.views, key=place))

    def of_samples(self, places):
        """Return the plan with its samples numbered in another way.

        Parameters
        ----------
        places : ndarray of int of shape (n_samples,)
            The new number of each sample.

        Returns
        -------
        StackPlan
            The same plan.
        """
        if np.array_equal(places, np.arange(len(places))):
            return self

        def moved(samples):
            return None if samples is None else places[samples]

        def moved_view(view):
            return replace(view, samples=moved(view.samples))

        trainings = [
            replace(one, view=moved_view(one.view), represented=moved(one.represented))
            for one in self.trainings
        ]

        def moved_splits(splits):
            return [Split(moved(train), moved(test)) for train, test in splits]

        choice = self.kernel_choice
        return replace(
            self,
            task=self.task.take(np.argsort(places)),
            views=[moved_view(view) for view in self.views],
            samples=moved(self.samples),
            splits=moved_splits(self.splits),
            trainings=trainings,
            kernel_choice=choice and KernelChoice(moved_view(choice.view), moved_splits(choice.splits)),
        )

    @property
    def table(self):
        """The views as a DataFrame: name, kind of targets, number of samples and trainings, estimator."""
        import pandas as pd

        columns = {
            "view": [str(view.name) for view in self.views],
            "targets": ["soft labels" if view.soft else "labels" for view in self.views],
            "samples": [len(view.samples) for view in self.views],
            "trainings": [sum(one.view.name == view.name for one in self.trainings) for view in self.views],
            "estimator": [_name_of(training.estimator) for training in self.trainings[: len(self.views)]],
        }
        return pd.DataFrame(columns)

    def _lines(self):
        """Return the lines of text above the table, and those below it."""
        task = self.task
        names = {view.name for view in self.views}
        starts = {one.start for one in self.trainings} - {None}
        without = [rater for rater in task.raters if rater not in names]
        before = [
            f"{len(self.views)} views, {len(self.trainings)} trainings",
            f"{task.n_samples} samples, {len(task.raters)} raters, {len(task.votes.sample)} votes",
            f"classes: {', '.join(map(str, task.classes))}",
            f"{len(self.samples)} samples with a consensus, from which the fusion learns",
            *([f"raters without a view: {shorten(without)}"] if without else []),
        ]
        shared = [f"the networks of the other views start from that of {start}" for start in starts]
        chosen = [] if self.kernel_choice is None else [str(self.kernel_choice)]
        return before, [*self.purpose.splitlines(), *shared, *chosen]

    def __str__(self):
        before, after = self._lines()
        return "\n".join([*before, "", self.table.to_string(index=False), "", *after])

    def _repr_html_(self):
        """Return the same as `print` for notebooks, with the table of views."""
        before, after = ("<br>".join(map(escape, lines)) for lines in self._lines())
        return f"<p>{before}</p>{self.table.to_html(index=False, escape=True)}<p>{after}</p>"

    __repr__ = __str__


def by_content(task):
    """Return a task with the raters in an order that depends on their votes alone."""
    contents = task.votes.contents()
    return task.with_raters_in_order(np.array(sorted(range(len(contents)), key=contents.__getitem__)))


def _name_of(estimator):
    """Return the class name of the classifier that the user gave, inside pipelines and searches."""
    given = estimator.estimator if isinstance(estimator, SoftTargetClassifier) else estimator
    return type(unwrap(given)).__name__


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
    seeds = {view.name: None if seed is None else view.seed ^ seed for view in views}
    layer = make_layer(stack.fusion, stack.class_weight, seed, weighted=sample_weight is not None)
    splits = fusion_splits(stack, views, consensus, data.groups, seed, sample_weight)
    base = default_estimator(data.X) if stack.estimator is None else stack.estimator
    if stack.shared_steps:
        base = base[stack.shared_steps :]
    choice = None
    if stack.estimator is None and any(leaves_weight(base, own.get(name, {})) for name in names):
        soft = unchecked_view("crowd_soft", ordered, consensus, **settings)
        by_cv = splits if stack.cv is not None else []
        choice = plan_choice(soft, by_cv, consensus, data.groups, seed, sample_weight)
    trainings = []
    represented = represented_samples(stack, data, samples, splits)
    for part, learnt in enumerate([views, *(_within(train, views, stack, classes) for train, _ in splits)]):
        learns_start = stack.start_from in [view.name for view in learnt] and stack.start_from not in own
        start = stack.start_from if learns_start else None
        for view in learnt:
            own_estimator = view_estimator(view.name, own.get(view.name, {}), base)
            estimator = prepare(view, own_estimator, classes, seeds[view.name])
            starts = view.name != start and view.name not in own and can_start(estimator)
            settings = (represented[part], classes, stack._by_posterior, part, start if starts else None)
            trainings.append(PlannedTraining(view, estimator, *settings))
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
        task, views, np.array(weights), samples, labels, splits, trainings, layer, purpose, seed, choice
    )


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
