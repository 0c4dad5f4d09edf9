"""Made tables with crowds of raters of every kind, to compare methods on."""

from numbers import Integral

import numpy as np
from sklearn.datasets import make_classification
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch, check_random_state

from sklearn_raters.consensus import hard_labels

DESCRIPTION = """Made samples: {n_samples} rows, {n_features} features, {n_classes} classes, {raters}.

The rows are clusters on the corners of a hypercube (scikit-learn's make_classification), standardised.
A rater draws a label from the true class' row of the rater's confusion matrix, as Dawid and Skene
suppose (Applied Statistics 28, 1979).
"""

# A crowd with one true answer: most are right more often than not, some are not worth listening to.
CROWD = {"expert": 5, "average": 8, "biased": 3, "spammer": 3, "constant": 1}


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
    Make a table of samples, each labelled by some raters of a crowd.

    Parameters
    ----------
    n_samples : int, default=2000
        Number of samples.
    n_classes : int, default=10
        Number of classes, all about as frequent; each is two clusters.
    n_features : int, default=64
        Number of features, of which three eighths tell classes apart and one eighth are sums of these.
    raters : dict or None, default=None
        How many raters there are of each kind:

        - ``"expert"``: right in 90 % of the cases, else any other class;
        - ``"average"``: right in 60 %;
        - ``"biased"``: takes half of the classes, a half of each rater's own, for the next one;
        - ``"camp"``: takes one half of the classes, the same for all of this camp, for the next one,
          in 90 % of the cases;
        - ``"spammer"``: any class, whatever the sample is;
        - ``"constant"``: always the same class.

        None is ``{"expert": 5, "average": 8, "biased": 3, "spammer": 3, "constant": 1}``. A crowd with as
        many experts as raters of the camp has no one true answer.
    ratings_per_sample : int, default=5
        How many raters, drawn at random, rate each sample; at most all.
    class_sep : float, default=1.6
        Half the edge of the hypercube; the smaller, the harder.
    random_state : int, RandomState instance or None, default=None
        The same int gives the same data.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields:

        - ``X``: float32 array of shape (n_samples, n_features);
        - ``Y``: DataFrame of shape (n_samples, n_raters), columns such as expert1; NaN where not rated;
        - ``consensus``: object array, the unique majority, None without one;
        - ``classes``: list of str; ``label_map``: None;
        - ``true_labels``: object array, the class that each sample was made from;
        - ``rater_confusions``: array of shape (n_raters, n_classes, n_classes), the probability
          of a rater's label (last axis) given the true class (middle axis);
        - ``DESCR``: str.

    Raises
    ------
    ValueError
        If there is no such kind of raters, or a number is out of its range.

    See Also
    --------
    make_rated_sequences : Sequences of frames with raters.

    Examples
    --------
    >>> from sklearn_raters.datasets import make_rated_samples
    >>> data = make_rated_samples(50, raters={"expert": 2, "spammer": 1}, ratings_per_sample=2)
    >>> data.X.shape, data.Y.columns.tolist(), int(data.Y.notna().sum(axis=1).max())
    ((50, 64), ['expert1', 'expert2', 'spammer1'], 2)
    """
    raters = CROWD if raters is None else raters
    unknown = sorted(set(raters) - {*CROWD, "camp"})
    if unknown:
        raise ValueError(f"raters names {unknown}; the kinds are {sorted({*CROWD, 'camp'})}.")
    n_raters = sum(raters.values())
    for name, value, low, high in [
        ("n_samples", n_samples, 1, np.inf),
        ("n_classes", n_classes, 2, np.inf),
        ("n_features", n_features, 8, np.inf),
        ("ratings_per_sample", ratings_per_sample, 1, n_raters),
    ]:
        if not (isinstance(value, Integral) and low <= value <= high):
            raise ValueError(
                f"{name} must be an integer of at least {low} and at most {high}, got {value!r}."
            )
    random_state = check_random_state(random_state)
    X, truth = make_classification(
        n_samples,
        n_features,
        n_informative=3 * n_features // 8,
        n_redundant=n_features // 8,
        n_classes=n_classes,
        n_clusters_per_class=2,
        class_sep=class_sep,
        random_state=random_state,
    )
    width = len(str(n_classes))
    classes = [f"class{k:0{width}d}" for k in range(1, n_classes + 1)]
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
    """Return confusion matrices (n_raters, n_classes, n_classes); rows sum to 1."""
    eye = np.eye(n_classes)
    next_class = np.roll(eye, 1, axis=1)
    of_camp = _half(n_classes, random_state)
    confusions = []
    for kind in kinds:
        if kind in ("expert", "average"):
            confusions.append(_right(eye, 0.9 if kind == "expert" else 0.6))
        elif kind == "biased":
            confusions.append(np.where(_half(n_classes, random_state)[:, None], next_class, eye))
        elif kind == "camp":
            confusions.append(_right(np.where(of_camp[:, None], next_class, eye), 0.9))
        elif kind == "spammer":
            confusions.append(np.full((n_classes, n_classes), 1 / n_classes))
        else:
            confusions.append(np.tile(eye[random_state.randint(n_classes)], (n_classes, 1)))
    return np.array(confusions).reshape(-1, n_classes, n_classes)


def _right(answers, share):
    """Give the right answers, rows with a single 1, in this share of the cases."""
    return share * answers + (1 - share) * (1 - answers) / (len(answers) - 1)


def _half(n_classes, random_state):
    """Return which half of the classes, at random, is mistaken."""
    return random_state.permutation(n_classes) < n_classes // 2


def _make_ratings(truth, confusions, classes, ratings_per_sample, random_state):
    """Return the ratings as a DataFrame of NaN and labels."""
    import pandas as pd

    shape = (len(truth), len(confusions))
    cumulated = confusions.cumsum(axis=2)[:, truth].swapaxes(0, 1)
    said = (random_state.uniform(size=(*shape, 1)) > cumulated).sum(axis=2)
    cells = np.array(classes, dtype=object)[np.minimum(said, len(classes) - 1)]
    rank = random_state.uniform(size=shape).argsort(axis=1).argsort(axis=1)
    cells[rank >= ratings_per_sample] = np.nan
    return pd.DataFrame(cells, dtype=object)
