"""The models that the command trains: stacks, networks of raters, and classifiers on functionals."""

from sklearn_raters.cli._corpus import is_made, print_status
from sklearn_raters.exceptions import InputError
from sklearn_raters.model_selection import LABEL_COLUMNS
from sklearn_raters.networks import BLSTMClassifier, RaterNetClassifier
from sklearn_raters.ratings import shorten
from sklearn_raters.stacking import MultiRaterStackingClassifier

# Name in --models: name in the table.
ON_FUNCTIONALS = {"logistic": "logistic regression", "logistic_stack": "logistic stack"}


def make_stack(options, task):
    """Return a stack of networks with the settings of the options, unfitted."""
    epochs, batch_size = (6, 16) if is_made(options) else ("auto", 32)
    network = BLSTMClassifier(
        max_epochs=options.epochs or epochs,
        batch_size=options.batch_size or batch_size,
        learning_rate=2e-3 if options.learning_rate is None else options.learning_rate,
        device=options.device,
    )
    return _stack(network, options, task, views=options.views, fusion=options.fusion)


def make_network(name, options, task):
    """Return a network of all raters, unfitted.

    Parameters
    ----------
    name : str
        The rater model.
    options : argparse.Namespace
        The options of ``evaluate`` or ``train``.
    task : Task
        The ratings and the classes.

    Returns
    -------
    RaterNetClassifier
        The network; what the options leave open, it chooses itself.
    """
    return RaterNetClassifier(
        name,
        max_epochs=options.epochs or "auto",
        batch_size=options.batch_size or (16 if is_made(options) else 32),
        learning_rate="auto" if options.learning_rate is None else options.learning_rate,
        class_weight=_class_weight(options),
        classes=task.classes,
        label_map=task.label_map,
        device=options.device,
        random_state=options.seed,
    )


def make_on_functionals(name, options, task):
    """Return a classifier of functionals, unfitted, with the care that the networks get.

    Parameters
    ----------
    name : {"logistic", "logistic_stack"}
        Kernel logistic regression on the majority labels, or a stack of one for each view of the options.
    options : argparse.Namespace
        The options of ``evaluate``.
    task : Task
        The ratings and the classes.

    Returns
    -------
    MultiRaterStackingClassifier
        The stack, whose views are the library's default for tables; of a single view, for "logistic".
    """
    views, fusion = (["crowd_hard"], "mean") if name == "logistic" else (options.views, options.fusion)
    if fusion == "fine_tune":
        print_status("logistic stack: fused by pool, since fine_tune is for networks.")
        fusion = "pool"
    return _stack(None, options, task, views=views, fusion=fusion)


def _stack(estimator, options, task, *, views, fusion):
    return MultiRaterStackingClassifier(
        estimator,
        views=views,
        fusion=fusion,
        # The networks have no class weights, as the fusion already corrects the priors, even of one view.
        class_weight=_class_weight(options),
        alpha=options.alpha,
        classes=task.classes,
        label_map=task.label_map,
        min_ratings=options.min_ratings,
        n_jobs=options.n_jobs,
        memory=options.cache,
        random_state=options.seed,
    )


def _class_weight(options):
    return None if options.class_weight == "none" else options.class_weight


def check_names(models, others):
    """Raise InputError if a rater is called as a further row of the table, or as a column of predictions.

    Parameters
    ----------
    models : dict
        The rows of the views, from name to estimator.
    others : iterable of str
        Names of the other rows.
    """
    for name in LABEL_COLUMNS:
        if name in models:
            raise InputError(
                f"A rater is called {name!r}, which is a column of the predictions: rename the rater. "
                f"Reserved are {shorten(LABEL_COLUMNS)}."
            )
    for name in others:
        if name in models:
            raise InputError(
                f"A rater is called {name!r}, as a model of --models is: leave this model out of --models, "
                "or rename the rater."
            )
