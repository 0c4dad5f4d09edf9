"""Compute features of audio samples, in parallel and with a cache."""

import hashlib
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from joblib import delayed

from sklearn_raters._files import check_folder, replacing
from sklearn_raters._parallel import run_jobs
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.features._audio import (
    SAMPLING_RATE,
    UNUSABLE,
    absolute,
    check_audio_list,
    content_of,
    describe,
    located,
    read_audio,
)

# Part of every key of the cache. Raise it when the stored features change.
_CACHE_FORMAT = 4

_NOT_KEPT = (
    "The cache {folder} cannot be written ({reason}): features are computed but not kept. Free space, allow "
    "writing, or name another folder."
)


def extract(X, extractor, *, errors=None, **settings):
    """Compute the features of all samples, and warn of what looks wrong.

    Parameters
    ----------
    X : list
        Paths or (signal, rate) pairs.
    extractor : SmileSet or SpeechEncoder
        Object that computes the features.
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
    features = list(extract_each(items, extractor, errors=errors, notes=notes, **settings))
    warn_of(errors or {}, notes, len(items))
    return features


class Outcome(NamedTuple):
    """Result of the extraction for one sample.

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


def extract_each(items, extractor, *, notes, errors=None, n_jobs=None, memory=None, verbose=0, at_once=None):
    """Compute the features of samples one after the other, or take them from the cache.

    Parameters
    ----------
    items : list
        Paths or (signal, rate) pairs, as `check_audio_list` returns them.
    extractor : SmileSet or SpeechEncoder
        Object that computes the features.
    notes : dict
        Gets what looks wrong: from text to the samples' names.
    errors : dict, default=None
        Gets the reason why a sample cannot be used, or is silent, by index of the sample, whose features are
        then one row of NaN. None raises the first error instead, and only notes silence.
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
        found = _extract_part(part, extractor, n_jobs, folder, verbose, errors is not None)
        for index, (features, its_notes, error) in found.items():
            unusable = [UNUSABLE[note] for note in its_notes if note in UNUSABLE]
            if errors is not None and unusable:
                error, its_notes = f"{describe(items[index], index)}: {unusable[0]}. Leave it out.", ()
            for note in its_notes:
                notes.setdefault(note, []).append(describe(items[index], index))
            if error is not None:
                errors[index] = " ".join(str(error).split())
                features = np.full((1, extractor.n_features), np.nan, np.float32)
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


def _extract_part(items, extractor, n_jobs, folder, verbose, goes_on):
    """Return the outcome of each sample of {index: sample}."""
    # Checked and looked up here, so that no worker starts and loads openSMILE if the cache holds all samples.
    outcomes = {
        index: _attempt(goes_on, _look_up, item, index, extractor, folder) for index, item in items.items()
    }
    wanted = [index for index, (features, _, error) in outcomes.items() if features is None and error is None]
    size = extractor.signals_at_once
    parts = [wanted[start : start + size] for start in range(0, len(wanted), size)]
    jobs = (
        delayed(_compute)(
            {index: absolute(items[index], index) for index in part}, extractor, folder, goes_on
        )
        for part in parts
    )
    names = [f"sample {part[0]}" + (f" to {part[-1]}" if len(part) > 1 else "") for part in parts]
    show = {"description": f"{extractor.tool} {extractor.name}", "verbose": verbose}
    done = -(-(len(items) - len(wanted)) // size)
    for computed in run_jobs(jobs, names, n_jobs=n_jobs, done=done, **show):
        outcomes |= computed
    return outcomes


def _attempt(goes_on, function, *arguments):
    """Return the function's outcome, or the error of a sample that cannot be used."""
    try:
        return function(*arguments)
    except (InputError, OSError, RuntimeError, TypeError) as error:
        if not goes_on:
            raise
        return Outcome(error=error)


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


def cache_path(folder, item, extractor):
    """Return the file of a sample's features in the cache.

    Its name is a hash of the sample's content and of all settings that change the features.

    Parameters
    ----------
    folder : Path
        Folder of the cache.
    item : str, PathLike or (signal, rate) pair
        The sample.
    extractor : SmileSet or SpeechEncoder
        Object that computes the features.

    Returns
    -------
    Path
        The file, which may not exist yet.
    """
    digest = hashlib.sha256(f"format {_CACHE_FORMAT}\n{extractor.settings()}".encode())
    for part in content_of(item):
        digest.update(part)
    key = digest.hexdigest()
    return folder / key[:2] / f"{key}.npz"


def key_of(items, extractor):
    """Return a hash of samples in their order, and of all settings that change the features.

    Parameters
    ----------
    items : list
        Paths or (signal, rate) pairs. A sample that cannot be read counts with its reason.
    extractor : SmileSet or SpeechEncoder
        Object that computes the features.

    Returns
    -------
    str
        The hash, 32 letters.
    """
    digest = hashlib.sha256()
    for index, item in enumerate(items):
        try:
            digest.update(cache_path(Path(), located(item, index), extractor).name.encode())
        except (TypeError, ValueError, OSError) as error:
            digest.update(str(error).encode())
    return digest.hexdigest()[:32]


def load(path, extractor):
    """Load features from the cache.

    Parameters
    ----------
    path : Path
        File of the cache.
    extractor : SmileSet or SpeechEncoder
        Object that computes the features.

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
    is_sound = is_sound and features.shape[1] == extractor.n_features and np.isfinite(features).all()
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


def _look_up(item, index, extractor, folder):
    """Return the outcome of a sample in the cache; without features if it holds none."""
    item = located(item, index)
    return Outcome() if folder is None else load(cache_path(folder, item, extractor), extractor)


def _compute(items, extractor, folder, goes_on):
    """Return the outcome of each sample of {index: sample}, computed together."""
    read = {index: _attempt(goes_on, _read, item, index, extractor) for index, item in items.items()}
    sound = [index for index, outcome in read.items() if outcome.error is None]
    computed = extractor.run([read[index].features for index in sound]) if sound else []
    for index, features in zip(sound, computed, strict=True):
        outcome = features, read[index].notes
        read[index] = _attempt(goes_on, _finish, *outcome, items[index], index, extractor, folder)
    return read


def _read(item, index, extractor):
    """Return an outcome that has the signal in place of features."""
    signal, notes = read_audio(item, index)
    if len(signal) < round(extractor.window * SAMPLING_RATE):
        raise InputError(
            f"{describe(item, index)} lasts {1000 * len(signal) / SAMPLING_RATE:.4g} ms, too short for one "
            f"window of {1000 * extractor.window:.0f} ms. Leave it out."
        )
    return Outcome(signal, notes)


def _finish(features, notes, item, index, extractor, folder):
    """Return the outcome of a sample whose features were computed, and keep it in the cache."""
    if features is None or not np.isfinite(features).all():
        raise RuntimeError(
            f"{describe(item, index)}: {extractor.tool} returned missing or infinite {extractor.name} "
            "features. Leave the sample out."
        )
    if folder is not None:
        try:
            store(cache_path(folder, item, extractor), features, notes)
        except OSError as error:
            notes += (_NOT_KEPT.format(folder=folder, reason=error.strerror or error),)
    return Outcome(features, notes)
