"""The plan of an evaluation: its models, its folds, and what is checked before any audio is read."""

from typing import NamedTuple

from sklearn_raters.cli._corpus import evaluation_folds, print_status
from sklearn_raters.cli._models import (
    ON_FUNCTIONALS,
    check_names,
    make_network,
    make_on_functionals,
    make_stack,
)
from sklearn_raters.cli._protocol import protocol_stack
from sklearn_raters.model_selection import paper_models


class Evaluation(NamedTuple):
    """What ``evaluate`` compares.

    Parameters
    ----------
    on_frames, on_functionals : dict
        From row of the table to unfitted estimator, by what it learns from.
    folds : list
        Of (train, test), ndarrays of int.
    description : str
        What the folds are.
    stack_plan : StackPlan or None
        Plan of all views in the first fold; None without the rows of the views.
    """

    on_frames: dict
    on_functionals: dict
    folds: list
    description: str
    stack_plan: object

    @property
    def baseline(self):
        """The model that the others are compared with; None without it."""
        return "crowd-hard" if "crowd-hard" in self.on_frames else None

    def models(self, features):
        """Return the models as `compare` takes them.

        Parameters
        ----------
        features : dict of Features
            What the models learn from, "frames" and "functionals", those that the models need.

        Returns
        -------
        dict
            From row to estimator, features, and the same features in other conditions.
        """
        of_rows = {name: (one, features["frames"]) for name, one in self.on_frames.items()}
        of_rows |= {name: (one, features["functionals"]) for name, one in self.on_functionals.items()}
        return {name: (one, features.X, features.conditions) for name, (one, features) in of_rows.items()}


def plan_evaluation(options, corpus, split=None):
    """Plan the comparison of the models that the options name, before any audio is read.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate``.
    corpus : sklearn.utils.Bunch
        Result of `open_corpus`.
    split : tuple of (folds, description), default=None
        The folds of another plan; None splits the corpus as the options say.

    Returns
    -------
    Evaluation
        The plan.

    Raises
    ------
    InputError, TypeError
        If an option is wrong, or the ratings of a training part are too few for a view or a fusion.
    """
    folds, description = split or evaluation_folds(options, corpus)
    on_frames, on_functionals, stack_plan = {}, {}, None
    names = ["views"] if options.protocol is not None else options.models
    if "views" in names:
        make = make_stack if options.protocol is None else protocol_stack
        on_frames = _rows(make(options, corpus.task), corpus, folds)
        stack_plan = _check_plans(all_views(on_frames), corpus, folds)
    if options.protocol is not None:
        del on_frames["mean of posteriors"]  # not in the paper
    networks = [name for name in names if name not in ("views", *ON_FUNCTIONALS)]
    check_names(on_frames, [*networks, *(ON_FUNCTIONALS.get(name) for name in names)])
    on_frames |= {name: make_network(name, options, corpus.task) for name in networks}
    for name in [name for name in names if name in ON_FUNCTIONALS]:
        model = all_views(_rows(make_on_functionals(name, options, corpus.task), corpus, folds))
        _check_plans(model, corpus, folds)
        on_functionals[ON_FUNCTIONALS[name]] = model
    return Evaluation(on_frames, on_functionals, folds, description, stack_plan)


def _rows(stack, corpus, folds):
    # Parallel jobs train different folds, so each stack runs in one job.
    return paper_models(stack.set_params(n_jobs=None), corpus.task, folds=folds)


def all_views(models):
    """Return the model of `paper_models` that has all views."""
    return models.get("all views", next(iter(models.values())))


def _check_plans(stack, corpus, folds):
    """Plan a stack on the training part of each fold; return the first plan."""
    plans = []
    for train, _ in folds:
        groups = None if corpus.sessions is None else corpus.sessions[train]
        # A plan uses only the number of samples in X, so give it their indices.
        plans.append(stack.plan(train[:, None], corpus.task.take(train), groups=groups))
    return plans[0]


def print_plan(plan, n_seeds):
    """Print the trainings to come.

    Parameters
    ----------
    plan : Evaluation
        The plan.
    n_seeds : int
        Number of seeds.
    """
    rows = list(map(str, [*plan.on_frames, *plan.on_functionals]))
    seeds = f" with {n_seeds} seeds" if n_seeds > 1 else ""
    print_status(f"{len(rows)} models, each on {len(plan.folds)} folds{seeds}: {', '.join(rows)}")
    if plan.stack_plan is not None:
        print_status(f"Plan of the first of {len(plan.folds)} folds:\n{plan.stack_plan}\n")
