"""Check X in any form, and pack its frames into one array."""

from dataclasses import dataclass
from os import PathLike

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import get_tags
from sklearn.utils.validation import validate_data

from sklearn_raters._forms import TIMES, check_dimensions, check_features, is_time, refuse_rounding
from sklearn_raters.exceptions import InputError

# Types in an array of objects that NumPy turns into numbers although they are none.
_NO_NUMBERS = (
    str,
    bytes,
    complex,
    np.complexfloating,
    *TIMES,
)
_SKIPPED = (
    " A front end with on_error='skip' writes one frame of NaN for a file that it skips: see its errors_."
)
_REMEDY = "Expected numbers: convert it to numbers that mean something as features, or leave it out."


@dataclass(frozen=True)
class Sequences:
    """Frames of all samples in one array, one sample after the other.

    Parameters
    ----------
    frames : ndarray or CSR matrix of shape (n_frames_total, n_features), float32
        All frames; sparse for a sparse table, each row of which is a sample of one frame. Or a list of the
        samples, where some are memory-mapped: they are read when they are used.
    lengths : ndarray of shape (n_samples,), int64
        Number of frames of each sample.
    """

    frames: np.ndarray
    lengths: np.ndarray

    def __len__(self):
        return len(self.lengths)

    @property
    def starts(self):
        """Index in `frames` of the first frame of each sample: ndarray of shape (n_samples,)."""
        return np.cumsum(self.lengths) - self.lengths

    def split(self):
        """Cut the frames into samples.

        Returns
        -------
        list of ndarray of shape (n_frames_i, n_features)
            The samples, which share memory with `frames`.
        """
        return np.split(self.frames, np.cumsum(self.lengths)[:-1]) if len(self) else []


def holds_sequences(X):
    """Return whether X is a collection of (n_frames, n_features) arrays rather than a table.

    Parameters
    ----------
    X : array-like
        Input of an estimator.

    Returns
    -------
    bool
        True for a list, tuple, Series or 1-D object array of 2-D arrays, and for a 3-D array.
    """
    if hasattr(X, "iloc") and X.ndim == 1:
        X = X.to_numpy()  # a column of a table
    # np.array(samples_of_equal_lengths, dtype=object) is 3-D, and so is a tensor.
    if hasattr(X, "__array__") and not (isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 1):
        return getattr(X, "ndim", 2) == 3
    return isinstance(X, list | tuple | np.ndarray) and any(_is_2d(sample) for sample in X)


def _is_2d(sample):
    if hasattr(sample, "shape"):
        return len(sample.shape) == 2
    return isinstance(sample, list | tuple) and len(sample) > 0 and np.ndim(sample[0]) == 1


def pack(samples):
    """Put samples into `Sequences`, for a network.

    Parameters
    ----------
    samples : list of (n_frames_i, n_features) arrays, or CSR matrix of shape (n_samples, n_features)
        At least one sample.

    Returns
    -------
    Sequences
        All frames, as float32: a copy of a list. A sparse table and a list with memory-mapped samples are
        not copied.
    """
    if issparse(samples):
        return Sequences(samples, np.ones(samples.shape[0], dtype=np.int64))
    if any(is_mapped(sample) for sample in samples):
        return Sequences(samples, _lengths(samples))
    return _in_memory(samples)


def is_mapped(sample):
    """Return whether an array is floating point in a file, memory-mapped.

    Parameters
    ----------
    sample : object
        The array, or anything else.

    Returns
    -------
    bool
        False for arrays in memory, also for the result of a computation with a memory-mapped one.
    """
    # The result of a computation with a memmap is a memmap without a file.
    in_file = isinstance(sample, np.memmap) and sample.filename is not None
    return in_file and sample.dtype.kind == "f"


def _lengths(samples):
    return np.array([len(sample) for sample in samples], dtype=np.int64)


def _in_memory(samples):
    return Sequences(np.concatenate(samples, dtype=np.float32), _lengths(samples))


def as_sequences(estimator, X, *, reset):
    """Check X and put it into `Sequences`.

    Parameters
    ----------
    estimator : estimator instance
        As in `as_samples`.
    X : array-like
        As in `as_samples`.
    reset : bool
        As in `as_samples`.

    Returns
    -------
    Sequences
        All frames, in one array in memory.
    """
    samples = as_samples(estimator, X, reset=reset)
    return pack(samples) if issparse(samples) else _in_memory(samples)


def as_samples(estimator, X, *, reset):
    """Check X and return it as a list of sequences, or as sparse rows.

    Parameters
    ----------
    estimator : estimator instance
        The estimator whose `n_features_in_`, and `feature_names_in_` for tables, is set or compared. Its
        tags say whether it takes sparse tables.
    X : array-like or sparse matrix
        A list, tuple, Series or 1-D object array of (n_frames_i, n_features) arrays, or of tables, whose
        columns are brought into one order by their names; a 3-D array of shape (n_samples, n_frames,
        n_features); or a table of shape (n_samples, n_features), one frame a sample, dense or in any of
        SciPy's sparse formats.
    reset : bool
        Whether to set the number of features (in `fit`) or to compare it (in `predict`).

    Returns
    -------
    list of ndarray of shape (n_frames_i, n_features), or CSR matrix of shape (n_samples, n_features), float32
        Samples; not copied if they are float32 already. A sparse table stays sparse, and what is
        memory-mapped stays in its file and its number format.

    Raises
    ------
    InputError
        If a sample is a path, is not 2-D, has no frames, holds NaN or infinity or has another number of
        features; if values are no numbers, or integers that float32 cannot hold; if X has four or more
        dimensions, or is one 2-D array where `fit` had sequences.
    TypeError
        If X is sparse and the estimator does not take sparse tables.
    """
    name = type(estimator).__name__
    if holds_text(X):
        raise InputError(
            f"X holds text or paths: the first is {str(next(iter(X)))!r}, where frames are needed. Put "
            "a transformer before the estimator: make_pipeline(OpenSmileFrames(), ...) takes audio files, "
            "make_pipeline(TfidfVectorizer(), ...) takes texts."
        )
    check_dimensions(X, name)
    is_table = not holds_sequences(X)
    on_sequences = not reset and not getattr(estimator, "_fitted_on_single_frames", True)
    if is_table and on_sequences and not issparse(X):
        raise InputError(
            f"X is one 2-D array of shape {np.shape(X)}, but {name} was fitted on a list of sequences of "
            "frames. Give [X] for one recording; give X[:, None] if each row is a sample of one frame."
        )
    return (_check_table if is_table else _check_sequences)(estimator, X, name, reset)


def _check_table(estimator, X, name, reset):
    """Return a table as one frame a sample, or as sparse rows; see `as_samples`."""
    _check_types(X, "X")
    if not reset:
        check_features(estimator, X)
    # Checked for NaN below, where the sample is named.
    takes_sparse = "csr" if get_tags(estimator).input_tags.sparse else False
    settings = {"accept_sparse": takes_sparse, "dtype": np.float32, "order": "C"}
    with np.errstate(over="ignore"):  # a value beyond float32 becomes infinity and is reported
        try:
            table = validate_data(estimator, X, reset=reset, ensure_all_finite=False, **settings)
        except ValueError as error:
            if not str(error).startswith("setting an array element"):
                raise
            raise InputError(
                f"X is no table of numbers ({error}): all rows must have the same number of "
                "features, and each cell one number. Sequences are a list of 2-D arrays."
            ) from error
    if issparse(table):
        table = _check_sparse(table, name)
    else:
        _check_finite(table, None, name)
    if reset:
        estimator._fitted_on_single_frames = True
    return table if issparse(table) else list(np.asarray(table)[:, None])


def _check_sequences(estimator, X, name, reset):
    """Return sequences of frames; see `as_samples`."""
    if len(X) == 0:
        raise InputError("Found array with 0 sample(s) in X; give at least one (n_frames, n_features) array.")
    X, names = _in_order_of_names(X, None if reset else vars(estimator).get("feature_names_in_"))
    samples = check_frames(X, name, None if reset else estimator.n_features_in_)
    if reset:
        estimator._fitted_on_single_frames = all(len(sample) == 1 for sample in samples)
        estimator.n_features_in_ = samples[0].shape[1]
        # An earlier fit may have been on a table, whose feature names do not apply to the frames.
        vars(estimator).pop("feature_names_in_", None)
        if names is not None:
            estimator.feature_names_in_ = np.array(names, dtype=object)
    return samples


def _in_order_of_names(X, names):
    """Return samples that are tables with their columns in the order of `names`, or of the first table's."""
    if isinstance(X, np.ndarray) and X.dtype != object:
        return X, names
    ordered, names = [], None if names is None else list(names)
    for index, sample in enumerate(X):
        sample, names = by_names(sample, index, names)
        ordered.append(sample)
    return ordered, names


def by_names(sample, index, names):
    """Bring the columns of a table of frames into an order.

    Parameters
    ----------
    sample : array-like of shape (n_frames, n_features)
        A table whose columns are named by texts; anything else is taken by place.
    index : int
        Number of the sample, for the message.
    names : list of str or None
        The columns in order; None takes those of the sample.

    Returns
    -------
    sample : array-like of shape (n_frames, n_features)
        The sample.
    names : list of str or None
        The columns in order, if they are known now.

    Raises
    ------
    InputError
        If the table has other columns.
    """
    own = list(getattr(sample, "columns", ()))
    if not own or not all(isinstance(name, str) for name in own):
        return sample, names
    names = own if names is None else names
    if sorted(own) != sorted(names):
        raise InputError(
            f"Sample {index} of X has the columns {own[:20]}, where {names[:20]} are expected: give all "
            "samples the same columns, or arrays, which are taken by place."
        )
    return (sample if own == names else sample[names]), names


def holds_text(X):
    """Return whether X is a collection of texts or paths.

    Parameters
    ----------
    X : array-like
        Input of an estimator.

    Returns
    -------
    bool
        True for a list, tuple, Series or 1-D array whose first element is a str or a path.
    """
    listed = isinstance(X, list | tuple) or getattr(X, "ndim", None) == 1
    return isinstance(next(iter(X), None) if listed else None, str | PathLike)


def check_frames(X, name, n_features=None):
    """Check each sequence of frames.

    Parameters
    ----------
    X : sequence of array-like of shape (n_frames_i, n_features)
        At least one sample.
    name : str
        Name of the estimator, for messages.
    n_features : int, default=None
        Number of features expected. None takes the number of features of the first sample.

    Returns
    -------
    list of ndarray of shape (n_frames_i, n_features), float32
        The samples as float32; those that are memory-mapped as they are.

    Raises
    ------
    InputError
        If a sample is not 2-D, has no frames, holds NaN or infinity or has another number of features; or if
        values are no numbers, or integers that float32 cannot hold.
    """
    samples = [_as_frames(sample, index) for index, sample in enumerate(X)]
    expects = "sample 0 has" if n_features is None else f"{name} is expecting"
    n_features = samples[0].shape[1] if n_features is None else n_features
    for index, sample in enumerate(samples):
        if sample.shape[1] != n_features:
            raise InputError(
                f"X has {sample.shape[1]} features in sample {index}, but {expects} {n_features} features "
                "as input. Extract all samples with the same settings."
            )
        _check_finite(sample, index, name)
    return samples


def _as_frames(sample, index):
    try:
        with np.errstate(over="ignore"):  # a value beyond float32 becomes infinity and is reported
            _check_types(sample, f"Sample {index} of X")
            frames = sample if is_mapped(sample) else np.asarray(sample, dtype=np.float32)
    except InputError:
        raise
    except (TypeError, ValueError) as error:
        raise InputError(
            f"Sample {index} of X is not a numeric (n_frames, n_features) array: {error}"
        ) from error
    if frames.ndim != 2:
        raise InputError(
            f"Sample {index} of X has shape {frames.shape}; expected (n_frames, n_features). "
            "Give every sample as a 2-D array, even if it has a single frame or a single feature."
        )
    if frames.size == 0:
        raise InputError(
            f"Sample {index} of X has no frames or no features: {frames.shape}. Leave it out of X and Y."
        )
    return frames


def _check_types(X, what):
    """Raise InputError if float32 would lose what X holds: text, times, complex numbers, large integers."""
    if hasattr(X, "columns") and hasattr(X, "dtypes"):  # those of a data frame may differ
        for name, dtype in zip(X.columns, X.dtypes, strict=True):
            if getattr(dtype, "kind", "O") not in "bf":
                _check_types(np.asarray(X[[name]]), f"Column {name!r} of {what}")
        return
    try:
        values = X.tocoo().data if issparse(X) else np.asarray(X)
    except (TypeError, ValueError):
        return  # no array at all, as its conversion reports
    if np.ma.is_masked(X):
        raise InputError(f"{what} has masked entries. Fill them by .filled(...), or leave the sample out.")
    kind = values.dtype.kind
    if kind not in "biufO":
        reason = "Complex data not supported. " if kind == "c" else ""  # scikit-learn's words
        raise InputError(f"{what} is of type {values.dtype}. {reason}{_REMEDY}")
    if kind == "O":
        odd = next((one for one in values.flat if isinstance(one, _NO_NUMBERS) or is_time(one)), None)
        if odd is not None:
            raise InputError(f"{what} holds {odd!r} of type {type(odd).__name__}. {_REMEDY}")
    if kind in "iuO" or isinstance(X, list | tuple):
        refuse_rounding(X, np.float32, what)


def _check_sparse(table, name):
    """Return CSR rows with one entry for each place; raise InputError if a value is not finite."""
    if not np.isfinite(table.data).all():
        entries = table.tocoo()
        place = np.flatnonzero(~np.isfinite(entries.data))[0]
        # The row that holds the value is dense, so that the message is the one for a dense table.
        row = table[[entries.row[place]]].toarray()
        _check_finite(row, None, name, first=entries.row[place])
    if not table.has_canonical_format:
        table = table.copy()  # the caller's own
        table.sum_duplicates()
    return table


def _check_finite(frames, sample, name, first=0):
    """Raise if a value is not finite. If `sample` is None, each frame is one sample, counted from `first`."""
    # The sum of finite values is finite, except after overflow, and is far faster than checking each value.
    with np.errstate(over="ignore", invalid="ignore"):
        is_finite = np.isfinite(frames.sum(dtype=np.float64))
    largest = np.finfo(np.float32).max  # frames in a file may hold more digits
    if is_finite and (frames.dtype != np.float64 or np.abs(frames).max() <= largest):
        return
    wrong = np.argwhere(~(np.abs(frames) <= largest))
    if not len(wrong):
        return
    frame, feature = wrong[0]
    what = "NaN" if np.isnan(frames[frame, feature]) else "infinity"
    skipped = np.isnan(frames[frame]).all() and (sample is None or len(frames) == 1)
    if sample is None:
        sample, frame = frame + first, 0
    raise InputError(
        f"Input X contains {what}: sample {sample}, frame {frame}, feature {feature}. {name} does not accept "
        f"missing or infinite values; repair or leave out the sample.{_SKIPPED if skipped else ''}"
    )
