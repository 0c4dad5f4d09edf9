"""From audio files to the frames that the networks learn from; files that cannot be used are skipped."""

import warnings

from sklearn_raters.cli._corpus import print_status
from sklearn_raters.features import FramePooler, OpenSmileFrames, SpeakerScaler


def compute_frames(paths, speakers, *, n_jobs=None, memory=None, skip_broken=False):
    """
    Compute the frames that the networks learn from, and list the files that are skipped.

    Parameters
    ----------
    paths : list of str
        Audio files.
    speakers : array-like of shape (n_samples,) or None
        Speaker of each file; None if all files are of one speaker.
    n_jobs : int, default=None
        Number of files at once.
    memory : str, default=None
        Folder of the cache.
    skip_broken : bool, default=False
        Whether files that cannot be used are skipped. Otherwise the first one raises its error.

    Returns
    -------
    frames : list of ndarray of shape (n_frames_i, 45)
        Normalised frames, 20 per second, of the files that are kept.
    kept : list of int
        The files that are kept, as indices of `paths`.
    """
    smile = OpenSmileFrames(
        n_jobs=n_jobs, memory=memory, on_error="skip" if skip_broken else "raise", verbose=1
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Samples that are skipped")  # all are listed below
        frames = smile.fit_transform(paths)
    errors = smile.errors_ if skip_broken else {}
    for reason in errors.values():
        print_status(f"skipped: {reason}")
    if errors:
        print_status(f"{len(errors)} of {len(paths)} files are skipped, for the reasons above.")
    kept = [index for index in range(len(paths)) if index not in errors]
    speakers = None if speakers is None else [speakers[index] for index in kept]
    frames = SpeakerScaler().fit_transform([frames[index] for index in kept], speakers=speakers)
    return FramePooler(5).fit_transform(frames), kept
