"""Made sequences with raters of known confusion, for tests and examples."""

from numbers import Integral

import numpy as np
from scipy.signal import lfilter
from sklearn.utils import Bunch, check_random_state

from sklearn_raters.consensus import hard_labels

DESCRIPTION = """Made sequences: {n_samples} samples of {n_classes} classes, {n_raters} raters.

Every frame is its class' mean, plus its speaker's offset, plus noise that changes slowly from
frame to frame. A rater draws a label from the true class' row of the rater's confusion matrix, as
Dawid and Skene suppose (Applied Statistics 28, 1979).
"""


def make_rated_sequences(
    n_samples=200,
    n_raters=5,
    n_classes=4,
    n_features=8,
    *,
    mean_length=20,
    n_groups=5,
    difficulty=1.0,
    coverage=0.6,
    multiple=0.05,
    random_state=None,
):
    """
    Make sequences of frames, each labelled by some of several raters of known habits.

    Parameters
    ----------
    n_samples : int, default=200
        Number of sequences.
    n_raters : int, default=5
        Number of raters. The first is right in 85 % of the cases, the last in 55 %; what remains
        goes to the other classes, most of it to one class that the rater leans to.
    n_classes : int, default=4
        Number of classes, all as frequent.
    n_features : int, default=8
        Features of a frame.
    mean_length : int, default=20
        Mean number of frames; lengths are log-normal, at least 1, with a spread of about a third.
    n_groups : int, default=5
        Number of sessions, of two speakers each.
    difficulty : float, default=1.0
        Standard deviation of a frame's noise in each feature; the classes' means are about 1 apart.
    coverage : float, default=0.6
        Share of the samples that a rater rates, in (0, 1]. Every sample has at least one rating,
        so that the share may come out greater.
    multiple : float, default=0.05
        Share of the ratings that name a second class.
    random_state : int, RandomState instance or None, default=None
        The same int gives the same data.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry a sample:

        - ``X``: list of float32 arrays of shape (n_frames_i, n_features);
        - ``Y``: DataFrame of shape (n_samples, n_raters), columns R1, R2, ...; a cell holds NaN, a
          label or a tuple of two labels;
        - ``consensus``: object array, the unique majority, None without one;
        - ``sessions``: int array, what must not be split between folds;
        - ``speakers``: object array such as ``"S1F"``;
        - ``classes``: list of str; ``label_map``: None;
        - ``true_labels``: object array, the class that each sequence was made from;
        - ``rater_confusions``: array of shape (n_raters, n_classes, n_classes), the probability
          of a rater's first label (last axis) given the true class (middle axis);
        - ``DESCR``: str.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    See Also
    --------
    make_rated_speech : The same with audio, in the shape of IEMOCAP.

    Examples
    --------
    >>> from sklearn_raters.datasets import make_rated_sequences
    >>> data = make_rated_sequences(n_samples=40, random_state=0)
    >>> data.Y.shape, data.X[0].shape[1], data.classes
    ((40, 5), 8, ['class1', 'class2', 'class3', 'class4'])
    """
    for name, value, least in [
        ("n_samples", n_samples, 1),
        ("n_raters", n_raters, 1),
        ("n_classes", n_classes, 2),
        ("n_features", n_features, 1),
        ("mean_length", mean_length, 1),
        ("n_groups", n_groups, 1),
    ]:
        if not isinstance(value, Integral) or value < least:
            raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}.")
    _check_share("coverage", coverage, 0 < coverage <= 1, "in (0, 1]")
    _check_share("multiple", multiple, 0 <= multiple <= 1, "in [0, 1]")
    _check_share("difficulty", difficulty, 0 <= difficulty < np.inf, "finite and at least 0")

    random_state = check_random_state(random_state)
    width = len(str(n_classes))
    classes = [f"class{k:0{width}d}" for k in range(1, n_classes + 1)]
    sessions = np.sort(np.arange(n_samples) % n_groups) + 1
    is_man = random_state.randint(2, size=n_samples)
    truth = random_state.permutation(np.arange(n_samples) % n_classes)
    speakers = 2 * (sessions - 1) + is_man
    X = _make_frames(truth, speakers, n_features, mean_length, difficulty, random_state)
    confusions = _make_confusions(n_raters, n_classes, random_state)
    Y = _make_ratings(truth, confusions, classes, coverage, multiple, random_state)
    return Bunch(
        X=X,
        Y=Y,
        consensus=hard_labels(Y),
        sessions=sessions,
        speakers=np.array([f"S{s // 2 + 1}{'FM'[s % 2]}" for s in speakers], dtype=object),
        classes=classes,
        label_map=None,
        true_labels=np.array(classes, dtype=object)[truth],
        rater_confusions=confusions,
        DESCR=DESCRIPTION.format(n_samples=n_samples, n_classes=n_classes, n_raters=n_raters),
    )


def _check_share(name, value, is_valid, expected):
    if not is_valid:
        raise ValueError(f"{name} must be {expected}, got {value!r}.")


def _make_frames(truth, speakers, n_features, mean_length, difficulty, random_state):
    """Return a list of float32 arrays of shape (n_frames_i, n_features)."""
    # Means on random directions of one length, so that no class is the odd one out.
    means = random_state.normal(size=(truth.max() + 1, n_features))
    means *= 0.75 / np.sqrt((means**2).mean(axis=1, keepdims=True) * n_features)
    offsets = 0.5 * random_state.normal(size=(speakers.max() + 1, n_features))
    spread = 0.35  # of the logarithm of the length
    lengths = random_state.lognormal(np.log(mean_length) - spread**2 / 2, spread, size=len(truth))
    X = []
    for label, speaker, length in zip(truth, speakers, lengths, strict=True):
        white = random_state.normal(size=(max(1, round(length)), n_features))
        # Neighbouring frames correlate by 0.7; the variance stays 1 after the filter has settled.
        noise = lfilter([np.sqrt(1 - 0.7**2)], [1, -0.7], white, axis=0)
        X.append((means[label] + offsets[speaker] + difficulty * noise).astype(np.float32))
    return X


def _make_confusions(n_raters, n_classes, random_state):
    """Return confusion matrices (n_raters, n_classes, n_classes); rows sum to 1."""
    skill = np.linspace(0.85, 0.55, n_raters)
    confusions = np.empty((n_raters, n_classes, n_classes))
    for rater in range(n_raters):
        leaning = np.ones(n_classes)
        leaning[random_state.randint(n_classes)] = 2.0 * n_classes
        wrong = np.tile(leaning, (n_classes, 1))
        np.fill_diagonal(wrong, 0.0)
        wrong *= (1 - skill[rater]) / wrong.sum(axis=1, keepdims=True)
        confusions[rater] = wrong + skill[rater] * np.eye(n_classes)
    return confusions


def _make_ratings(truth, confusions, classes, coverage, multiple, random_state):
    """Return the ratings as a DataFrame of NaN, labels and tuples of two labels."""
    import pandas as pd

    n_raters, n_classes, _ = confusions.shape
    shape = (len(truth), n_raters)
    rated = random_state.uniform(size=shape) < coverage
    rated[np.arange(len(truth)), random_state.randint(n_raters, size=len(truth))] = True
    cumulated = confusions.cumsum(axis=2)[:, truth].swapaxes(0, 1)
    draws = random_state.uniform(size=(*shape, 1))
    first = np.minimum((draws > cumulated).sum(axis=2), n_classes - 1)
    second = (first + random_state.randint(1, n_classes, size=shape)) % n_classes
    names = np.array(classes, dtype=object)
    cells = names[first]
    for at in zip(*np.nonzero(random_state.uniform(size=shape) < multiple), strict=True):
        cells[at] = (names[first[at]], names[second[at]])
    cells[~rated] = np.nan
    index = pd.Index([f"sample{i}" for i in range(len(truth))], name="sample", dtype=object)
    raters = [f"R{r}" for r in range(1, n_raters + 1)]
    return pd.DataFrame(cells, index=index, columns=raters, dtype=object)
