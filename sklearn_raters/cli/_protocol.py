"""The paper's experiment: its options, its stack and its published numbers."""

from math import prod

from sklearn_raters.cli._values import listed
from sklearn_raters.datasets import check_iemocap_counts
from sklearn_raters.exceptions import InputError
from sklearn_raters.networks import BLSTMClassifier
from sklearn_raters.stacking import PAPER_GRID, PAPER_NETWORK, paper_search, paper_stack

# Chou & Lee 2019. Values of the options; None takes those of the corpus (classes, folds by session), or the
# whole range of the search.
PAPER_OPTIONS = {
    "corpus": "iemocap",
    "ratings": None,
    "audio": None,
    "classes": None,
    "label_map": None,
    "folds": None,
    "views": ["crowd_hard", "crowd_soft", "E1", "E2", "E4", "E5", "E6"],
    "min_ratings": 1,
    "alpha": 0.75,
    "fusion": "softmax",
    "features": "opensmile",
    "scaling": "speaker",
    "class_weight": "none",
    "batch_size": None,
    "learning_rate": None,
    "epochs": None,
}
# From option to parameter of the network.
SEARCHED = {"batch_size": "batch_size", "learning_rate": "learning_rate", "epochs": "max_epochs"}
# Table 3 of the paper, in percent. The recalls of crowd-soft have the mean 57.17, those of E2 57.50.
TABLE_3_COLUMNS = [
    "paper",
    *(f"paper_recall_{name}" for name in ("neutral", "anger", "happiness", "sadness")),
]
TABLE_3 = {
    "crowd-hard": [57.45, 55.71, 63.29, 45.02, 65.77],
    "crowd-soft": [57.12, 49.70, 62.98, 62.85, 53.14],
    "E1": [50.98, 8.04, 61.31, 77.24, 57.34],
    "E2": [59.68, 38.78, 64.35, 64.25, 62.61],
    "E4": [48.59, 81.29, 45.42, 38.20, 29.44],
    "E5": [37.62, 86.89, 47.62, 11.21, 4.75],
    "E6": [45.82, 36.85, 40.10, 60.39, 45.95],
    "crowd pair": [58.58, 59.66, 59.31, 53.63, 61.71],
    "all views": [61.48, 54.55, 64.51, 60.32, 66.56],
}


def check_protocol(options):
    """
    Check that no option contradicts the protocol.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate``, parsed over `PAPER_OPTIONS` if there is a protocol.

    Raises
    ------
    InputError
        If an option has another value than the paper states, or one outside the ranges that it searches.
    """
    if options.protocol is None:
        return
    for name, stated in PAPER_OPTIONS.items():
        given, flag = getattr(options, name), f"--{name.replace('_', '-')}"
        if name in SEARCHED:
            values = PAPER_GRID[SEARCHED[name]]
            if given is not None and given not in values:
                raise InputError(
                    f"{flag} {given} contradicts --protocol paper, which searches {_listed(values)}: give "
                    "one of these to narrow the search, or leave it out."
                )
        elif given != stated:
            what = "needs no such option" if stated is None else f"sets {_listed(stated)}"
            raise InputError(
                f"{flag} {_listed(given)} contradicts --protocol paper, which {what}: leave {flag} out."
            )


def _listed(value):
    """Return an option's value as it is written on the command line."""
    if isinstance(value, dict):
        value = [f"{old}={new}" for old, new in value.items()]
    return listed(value) if isinstance(value, list) else str(value)


def protocol_stack(options, task):
    """
    Make the paper's stack with the settings of the options.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate`` with a protocol, after `check_protocol`.
    task : Task
        The ratings and the classes.

    Returns
    -------
    MultiRaterStackingClassifier
        The unfitted stack. Its views are searches, unless the options leave a single setting.
    """
    grid = searched_grid(options)
    network = BLSTMClassifier(**PAPER_NETWORK, device=options.device)
    if n_settings(options) == 1:
        estimator = network.set_params(**{name: values[0] for name, values in grid.items()})
    else:
        estimator = paper_search(network, param_grid=grid, random_state=options.seed)
    return paper_stack(
        estimator,
        views=options.views,
        min_ratings=options.min_ratings,
        classes=task.classes,
        label_map=task.label_map,
        memory=options.cache,
        random_state=options.seed,
    )


def searched_grid(options):
    """Return the paper's grid, narrowed to the values that the options give."""
    given = {parameter: getattr(options, name) for name, parameter in SEARCHED.items()}
    return {name: values if given[name] is None else [given[name]] for name, values in PAPER_GRID.items()}


def n_settings(options):
    """Return the number of settings that each view is searched in."""
    return prod(map(len, searched_grid(options).values()))


def describe_search(options):
    """Return a line about the settings that each view is trained with, and how to have fewer."""
    n = n_settings(options)
    if n == 1:
        return "One setting of the paper's search for all views, as the options say."
    return (
        f"{n} settings are searched for each view in each fold, {n + 1} trainings. --batch-size, "
        "--learning-rate and --epochs narrow the search."
    )


def passes_of_search(options):
    """Return a function from number of samples to the number of epochs of a view's search, with its refit."""
    epochs = searched_grid(options)["max_epochs"]
    return lambda n_samples: (n_settings(options) + 1) * sum(epochs) / len(epochs)


def differing_counts(corpus):
    """Describe where the counts of a loaded IEMOCAP differ from those of the paper.

    Parameters
    ----------
    corpus : sklearn.utils.Bunch
        Result of `load_iemocap`.

    Returns
    -------
    str
        A line, and a table of the differences if there are any.
    """
    table = check_iemocap_counts(corpus)
    different = table[table["difference"] != 0]
    if different.empty:
        return f"All {len(table)} counts and shares of the corpus are those of the paper (Table 1)."
    return (
        f"{len(different)} of {len(table)} counts and shares (in percent) of the corpus differ from those of "
        f"the paper (Table 1):\n{different.to_string(float_format='{:.10g}'.format)}"
    )


def beside_the_paper(table):
    """Add the paper's Table 3 to a result of `compare`.

    Parameters
    ----------
    table : DataFrame
        Result of `compare`, one row for each model.

    Returns
    -------
    DataFrame
        The same with the columns ``paper``, after ``uar``, and ``paper_recall_<class>`` at the end; shares.
    """
    import pandas as pd

    published = pd.DataFrame.from_dict(TABLE_3, orient="index", columns=TABLE_3_COLUMNS)
    joined = table.join((published / 100).round(4))
    joined.insert(joined.columns.get_loc("uar") + 1, "paper", joined.pop("paper"))
    return joined
