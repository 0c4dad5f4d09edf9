"""The plan of a fit: the trainings of views and the fusion, and how a plan is printed."""

from dataclasses import dataclass, replace
from html import escape

import joblib
import numpy as np

from sklearn_raters._nested import unwrap
from sklearn_raters._parallel import content_to_hash
from sklearn_raters.ratings import Task, shorten
from sklearn_raters.soft_targets import SoftTargetClassifier
from sklearn_raters.stacking._default_views import KernelChoice
from sklearn_raters.stacking._fusion import Split
from sklearn_raters.stacking._views import CROWD_VIEWS, View


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
