"""Read audio files whole, or refuse them: every container of libsndfile, other formats by ffmpeg."""

import io
import re

import numpy as np

from sklearn_raters._files import LFS_POINTER
from sklearn_raters.exceptions import InputError
from sklearn_raters.features._containers import complete
from sklearn_raters.features._mpeg import after_tags, recordings
from sklearn_raters.features._ogg import links

_FRAMES_AT_ONCE = 2**16
# libsndfile gives a higher number of samples where it is unknown.
_HIGHEST_LENGTH = 2**62
# What a FLAC file begins with: its name, and the header of a block of 34 bytes, which may be the last block.
_FLAC = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")


def check_file(path, where):
    """Check that a path is that of a file that can hold audio.

    Parameters
    ----------
    path : Path
        The file.
    where : str
        The sample, for messages.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    InputError
        If its folder cannot be searched, it is no file, is empty, or is a Git LFS pointer.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        message = f"{where}: there is no such file. Check the path, or leave the sample out."
        raise FileNotFoundError(message) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{where} cannot be reached: {reason}. Check the path and its permissions."
        ) from error
    if not path.is_file():
        raise InputError(f"{where} is not a file. Give the path of an audio file.")
    if size == 0:
        raise InputError(f"{where} is empty (0 bytes). Fetch or record it again, or leave it out.")
    if size < 1024 and content_of_file(path, where).startswith(LFS_POINTER):
        raise InputError(
            f"{where} is a Git LFS pointer, not audio: the file's content was not fetched. "
            "Run `git lfs pull` in the repository that holds it."
        )


def content_of_file(path, where):
    """Return the bytes of a file.

    Parameters
    ----------
    path : Path
        The file.
    where : str
        The sample, for messages.

    Returns
    -------
    bytes
        The content.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{where} cannot be read: {error.strerror or error}. Check its permissions, or leave it out."
        ) from error


def read_file(path, where):
    """Read all recordings of an audio file.

    The content decides about the format, not the name of the file.

    Parameters
    ----------
    path : Path
        The file.
    where : str
        The sample, for messages.

    Returns
    -------
    list of (signal, rate)
        Signals of shape (n_channels, n_samples), float32 with full scale 1, and their rates in Hz. Joined
        MP3 and FLAC files and chained Ogg files have several; all others have one.

    Raises
    ------
    FileNotFoundError, InputError
        If the file is missing, is cut short, holds no audio or cannot be read.
    """
    check_file(path, where)
    content = content_of_file(path, where)
    try:
        parts = [_decode(part, path) for part in _sound_parts(content)]
    except EOFError as error:
        raise InputError(
            f"{where} is cut short: {error}. Fetch or copy it again, or leave it out."
        ) from error
    except Exception as error:
        reason = " ".join(str(error).partition(" <_io.")[0].split()).rstrip(".")
        raise InputError(
            f"{where} cannot be read as audio: {reason}. The file is damaged, cut short, not audio, or in a "
            "format that needs ffmpeg to be installed, and soxi or mediainfo, which tell its rate."
        ) from error
    parts = [(signal, rate) for signal, rate in parts if signal.shape[1]]
    if not parts:
        raise InputError(f"{where} holds no audio: its length is 0 s. Leave it out, or fetch it again.")
    return parts


def _sound_parts(content):
    """Return the parts of a file that libsndfile reads whole; raise EOFError if the file is cut."""
    content = content[after_tags(content, 0) :]  # libsndfile skips a tag, and leaves out as much at the end
    if content.startswith(b"OggS"):
        return links(content)
    if _FLAC.match(content):
        starts = [found.start() for found in _FLAC.finditer(content)]
        return [content[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    return recordings(content) or [complete(content)]


def _decode(content, path):
    import audiofile
    import soundfile

    class Forward(soundfile.SoundFile):
        def seekable(self):
            return False  # of some formats libsndfile gives soundfile no places to seek

    try:
        file = Forward(io.BytesIO(content))
    except soundfile.LibsndfileError as error:
        if "not recognised" not in str(error):
            raise
        return audiofile.read(path, always_2d=True, dtype="float32")  # by ffmpeg
    with file:
        blocks, n_read = [np.zeros((0, file.channels), np.float32)], 0
        # What follows the last sample, such as a tag, is damage in FLAC.
        longest = file.frames if file.format == "FLAC" and 0 < file.frames < _HIGHEST_LENGTH else np.inf
        while len(block := file.read(min(_FRAMES_AT_ONCE, longest - n_read), "float32", always_2d=True)):
            blocks.append(block)
            n_read += len(block)
        truncated = re.search(r"truncated\. (\d+) <--> (\d+)", file.extra_info)  # MATLAB 4
        if truncated:
            raise EOFError(f"its header gives {truncated[2]} bytes, but it holds {truncated[1]}")
        if n_read < file.frames < _HIGHEST_LENGTH:
            raise EOFError(f"its header gives {file.frames} samples, but it holds {n_read}")
        return np.concatenate(blocks).T, file.samplerate
