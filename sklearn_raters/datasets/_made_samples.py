"""Synthetic tables labelled by raters of several kinds, to compare methods on."""

from numbers import Real

import numpy as np
from sklearn.datasets import make_classification
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch, check_random_state

from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets._made_labels import check_integers, check_size, class_names, draw_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import shorten

DESCRIPTION = """Synthetic samples: {n_samples} rows, {n_features} features, {n_classes} classes, {raters}.

The rows are clusters on the corners of a hypercube (scikit-learn's make_classification), standardised.
A rater's label is drawn from the row of the true class in the rater's confusion matrix, as in the model of
Dawid and Skene (Applied Statistics 28, 1979).
"""

# A crowd in which most raters are right more often than not, and some label at random.
CROWD = {"expert": 5, "average": 8, "biased": 3, "spammer": 3, "constant": 1}


@checked_parameters({"raters": [dict, None], "class_sep": [Real], "random_state": ["random_state"]})
def make_rated_samples(
    n_samples=2000,
    n_classes=10,
    n_features=64,
    *,
    raters=None,
    ratings_per_sample=5,
    class_sep=1.6,
    random_state=None,
):
    """
    Make a table of samples, each labelled by some of several raters.

    Parameters
    ----------
    n_samples : int, default=2000
        Number of samples.
    n_classes : int, default=10
        Number of classes, about equally frequent. Each class is two clusters.
    n_features : int, default=64
        Number of features. Three eighths depend on the class, one eighth are sums of these features, the rest
        is noise.
    raters : dict or None, default=None
        Number of raters of each kind:

        - ``"expert"``: right on 90 % of the samples, otherwise any other class;
        - ``"average"``: right on 60 % of the samples, otherwise any other class;
        - ``"biased"``: labels half of the classes (a different half for each rater) as the next class;
        - ``"camp"``: labels half of the classes (the same half for all raters of the camp) as the next class,
          on 90 % of the samples;
        - ``"spammer"``: any class, independent of the sample;
        - ``"constant"``: always the same class.

        None takes ``{"expert": 5, "average": 8, "biased": 3, "spammer": 3, "constant": 1}``. With as many
        experts as raters of the camp, two opinions are equally frequent and neither is the right one.
    ratings_per_sample : int, default=5
        Number of raters, drawn at random, who rate each sample.
    class_sep : float, default=1.6
        Half the length of the hypercube's edges. Smaller values make the classes harder to tell apart.
    random_state : int, RandomState instance or None, default=None
        Source of randomness. An int gives the same data in every call.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields:

        - ``X``: float32 array of shape (n_samples, n_features);
        - ``Y``: DataFrame of shape (n_samples, n_raters), columns such as expert1; NaN where not rated;
        - ``consensus``: object array, the majority label, None without one;
        - ``classes``: list of str; ``label_map``: None;
        - ``true_labels``: object array, the class from which each sample was made;
        - ``rater_confusions``: array of shape (n_raters, n_classes, n_classes), the probability
          of a rater's label (last axis) given the true class (middle axis);
        - ``DESCR``: str.

    Raises
    ------
    InputError
        If a kind of rater is unknown, or a number is out of its range.

    See Also
    --------
    make_rated_sequences : Make sequences of frames with ratings.

    Examples
    --------
    >>> from sklearn_raters.datasets import make_rated_samples
    >>> data = make_rated_samples(50, raters={"expert": 2, "spammer": 1}, ratings_per_sample=2)
    >>> data.X.shape, data.Y.columns.tolist(), int(data.Y.notna().sum(axis=1).max())
    ((50, 64), ['expert1', 'expert2', 'spammer1'], 2)
    """
    raters = CROWD if raters is None else raters
    if unknown := [kind for kind in raters if kind not in {*CROWD, "camp"}]:
        raise InputError(f"raters names {shorten(unknown)}; the kinds are {shorten([*CROWD, 'camp'])}.")
    check_integers(1, n_samples=n_samples)
    check_integers(2, n_classes=n_classes)
    check_integers(8, n_features=n_features)
    n_informative = 3 * n_features // 8
    if (2 * n_classes - 1).bit_length() > n_informative:  # two clusters a class, each in a corner of its own
        raise InputError(f"n_features={n_features} is too few for {n_classes} classes: give more features.")
    check_integers(0, **{f"raters[{kind!r}]": number for kind, number in raters.items()})
    n_raters = sum(raters.values())
    check_size(X=(n_samples, n_features), confusions=(n_raters, n_classes, n_classes))
    check_integers(1, n_raters, ratings_per_sample=ratings_per_sample)
    random_state = check_random_state(random_state)
    X, truth = make_classification(
        n_samples,
        n_features,
        n_informative=n_informative,
        n_redundant=n_features // 8,
        n_classes=n_classes,
        n_clusters_per_class=2,
        class_sep=class_sep,
        random_state=random_state,
    )
    classes = class_names(n_classes)
    kinds = [kind for kind, number in raters.items() for _ in range(number)]
    confusions = _make_confusions(kinds, n_classes, random_state)
    Y = _make_ratings(truth, confusions, classes, ratings_per_sample, random_state)
    Y.columns = [f"{kind}{k}" for kind, number in raters.items() for k in range(1, number + 1)]
    return Bunch(
        X=StandardScaler().fit_transform(X).astype(np.float32),
        Y=Y,
        consensus=hard_labels(Y),
        classes=classes,
        label_map=None,
        true_labels=np.array(classes, dtype=object)[truth],
        rater_confusions=confusions,
        DESCR=DESCRIPTION.format(
            n_samples=n_samples, n_features=n_features, n_classes=n_classes, raters=dict(raters)
        ),
    )


def _make_confusions(kinds, n_classes, random_state):
    """Return a confusion matrix for each kind of rater: (n_raters, n_classes, n_classes), rows sum to 1."""
    right = np.eye(n_classes)
    camp = _shift_half(right, random_state)
    confusions = []
    for kind in kinds:
        if kind in ("expert", "average"):
            confusions.append(_with_errors(right, 0.9 if kind == "expert" else 0.6))
        elif kind == "biased":
            confusions.append(_shift_half(right, random_state))
        elif kind == "camp":
            confusions.append(_with_errors(camp, 0.9))
        elif kind == "spammer":
            confusions.append(np.full((n_classes, n_classes), 1 / n_classes))
        else:
            confusions.append(np.tile(right[random_state.randint(n_classes)], (n_classes, 1)))
    return np.array(confusions)


def _with_errors(matrix, share):
    """Replace the single 1 in each row by `share`, and divide the rest equally among the other classes."""
    return share * matrix + (1 - share) * (1 - matrix) / (len(matrix) - 1)


def _shift_half(right, random_state):
    """Label a random half of the classes as the next class."""
    half = random_state.permutation(len(right)) < len(right) // 2
    return np.where(half[:, None], np.roll(right, 1, axis=1), right)


def _make_ratings(truth, confusions, classes, ratings_per_sample, random_state):
    """Return a DataFrame (n_samples, n_raters) of labels, NaN where a rater does not rate."""
    import pandas as pd

    cells = np.array(classes, dtype=object)[draw_labels(truth, confusions, random_state)]
    rank = random_state.uniform(size=cells.shape).argsort(axis=1).argsort(axis=1)
    cells[rank >= ratings_per_sample] = np.nan
    return pd.DataFrame(cells, dtype=object)
