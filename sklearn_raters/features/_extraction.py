"""Run openSMILE on audio samples, in parallel and with a cache."""

import functools
import hashlib
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import numpy as np
from joblib import delayed

from sklearn_raters._files import replacing
from sklearn_raters._parallel import run_jobs
from sklearn_raters.exceptions import InputError
from sklearn_raters.features._audio import SAMPLING_RATE, check_audio_list, content_of, describe, read_audio

CONFIG = Path(__file__).parent / "config" / "lld45.conf"

# Length in seconds of the longest window of each feature set; a shorter signal has no features.
WINDOWS = {"lld45": 0.060, "emobase": 0.040, "eGeMAPSv02": 0.060}
STEP = 0.010  # s
# openSMILE works on 16-bit samples, and its Python interface lets larger values wrap around.
_HIGHEST = 32767 / 32768
# Part of every key of the cache. Raise it when the stored features change.
_CACHE_FORMAT = 1


def extract(X, feature_set, *, n_jobs=None, memory=None, verbose=0):
    """Compute the features of all samples, or take them from the cache.

    Parameters
    ----------
    X : list
        Paths or (signal, rate) pairs.
    feature_set : {"lld45", "emobase", "eGeMAPSv02"}
        The paper's frames, or a set of functionals of openSMILE.
    n_jobs : int, default=None
        Number of samples processed in parallel, as in joblib.
    memory : str, PathLike, joblib.Memory or None, default=None
        Folder of the cache.
    verbose : int, default=0
        Whether to show progress on standard error: above 0.

    Returns
    -------
    list of ndarray of shape (n_frames_i, n_features), float32
        Features in the order of X; functionals have one row.
    """
    items = check_audio_list(X)
    folder = cache_folder(memory)
    # The cache is read here, so that no worker starts and loads openSMILE if it holds all samples.
    known = [load(cache_path(folder, item, feature_set)) if folder else None for item in items]
    wanted = [index for index, values in enumerate(known) if values is None]
    jobs = (delayed(_extract_one)(items[index], index, feature_set, folder) for index in wanted)
    title = f"openSMILE {feature_set}"
    names = [f"sample {index}" for index in wanted]
    computed = run_jobs(jobs, names, n_jobs=n_jobs, description=title, verbose=verbose)
    for index, values in zip(wanted, computed, strict=True):
        known[index] = values
    return known


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
        return Path(location).expanduser().absolute() / "sklearn_raters" / "features"
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


def load(path):
    """Load features from the cache.

    Parameters
    ----------
    path : Path
        File of the cache.

    Returns
    -------
    ndarray of shape (n_frames, n_features) or None
        None if there is no file or it is damaged.
    """
    try:
        with open(path, "rb") as file, np.load(file) as archive:
            return archive["features"]
    except Exception:
        # Any kind of damage may raise any error; a damaged entry is computed again.
        return None


def store(path, features):
    """Write features into the cache, completely or not at all.

    Parameters
    ----------
    path : Path
        File of the cache.
    features : ndarray of shape (n_frames, n_features)
        Features of a sample.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial, open(partial, "xb") as file:
        # The archive's checksum shows whether an entry is damaged.
        np.savez(file, features=features)


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


def _extract_one(item, index, feature_set, folder):
    signal = read_audio(item, index)
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
        store(cache_path(folder, item, feature_set), features)
    return features


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
