"""Synthetic sequences labelled by raters with known confusion matrices."""

from numbers import Real

import numpy as np
from scipy.signal import lfilter
from sklearn.utils import Bunch, check_random_state

from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets._made_labels import check_integers, check_size, class_names, draw_labels
from sklearn_raters.exceptions import InputError

DESCRIPTION = """Synthetic sequences: {n_samples} samples of {n_classes} classes, {n_raters} raters.

Each frame is the sum of the mean of its class, the offset of its speaker and noise that is correlated
between successive frames. A rater's label is drawn from the row of the true class in the rater's confusion
matrix, as in the model of Dawid and Skene (Applied Statistics 28, 1979).
"""


@checked_parameters(
    {"difficulty": [Real], "coverage": [Real], "multiple": [Real], "random_state": ["random_state"]}
)
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
    Make sequences of frames, each labelled by some of several raters.

    Parameters
    ----------
    n_samples : int, default=200
        Number of sequences.
    n_raters : int, default=5
        Number of raters. The first is right on 85 % of the samples, the last on 55 %. Wrong labels are mostly
        one class, which differs between raters.
    n_classes : int, default=4
        Number of classes, equally frequent.
    n_features : int, default=8
        Number of features of a frame.
    mean_length : int, default=20
        Mean number of frames. Lengths are log-normal with a standard deviation of about a third of the mean.
    n_groups : int, default=5
        Number of sessions, of two speakers each.
    difficulty : float, default=1.0
        Standard deviation of the noise in each feature; the means of two classes are about 1 apart.
    coverage : float, default=0.6
        Share of the samples that a rater rates, in (0, 1]. The actual share is larger, since every sample
        gets at least one rating.
    multiple : float, default=0.05
        Share of the ratings with a second class.
    random_state : int, RandomState instance or None, default=None
        Source of randomness. An int gives the same data in every call.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry a sample:

        - ``X``: list of float32 arrays of shape (n_frames_i, n_features);
        - ``Y``: DataFrame of shape (n_samples, n_raters), columns R1, R2, ...; a cell holds NaN, a
          label or a tuple of two labels;
        - ``consensus``: object array, the majority label, None without one;
        - ``sessions``: int array, the groups that must not be split between folds;
        - ``speakers``: object array such as ``"S1F"``;
        - ``classes``: list of str; ``label_map``: None;
        - ``true_labels``: object array, the class from which each sequence was made;
        - ``rater_confusions``: array of shape (n_raters, n_classes, n_classes), the probability
          of a rater's first label (last axis) given the true class (middle axis);
        - ``DESCR``: str.

    Raises
    ------
    InputError
        If a parameter is out of its range.

    See Also
    --------
    make_rated_speech : Make audio files with ratings, laid out like IEMOCAP.

    Examples
    --------
    >>> from sklearn_raters.datasets import make_rated_sequences
    >>> data = make_rated_sequences(n_samples=40, random_state=0)
    >>> data.Y.shape, data.X[0].shape[1], data.classes
    ((40, 5), 8, ['class1', 'class2', 'class3', 'class4'])
    """
    check_integers(1, n_samples=n_samples, n_raters=n_raters, n_features=n_features)
    check_integers(1, mean_length=mean_length, n_groups=n_groups)
    check_integers(2, n_classes=n_classes)
    check_size(X=(n_samples, mean_length, n_features), Y=(n_samples, n_raters), groups=(n_groups, n_features))
    check_size(confusions=(n_raters, n_classes, n_classes))
    if not 0 < coverage <= 1:
        raise InputError(f"coverage must be in (0, 1], got {coverage!r}.")
    if not 0 <= multiple <= 1:
        raise InputError(f"multiple must be in [0, 1], got {multiple!r}.")
    if not 0 <= difficulty < np.inf:
        raise InputError(f"difficulty must be finite and at least 0, got {difficulty!r}.")

    random_state = check_random_state(random_state)
    classes = class_names(n_classes)
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


def _make_frames(truth, speakers, n_features, mean_length, difficulty, random_state):
    """Return a list of float32 arrays of shape (n_frames_i, n_features)."""
    # Means of equal length, so that no class is easier than the others by chance.
    means = random_state.normal(size=(truth.max() + 1, n_features))
    means *= 0.75 / np.sqrt((means**2).mean(axis=1, keepdims=True) * n_features)
    offsets = 0.5 * random_state.normal(size=(speakers.max() + 1, n_features))
    spread = 0.35  # standard deviation of the logarithm of the length
    lengths = random_state.lognormal(np.log(mean_length) - spread**2 / 2, spread, size=len(truth))
    X = []
    for label, speaker, length in zip(truth, speakers, lengths, strict=True):
        white = random_state.normal(size=(max(1, round(length)), n_features))
        # Successive frames correlate by 0.7; the variance becomes 1 after a few frames.
        noise = lfilter([np.sqrt(1 - 0.7**2)], [1, -0.7], white, axis=0)
        X.append((means[label] + offsets[speaker] + difficulty * noise).astype(np.float32))
    return X


def _make_confusions(n_raters, n_classes, random_state):
    """Return confusion matrices (n_raters, n_classes, n_classes); rows sum to 1."""
    skill = np.linspace(0.85, 0.55, n_raters)[:, None, None]
    right = np.eye(n_classes)
    preference = np.ones((n_raters, 1, n_classes))
    preference[np.arange(n_raters), 0, random_state.randint(n_classes, size=n_raters)] = 2.0 * n_classes
    wrong = preference * (1 - right)
    return skill * right + wrong * ((1 - skill) / wrong.sum(axis=2, keepdims=True))


def _make_ratings(truth, confusions, classes, coverage, multiple, random_state):
    """Return a DataFrame (n_samples, n_raters) of NaN, labels and tuples of two labels."""
    import pandas as pd

    n_raters, n_classes, _ = confusions.shape
    shape = (len(truth), n_raters)
    rated = random_state.uniform(size=shape) < coverage
    rated[np.arange(len(truth)), random_state.randint(n_raters, size=len(truth))] = True
    first = draw_labels(truth, confusions, random_state)
    second = (first + random_state.randint(1, n_classes, size=shape)) % n_classes
    cells = np.array(classes, dtype=object)[first]
    for at in zip(*np.nonzero(random_state.uniform(size=shape) < multiple), strict=True):
        cells[at] = (cells[at], classes[second[at]])
    cells[~rated] = np.nan
    index = pd.Index([f"sample{i}" for i in range(len(truth))], name="sample", dtype=object)
    raters = [f"R{r}" for r in range(1, n_raters + 1)]
    return pd.DataFrame(cells, index=index, columns=raters, dtype=object)
