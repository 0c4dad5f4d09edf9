"""Warn of features that are not scaled, from which a network learns little."""

import numpy as np
from scipy.sparse import issparse

from sklearn_raters._rated import rows_of
from sklearn_raters._sklearn_compat import num_samples
from sklearn_raters.exceptions import remark

# The largest standard deviation of a column; the largest distance of the columns from zero, in units of their
# spread, and a distance that does no harm. On wine, digits and made tables, columns of standard deviation 30
# cost "annot_mix" up to 5 points and a BLSTM 17 to 28; of 100, 8 to 37 and 19 to 38. Means of 3 spreads cost
# them up to 6 and 32, of 10 spreads 18 to 38 and 52 to 57. Lower limits would also meet decibels, MFCC,
# counts and percentages.
_WIDEST, _FARTHEST, _NEAR = 30, 7, 2
# Number of samples, and of frames of each, that are looked at; fewer samples where these are wide, so that a
# fit of frames in files takes two megabytes more.
_SAMPLES, _FEWEST_SAMPLES, _FRAMES, _VALUES = 256, 32, 4, 2**18


def remark_if_unscaled(estimator, samples):
    """Warn if a column has a large spread, or all columns are far from zero for their spread.

    Parameters
    ----------
    estimator : estimator
        The network's estimator, which has seen X: it knows the names of its columns.
    samples : list of ndarray of shape (n_frames_i, n_features), or CSR matrix
        The samples. Only some of them are read, and only some frames of these.
    """
    mean, spread = _moments(estimator, samples)
    # A column alone that is far from zero does little harm among many.
    distance, width = (np.sqrt(np.mean(values**2)) for values in (mean, spread))
    if spread.max() > _WIDEST:
        place = _in_one_digit(spread).argmax()
        found = f"a standard deviation of about {_told(spread[place])}"
    elif distance > max(_FARTHEST * width, _NEAR):
        place = np.abs(_in_one_digit(mean)).argmax()
        found = (
            f"a mean of about {_told(mean[place])} and a standard deviation of about {_told(spread[place])}"
        )
    else:
        return
    name = type(estimator).__name__
    remark(
        f"X is not scaled: {_column(estimator, place)} has {found}, where a network needs a mean of about 0 "
        f"and a standard deviation of about 1 to learn well. {_remedy(estimator, samples, name)}"
    )


def _moments(estimator, samples):
    """Return the columns' means and standard deviations, of some samples."""
    n_samples, n_features = num_samples(samples), estimator.n_features_in_
    most = min(n_samples, _SAMPLES, max(_FEWEST_SAMPLES, _VALUES // (_FRAMES * n_features)))
    some = rows_of(samples, np.linspace(0, n_samples - 1, most).astype(np.intp))
    if issparse(some):
        some = some.astype(np.float64)
        mean, square = (np.asarray(values.mean(axis=0)).ravel() for values in (some, some.multiply(some)))
        return mean, np.sqrt(np.maximum(square - mean**2, 0))
    frames = np.concatenate([frames[:: -(-len(frames) // _FRAMES)] for frames in some], dtype=np.float64)
    return frames.mean(axis=0), frames.std(axis=0)


def _column(estimator, place):
    names = getattr(estimator, "feature_names_in_", None)
    return f"column {place}" if names is None else f"column {names[place]!r}"


def _in_one_digit(values):
    """Round to one significant digit: trainings on other parts of the samples then say the same."""
    size = 10.0 ** np.floor(np.log10(np.maximum(np.abs(values), 1e-9)))
    return np.round(values / size) * size


def _told(value):
    return np.format_float_positional(_in_one_digit(value), precision=1, fractional=False, trim="-")


def _remedy(estimator, samples, name):
    if issparse(samples):
        return f"Give make_pipeline(StandardScaler(with_mean=False), {name}(...))."
    if estimator._fitted_on_single_frames:
        return f"Give make_pipeline(StandardScaler(), {name}(...)); for recordings, scale by SpeakerScaler()."
    return f"Scale the frames by SpeakerScaler() before {name}."
