"""Run openSMILE on audio samples, in parallel and with a cache."""

import functools
import hashlib
import warnings
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from joblib import delayed

from sklearn_raters._files import check_folder, replacing
from sklearn_raters._parallel import run_jobs
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.features._audio import (
    SAMPLING_RATE,
    absolute,
    check_audio_list,
    content_of,
    describe,
    located,
    read_audio,
)

CONFIG = Path(__file__).parent / "config" / "lld45.conf"

# Length in seconds of the longest window of each feature set; a shorter signal has no features.
WINDOWS = {"lld45": 0.060, "emobase": 0.040, "eGeMAPSv02": 0.060}
STEP = 0.010  # s
N_FEATURES = {"lld45": 45, "emobase": 988, "eGeMAPSv02": 88}
# openSMILE works on 16-bit samples, and its Python interface lets larger values wrap around.
_HIGHEST = 32767 / 32768
# Part of every key of the cache. Raise it when the stored features change.
_CACHE_FORMAT = 2

_NOT_KEPT = (
    "The cache {folder} cannot be written ({reason}): features are computed but not kept. Free space, allow "
    "writing, or name another folder."
)


def extract(X, feature_set, *, errors=None, **settings):
    """Compute the features of all samples, and warn of what looks wrong.

    Parameters
    ----------
    X : list
        Paths or (signal, rate) pairs.
    feature_set : {"lld45", "emobase", "eGeMAPSv02"}
        The paper's frames, or a set of functionals of openSMILE.
    errors : dict, default=None
        As in `extract_each`.
    **settings : dict
        As in `extract_each`.

    Returns
    -------
    list of ndarray of shape (n_frames_i, n_features), float32
        Features in the order of X; functionals have one row.
    """
    items, notes = check_audio_list(X), {}
    features = list(extract_each(items, feature_set, errors=errors, notes=notes, **settings))
    warn_of(errors or {}, notes, len(items))
    return features


class Outcome(NamedTuple):
    """What became of a sample.

    Parameters
    ----------
    features : ndarray of shape (n_frames, n_features), float32, default=None
        The features; None if they are yet to be computed, or cannot be.
    notes : tuple of str, default=()
        What looks wrong.
    error : Exception, default=None
        Why there are no features.
    """

    features: np.ndarray | None = None
    notes: tuple = ()
    error: Exception | None = None


def extract_each(
    items, feature_set, *, notes, errors=None, n_jobs=None, memory=None, verbose=0, at_once=None
):
    """Compute the features of samples one after the other, or take them from the cache.

    Parameters
    ----------
    items : list
        Paths or (signal, rate) pairs, as `check_audio_list` returns them.
    feature_set : {"lld45", "emobase", "eGeMAPSv02"}
        The paper's frames, or a set of functionals of openSMILE.
    notes : dict
        Gets what looks wrong: from text to the samples' names.
    errors : dict, default=None
        Gets the reason why a sample cannot be used, by index of the sample, whose features are then one row
        of NaN. None raises the first such error instead.
    n_jobs : int, default=None
        Number of samples processed in parallel, as in joblib.
    memory : str, PathLike, joblib.Memory or None, default=None
        Folder of the cache.
    verbose : int, default=0
        Whether to show progress on standard error: above 0.
    at_once : int, default=None
        Number of samples whose features are in memory at once; None computes all before the first is yielded.

    Yields
    ------
    ndarray of shape (n_frames_i, n_features), float32
        Features in the order of `items`; functionals have one row.

    Raises
    ------
    FileNotFoundError, InputError, RuntimeError
        If a sample cannot be used, or with `errors` if none can.
    """
    folder = cache_folder(memory)
    at_once = at_once or len(items)
    if errors is None:
        for index, item in enumerate(items):
            located(item, index)  # before the first one is computed
    for start in range(0, len(items), at_once):
        part = {index: items[index] for index in range(start, min(start + at_once, len(items)))}
        found = _extract_part(part, feature_set, n_jobs, folder, verbose, errors is not None)
        for index, (features, its_notes, error) in found.items():
            for note in its_notes:
                notes.setdefault(note, []).append(describe(items[index], index))
            if error is not None:
                errors[index] = " ".join(str(error).split())
                features = np.full((1, N_FEATURES[feature_set]), np.nan, np.float32)
            yield features
    if errors and len(errors) == len(items):
        raise InputError(f"None of the {len(items)} samples can be used. {next(iter(errors.values()))}")


def warn_of(errors, notes, n_samples):
    """Warn of samples that were skipped or look wrong.

    Parameters
    ----------
    errors, notes : dict
        As `extract_each` filled them.
    n_samples : int
        Number of all samples.
    """
    if errors:
        what = f"Samples that are skipped ({len(errors)} of {n_samples}), with NaN as features: "
        warnings.warn(what + shortened(list(errors.values()), " "), InputWarning, stacklevel=4)
    for note, samples in notes.items():
        warnings.warn(note.replace("{samples}", shortened(samples, ", ")), InputWarning, stacklevel=4)


def shortened(texts, separator):
    """Return up to ten texts as one, and how many more there are."""
    more = f"{separator}... and {len(texts) - 10} more" if len(texts) > 10 else ""
    return separator.join(texts[:10]) + more


def _extract_part(items, feature_set, n_jobs, folder, verbose, goes_on):
    """Return the outcome of each sample of {index: sample}."""
    # Checked and looked up here, so that no worker starts and loads openSMILE if the cache holds all samples.
    outcomes = {
        index: _attempt(goes_on, _look_up, item, index, feature_set, folder) for index, item in items.items()
    }
    wanted = [index for index, (features, _, error) in outcomes.items() if features is None and error is None]
    jobs = (
        delayed(_attempt)(goes_on, _compute, absolute(items[index]), index, feature_set, folder)
        for index in wanted
    )
    title = f"openSMILE {feature_set}"
    names = [f"sample {index}" for index in wanted]
    computed = run_jobs(jobs, names, n_jobs=n_jobs, description=title, verbose=verbose)
    return outcomes | dict(zip(wanted, computed, strict=True))


def _attempt(goes_on, function, *arguments):
    """Return the function's outcome, or the error of a sample that cannot be used."""
    try:
        return function(*arguments)
    except (InputError, OSError, RuntimeError, TypeError) as error:
        if not goes_on:
            raise
        return Outcome(error=error)


def feature_names(feature_set):
    """Return openSMILE's names of the features.

    Parameters
    ----------
    feature_set : {"lld45", "emobase", "eGeMAPSv02"}
        The set.

    Returns
    -------
    tuple of str
        One name a feature.
    """
    return tuple(_smile(feature_set).feature_names)


def count_frames(n_samples):
    """Count the windows of 60 ms, one every 10 ms, in a signal.

    Parameters
    ----------
    n_samples : int
        Length of the signal in samples at 16 kHz.

    Returns
    -------
    int
        Number of frames.

    Examples
    --------
    >>> from sklearn_raters.features._extraction import count_frames
    >>> count_frames(960), count_frames(1119), count_frames(1120)
    (1, 1, 2)
    """
    window, step = round(WINDOWS["lld45"] * SAMPLING_RATE), round(STEP * SAMPLING_RATE)
    return (n_samples - window) // step + 1


def cache_folder(memory):
    """Return the folder of the cache.

    Parameters
    ----------
    memory : str, PathLike, joblib.Memory or None
        The parameter of the transformers.

    Returns
    -------
    Path or None
        The folder; None if there is no cache.
    """
    location = getattr(memory, "location", memory)
    if location is not None:
        return check_folder(location) / "sklearn_raters" / "features"
    return None


def cache_path(folder, item, feature_set):
    """Return the file of a sample's features in the cache.

    Its name is a hash of the sample's content and of all settings that change the features.

    Parameters
    ----------
    folder : Path
        Folder of the cache.
    item : str, PathLike or (signal, rate) pair
        The sample.
    feature_set : {"lld45", "emobase", "eGeMAPSv02"}
        The set.

    Returns
    -------
    Path
        The file, which may not exist yet.
    """
    digest = hashlib.sha256(_settings(feature_set))
    for part in content_of(item):
        digest.update(part)
    key = digest.hexdigest()
    return folder / key[:2] / f"{key}.npz"


def key_of(items, feature_set):
    """Return a hash of samples in their order, and of all settings that change the features.

    Parameters
    ----------
    items : list
        Paths or (signal, rate) pairs. A sample that cannot be read counts with its reason.
    feature_set : {"lld45", "emobase", "eGeMAPSv02"}
        The set.

    Returns
    -------
    str
        The hash, 32 letters.
    """
    digest = hashlib.sha256()
    for index, item in enumerate(items):
        try:
            digest.update(cache_path(Path(), located(item, index), feature_set).name.encode())
        except (TypeError, ValueError, OSError) as error:
            digest.update(str(error).encode())
    return digest.hexdigest()[:32]


def load(path, feature_set):
    """Load features from the cache.

    Parameters
    ----------
    path : Path
        File of the cache.
    feature_set : {"lld45", "emobase", "eGeMAPSv02"}
        The set.

    Returns
    -------
    Outcome
        Without features if there is no file, or it is damaged or not that of this sample and set.
    """
    try:
        with open(path, "rb") as file, np.load(file) as archive:
            features, notes, digest = archive["features"], archive["notes"].tolist(), archive["digest"]
    except Exception:
        # Any kind of damage may raise any error; a damaged entry is computed again.
        return Outcome()
    is_sound = features.ndim == 2 and features.dtype == np.float32 and len(features) > 0
    is_sound = is_sound and features.shape[1] == N_FEATURES[feature_set] and np.isfinite(features).all()
    if not is_sound or str(digest) != _digest(path, features, notes):
        return Outcome()
    return Outcome(features, tuple(notes))


def store(path, features, notes=()):
    """Write features into the cache, completely or not at all.

    Parameters
    ----------
    path : Path
        File of the cache.
    features : ndarray of shape (n_frames, n_features), float32
        Features of a sample.
    notes : tuple of str, default=()
        What looks wrong about the sample.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = _digest(path, features, notes)
    with replacing(path) as partial, open(partial, "xb") as file:
        np.savez(file, features=features, notes=np.array(notes, dtype=str), digest=digest)


def _digest(path, features, notes):
    """Return a checksum of an entry, and of the name under which it is found."""
    described = f"{path.stem} {features.shape} {list(notes)}".encode()
    return hashlib.sha256(described + np.ascontiguousarray(features).tobytes()).hexdigest()


@functools.cache
def _settings(feature_set):
    parts = [f"format {_CACHE_FORMAT}", feature_set, f"{SAMPLING_RATE} Hz"]
    parts += [f"{name} {version(name)}" for name in ("opensmile", "audresample", "soundfile")]
    if feature_set == "lld45":
        parts += [path.read_text(encoding="utf-8") for path in sorted(CONFIG.parent.iterdir())]
    return "\n".join(parts).encode()


@functools.cache
def _smile(feature_set):
    # Cached, since loading it is slow; it cannot be pickled, so that each process loads its own.
    import opensmile

    if feature_set == "lld45":
        return opensmile.Smile(str(CONFIG), "lld", loglevel=1)
    functionals = opensmile.FeatureLevel.Functionals
    return opensmile.Smile(opensmile.FeatureSet[feature_set], functionals, loglevel=1)


def _look_up(item, index, feature_set, folder):
    """Return the outcome of a sample in the cache; without features if it holds none."""
    item = located(item, index)
    return Outcome() if folder is None else load(cache_path(folder, item, feature_set), feature_set)


def _compute(item, index, feature_set, folder):
    signal, notes = read_audio(item, index)
    shortest = round(WINDOWS[feature_set] * SAMPLING_RATE)
    if len(signal) < shortest:
        raise InputError(
            f"{describe(item, index)} lasts {1000 * len(signal) / SAMPLING_RATE:.4g} ms, too short for one "
            f"window of {1000 * WINDOWS[feature_set]:.0f} ms. Leave it out of X and Y."
        )
    features = _run_opensmile(signal, feature_set)
    if features is None or not np.isfinite(features).all():
        raise RuntimeError(
            f"{describe(item, index)}: openSMILE returned missing or infinite {feature_set} features. "
            "Leave the sample out of X and Y."
        )
    if folder is not None:
        try:
            store(cache_path(folder, item, feature_set), features, notes)
        except OSError as error:
            notes += (_NOT_KEPT.format(folder=folder, reason=error.strerror or error),)
    return Outcome(features, notes)


def _run_opensmile(signal, feature_set):
    signal = np.clip(signal, -1, _HIGHEST)
    # openSMILE calls Python for every frame and ignores exceptions there, so Ctrl-C would have no effect in
    # the main thread.
    with ThreadPoolExecutor(1) as thread:
        values = thread.submit(_smile(feature_set), signal, SAMPLING_RATE).result()[0].T
    if feature_set == "lld45":
        if len(values) != count_frames(len(signal)) + 1:
            return None
        values = values[:-1]  # smoothing over 3 frames adds a frame at the end, which holds no new audio
    return np.ascontiguousarray(values, dtype=np.float32)
