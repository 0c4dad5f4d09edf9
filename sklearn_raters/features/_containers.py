"""Find out from a file's header whether all of its audio is there, and complete headers of streamed files."""

import re
import struct
from typing import NamedTuple

# Headers may promise this many bytes more than there are: some writers count a pad byte or the header itself.
SLACK = 64
# A writer that does not know the length yet gives the highest number, or one that is close to it.
_NEAR_HIGHEST = 2**16


class Audio(NamedTuple):
    """Where a container holds its audio.

    Parameters
    ----------
    start : int
        Offset of the first byte of audio.
    size : int
        Number of bytes of audio that the header gives.
    size_at : int, default=None
        Offset of the field of the header that gives the size; None if a size of 0 means that there is no
        audio.
    form : str, default=""
        Format of this field in the module struct.
    extra : int, default=0
        What the field counts beyond the audio, in bytes.
    slack : int, default=64
        How many bytes of the audio may be missing.
    """

    start: int
    size: int
    size_at: int | None = None
    form: str = ""
    extra: int = 0
    slack: int = SLACK


def complete(content):
    """Check that a file holds as much audio as its header says.

    Parameters
    ----------
    content : bytes
        A file in any format.

    Returns
    -------
    bytes
        The same; if the file was streamed and gives no length, with the length of what it holds.

    Raises
    ------
    EOFError
        If the file is shorter than its header says. Formats without a length (IRCAM, PAF, PVF, XI) are
        taken as they are.
    """
    for magic, find_audio in _FORMATS.items():
        if content.startswith(magic):
            try:
                audio = find_audio(content)
            except (struct.error, ValueError, LookupError):
                return content  # a damaged header, which libsndfile refuses
            return content if audio is None else _checked(content, audio)
    return content


def _checked(content, audio):
    found = max(len(content) - audio.start, 0)
    if audio.size_at is not None and found and _is_unknown(content, audio):
        changed = bytearray(content)
        highest = 2 ** (8 * struct.calcsize(audio.form)) - 1
        struct.pack_into(audio.form, changed, audio.size_at, min(found + audio.extra, highest))
        return bytes(changed)
    if audio.size - found > audio.slack:
        raise EOFError(f"its header gives {audio.size} bytes, but it holds {found}")
    return content


def _is_unknown(content, audio):
    if audio.size <= 0:
        return not _ends_in_chunks(content, audio)
    bits = 8 * struct.calcsize(audio.form)
    return any(abs(audio.size - highest) <= _NEAR_HIGHEST for highest in (2**bits, 2 ** (bits - 1)))


def _ends_in_chunks(content, audio):
    """Return whether only further chunks follow, so that there is no audio indeed."""
    place = audio.start
    while place + 8 <= len(content) and content[place : place + 4].isalnum():
        size = struct.unpack_from(audio.form, content, place + 4)[0] if audio.form[1] == "I" else 0
        place += 8 + size + size % 2
    return place == len(content)


def _find_in_chunks(content):
    """Read RIFF, RIFX, RF64 and FORM (AIFF, 8SVX): chunks of a name, a size and content of even length."""
    form = "<I" if content[:4] in (b"RIFF", b"RF64") else ">I"
    place, long_size = 12, None
    while place + 8 <= len(content):
        name, (size,) = content[place : place + 4], struct.unpack_from(form, content, place + 4)
        if name == b"ds64":
            (long_size,) = struct.unpack_from("<Q", content, place + 16)
        if name in (b"data", b"SSND", b"BODY"):
            if long_size is not None and size == 0xFFFFFFFF:
                return Audio(place + 8, long_size)
            return Audio(place + 8, size, place + 4, form)
        place += 8 + size + size % 2
    return None


def _find_in_wave64(content):
    """Read Wave64 of Sonic Foundry: chunks of a GUID and a size that counts both."""
    place = 40
    while place + 24 <= len(content):
        (size,) = struct.unpack_from("<Q", content, place + 16)
        if content.startswith(b"data", place):
            return Audio(place + 24, size - 24, place + 16, "<Q", extra=24)
        place += max(-(-size // 8) * 8, 24)
    return None


def _find_in_caf(content):
    """Read Apple's Core Audio Format; a size of -1 stands for an unknown one."""
    place = 8
    while place + 12 <= len(content):
        (size,) = struct.unpack_from(">Q", content, place + 4)
        if content.startswith(b"data", place):
            # Without one byte the last packet of ALAC is lost, 4096 samples.
            slack = 0 if content[28:32] == b"alac" else SLACK
            return Audio(place + 12, size, place + 4, ">Q", slack=slack)
        place += 12 + size
    return None


def _find_in_au(content):
    order = ">" if content[:4] == b".snd" else "<"
    start, size = struct.unpack_from(f"{order}II", content, 4)
    return Audio(start, size, 8, f"{order}I")


def _find_in_sphere(content):
    """Read NIST SPHERE: a header of text."""
    numbers = dict(re.findall(rb"^(\w+) -i (\d+)", content[:1024], re.MULTILINE))
    size = int(numbers[b"sample_count"]) * int(numbers.get(b"channel_count", 1))
    return Audio(int(content[8:16]), size * int(numbers.get(b"sample_n_bytes", 1)))


def _find_in_voc(content):
    """Read Creative Voice: blocks of a type and a size of three bytes; types 1, 2 and 9 hold sound."""
    (place,) = struct.unpack_from("<H", content, 20)
    while place + 4 <= len(content) and content[place]:
        size = int.from_bytes(content[place + 1 : place + 4], "little")
        if content[place] in (1, 2, 9):
            return Audio(place + 4, size)
        place += 4 + size
    return None


def _find_in_matlab_5(content):
    order = "<" if content[126:128] == b"IM" else ">"
    place = 128
    while place + 8 <= len(content):
        _, size = struct.unpack_from(f"{order}II", content, place)
        if place + 8 + size > len(content):
            return Audio(place + 8, size)
        place += 8 + size
    return None


def _find_in_sds(content):
    """Read MIDI sample dumps: packets of 127 bytes, with 120 bytes of 7 bits for the samples."""
    bits = content[6]
    n_samples = content[10] | content[11] << 7 | content[12] << 14
    return Audio(21, 127 * -(-n_samples // (60 if bits <= 14 else 40 if bits <= 21 else 30)))


def _find_in_avr(content):
    is_stereo, bits = struct.unpack_from(">HH", content, 12)
    (n_frames,) = struct.unpack_from(">I", content, 26)
    return Audio(128, n_frames * (2 if is_stereo else 1) * bits // 8)


def _find_in_mpc2000(content):
    return Audio(42, 2 * struct.unpack_from("<I", content, 30)[0] * (2 if content[21] else 1))


_FORMATS = {
    b"RIFF": _find_in_chunks,
    b"RIFX": _find_in_chunks,
    b"RF64": _find_in_chunks,
    b"FORM": _find_in_chunks,
    b"riff": _find_in_wave64,
    b"caff": _find_in_caf,
    b".snd": _find_in_au,
    b"dns.": _find_in_au,
    b"NIST_1A": _find_in_sphere,
    b"Creative Voice File": _find_in_voc,
    b"MATLAB 5.0": _find_in_matlab_5,
    b"\xf0\x7e": _find_in_sds,
    b"2BIT": _find_in_avr,
    b"\x01\x04": _find_in_mpc2000,
    b"ALawSoundFile**": lambda content: Audio(32, struct.unpack_from(">I", content, 18)[0]),
}
