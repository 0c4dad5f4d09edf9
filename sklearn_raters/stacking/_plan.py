"""The plan of a stack's training: what is trained on what, made and checked before the first training."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from sklearn.base import is_classifier

from sklearn_raters._nested import (
    check_scoring_of_soft_labels,
    layers,
    takes_soft_targets,
    unwrap,
    weight_name,
)
from sklearn_raters._seeds import set_seeds
from sklearn_raters.consensus import labelled_samples
from sklearn_raters.networks import check_can_train_jointly
from sklearn_raters.ratings import Task
from sklearn_raters.soft_targets import SoftTargetClassifier
from sklearn_raters.stacking._fusion import (
    check_fusion_splits,
    fusion_splits,
    make_layer,
    represented_samples,
)
from sklearn_raters.stacking._views import View, find_consensus, make_view, view_names


@dataclass(frozen=True, eq=False)
class PlannedTraining:
    """One training of one view.

    Parameters
    ----------
    view : View
        The samples to learn from, and their targets.
    estimator : classifier
        Not fitted.
    represented : ndarray of int or None
        The samples that the trained view represents for the fusion; None for none.
    """

    view: View
    estimator: object
    represented: np.ndarray | None


@dataclass(frozen=True, eq=False, repr=False)
class StackPlan:
    """What `MultiRaterStackingClassifier.fit` trains, in which order, and what is held out for what.

    Print it to read it before spending hours.

    Parameters
    ----------
    task : Task
        The ratings and the classes.
    views : list of View
        What each view learns from all samples.
    consensus : ndarray of object of shape (n_samples,)
        Label of each sample in the fusion; None where there is none.
    samples : ndarray of int of shape (n_fused,)
        The samples with a consensus.
    labels : ndarray of shape (n_fused,)
        Their consensus.
    splits : list of Split
        The samples on which further copies of all views are trained for the sake of the fusion, and those
        held out from them.
    trainings : list of PlannedTraining
        All views on all samples, then all views on the training part of each split.
    layer : classifier or None
        The fusion's classifier, not fitted; None where the fusion makes its own.
    purpose : str
        What the splits are for, in words.
    seed : int or None
        Source of the seeds of views and fusion.
    """

    task: Task
    views: list
    consensus: np.ndarray
    samples: np.ndarray
    labels: np.ndarray
    splits: list
    trainings: list
    layer: object
    purpose: str
    seed: int | None

    @property
    def table(self):
        """One row a view: name, kind of targets, samples, trainings, estimator (a DataFrame)."""
        import pandas as pd

        rows = [
            {
                "view": str(view.name),
                "targets": "soft labels" if view.soft else "labels",
                "samples": len(view.samples),
                "trainings": len(self.trainings) // len(self.views),
                "estimator": _name_of(training.estimator),
            }
            for view, training in zip(self.views, self.trainings, strict=False)
        ]
        return pd.DataFrame(rows)

    def __str__(self):
        task = self.task
        lines = [
            f"{len(self.views)} views, {len(self.trainings)} trainings",
            f"{task.n_samples} samples, {len(task.raters)} raters, {len(task.votes.sample)} votes",
            f"classes: {', '.join(map(str, task.classes))}",
            f"{len(self.samples)} samples with a consensus, from which the fusion learns",
            "",
            self.table.to_string(index=False),
            "",
            self.purpose,
        ]
        return "\n".join(lines)

    __repr__ = __str__


def _name_of(estimator):
    """Return the class name of the classifier that the user gave, inside pipelines and searches."""
    given = estimator.estimator if isinstance(estimator, SoftTargetClassifier) else estimator
    return type(unwrap(given)).__name__


def make_plan(stack, task, groups, sample_weight, estimator, seed):
    """Plan the training of a stack.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        Its parameters say what is trained.
    task : Task
        The ratings and the classes.
    groups : ndarray of shape (n_samples,) or None
        What inner splits keep whole.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.
    estimator : callable
        From the name of a view to its unfitted estimator.
    seed : int or None
        Source of the seeds of views and fusion.

    Returns
    -------
    StackPlan
        The plan.

    Raises
    ------
    ValueError, TypeError
        If something of the training could not work, whatever the samples are.
    """
    names = view_names(stack.views, task, stack.min_ratings, stack.max_raters)
    stack._check_view_params(names)
    consensus = find_consensus(task, stack.consensus, sample_weight)
    samples, labels = labelled_samples(consensus)
    settings = {"alpha": stack.alpha, "sample_weight": sample_weight}
    views = [make_view(name, task, consensus, **settings) for name in names]
    layer = make_layer(stack.fusion, stack.class_weight, seed, weighted=sample_weight is not None)
    fraction = stack.validation_fraction
    splits = fusion_splits(
        stack.fusion, stack.cv, views, consensus, groups, fraction, seed, sample_weight=sample_weight
    )
    check_fusion_splits(stack.cv, samples, splits)
    parts = [views, *([view.within(split.train) for view in views] for split in splits)]
    shown = represented_samples(stack.fusion, stack.cv, samples, splits)
    trainings = [
        PlannedTraining(view, prepare(view, estimator(view.name), task.classes, seed), represented)
        for part, represented in zip(parts, shown, strict=True)
        for view in part
    ]
    for training in trainings[: len(views)]:
        _check_estimator(training, stack)
    purpose = _purpose(stack, views, splits)
    return StackPlan(task, views, consensus, samples, labels, splits, trainings, layer, purpose, seed)


def prepare(view, estimator, classes, seed):
    """Make a fresh estimator ready for a view: seed it, and let it take the view's targets."""
    if not is_classifier(estimator):
        raise TypeError(f"The view {view.name!r} must be learnt by a classifier; got {estimator!r}.")
    if seed is not None:
        # By name, so that a view is the same whichever others are trained beside it.
        set_seeds(estimator, crc32(str(view.name).encode()) ^ seed)
    soft = takes_soft_targets(estimator)
    if view.soft:
        check_scoring_of_soft_labels(estimator, f"The view {view.name!r} has soft labels")
    if weight_name(estimator) is None and (view.weights is not None or (view.soft and not soft)):
        what = "soft labels" if view.soft and not soft else "weighted labels"
        raise TypeError(
            f"The view {view.name!r} has {what}, which cannot reach {estimator!r}: its fit takes no "
            "sample_weight. Give this view, by view_params, a classifier that does, or leave it out of "
            "views; 'crowd_hard' without weights takes any classifier."
        )
    if not view.soft:
        return estimator
    if not soft:
        estimator = SoftTargetClassifier(estimator)
    # The classifier inside learns what the columns of soft labels are called.
    path, inner = list(layers(estimator, ensembles=True))[-1]
    if "classes" in inner.get_params(deep=False):
        estimator.set_params(**{f"{path}__classes" if path else "classes": classes})
    return estimator


def _check_estimator(training, stack):
    """Raise an error if a view's estimator cannot be trained, or cannot give what the fusion needs."""
    name, estimator = training.view.name, training.estimator
    network = unwrap(estimator)
    if hasattr(network, "_check_settings"):
        try:
            network._check_settings()
        except ValueError as error:
            raise ValueError(f"View {name!r}: {error}") from error
    if stack.fusion == "fine_tune":
        try:
            check_can_train_jointly(estimator)
        except TypeError as error:
            raise TypeError(f"View {name!r}: fusion='fine_tune' trains networks further. {error}") from error
    if stack._by_posterior and not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"The view {name!r} has no predict_proba, of which fusion={stack.fusion!r} with cv={stack.cv!r} "
            f"takes its probabilities; got {estimator!r}. Give it a classifier that has, for example "
            "sklearn.calibration.CalibratedClassifierCV around this one."
        )
    if not any(hasattr(estimator, method) for method in ("transform", "predict_proba", "decision_function")):
        raise TypeError(
            f"The view {name!r} is learnt by {estimator!r}, which has neither transform nor predict_proba "
            "nor decision_function, so the fusion cannot use it. Give it another classifier."
        )


def _purpose(stack, views, splits):
    """Say in words what the fusion is and what is held out for it."""
    fusion = stack.fusion if isinstance(stack.fusion, str) else repr(stack.fusion)
    seen = "posteriors" if stack._by_posterior else "representations"
    told = f"fusion: {fusion}, on the {seen} of {len(views)} views"
    if not splits:
        return f"{told}\nnothing is held out"
    if stack.cv is not None:
        return f"{told}, out of fold\neach of {len(splits)} folds is held out once"
    train, test = splits[0]
    reasons = {"mixture": "the views' weights", "fine_tune": "the penalty and the number of epochs"}
    reason = reasons.get(stack.fusion, "its penalty")
    return f"{told}\n{len(test)} of {len(test) + len(train)} samples are held out to choose {reason}"
