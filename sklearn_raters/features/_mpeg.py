"""Cut joined MP3 files into recordings, each with a first frame that tells its length."""

import struct
from typing import NamedTuple

# kbit/s by index, by layer and whether it is MPEG 1, not 2 or 2.5.
_BITRATES = {
    (3, True): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (3, False): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, True): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (2, False): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # Hz, by version
_LENGTH_NAMES = (b"Xing", b"Info")


class Header(NamedTuple):
    """The header of a frame.

    Parameters
    ----------
    kind : tuple
        Version, rate in Hz, whether it is mono, and layer, which all frames of a recording share.
    size : int
        Length of the frame in bytes.
    tag_at : int
        Where a frame that gives the length of the recording holds the name "Xing" or "Info".
    """

    kind: tuple
    size: int
    tag_at: int


def recordings(content):
    """Cut an MP3 or MP2 file into recordings, each beginning with a frame that gives its length.

    libsndfile reads as many frames as the first frame says, or as it estimates from the size where no frame
    says so. The frame is described in G. Bouvigne, "MP3 Info Tag", of the encoder LAME.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    list of bytes or None
        The recordings; None if the file is no MP3 file.

    Raises
    ------
    EOFError
        If the last frame is not complete, or a recording has fewer frames than its first frame says.
    """
    found, promised, last_kind = [], [], None
    place = after_tags(content, 0)
    header = _header(content, place)
    if header is None or (place + header.size < len(content) and not _next(content, place + header.size)):
        return None
    while place < len(content):
        header = _header(content, place)
        if header is None:
            after = after_tags(content, place)
            place = after if after > place else _resync(content, place)
            continue
        if place + header.size > len(content):
            raise EOFError("its last MPEG frame is not complete")
        count = _promise(content, place, header)
        if count is not None or header.kind != last_kind:
            found.append([])
            promised.append(count)
        found[-1].append(content[place : place + header.size])
        last_kind = header.kind
        place += header.size
    return [_with_length(*pair) for pair in zip(found, promised, strict=True)]


def _with_length(frames, promised):
    """Return a recording as bytes, its length in the first frame."""
    if promised is not None:
        n_frames = len(frames) - 1
        # Some encoders count the frame that holds the number.
        if n_frames < promised - 1:
            raise EOFError(f"its header gives {promised} MPEG frames, but it holds {n_frames}")
        if n_frames <= promised:
            return b"".join(frames)
        frames = frames[1:]  # joined recordings, of which only the first has such a frame
    if _header(frames[0], 0).kind[-1] != 3:
        return b"".join(frames)  # of a constant bit rate, from which libsndfile knows the length
    return _length_frame(frames[0], len(frames)) + b"".join(frames)


def _length_frame(frame, n_frames):
    """Return a frame without sound that gives the number of frames after it."""
    # Without a checksum, and long enough at the tenth bit rate.
    start = bytes([frame[0], frame[1] | 1, (9 << 4) | (frame[2] & 0x0C), frame[3]])
    header = _header(start, 0)
    made = bytearray(header.size)
    made[:4] = start
    made[header.tag_at : header.tag_at + 12] = b"Xing" + struct.pack(">II", 1, n_frames)
    return bytes(made)


def _promise(content, place, header):
    """Return the number of frames that a frame gives for its recording; None for a frame of sound."""
    tag = place + header.tag_at
    if header.kind[-1] != 3:
        return None
    if content[tag : tag + 4] in _LENGTH_NAMES:
        flags, n_frames = struct.unpack_from(">II", content, tag + 4)
        return n_frames if flags & 1 else 0
    if content[place + 36 : place + 40] == b"VBRI":
        return struct.unpack_from(">I", content, place + 50)[0]
    return None


def _header(content, place):
    """Return the header of the frame of layer II or III at a place; None if there is none."""
    if place + 4 > len(content) or content[place] != 0xFF or content[place + 1] & 0xE0 != 0xE0:
        return None
    layer = {1: 3, 2: 2}.get((content[place + 1] >> 1) & 3)
    version, bitrate = (content[place + 1] >> 3) & 3, content[place + 2] >> 4
    rate = (content[place + 2] >> 2) & 3
    if layer is None or version == 1 or bitrate in (0, 15) or rate == 3:
        return None
    is_first, hz = version == 3, _RATES[version][rate]
    padding = (content[place + 2] >> 1) & 1
    size = (72 if layer == 3 and not is_first else 144) * 1000 * _BITRATES[layer, is_first][
        bitrate
    ] // hz + padding
    is_mono = content[place + 3] >> 6 == 3
    side = {(True, False): 32, (True, True): 17, (False, False): 17, (False, True): 9}[is_first, is_mono]
    return Header((version, hz, is_mono, layer), size, 4 + side)


def _next(content, place):
    """Return whether a frame, a tag or the end of the file is at a place."""
    place = after_tags(content, place)
    return place + 4 > len(content) or _header(content, place) is not None


def _resync(content, place):
    """Return where the next frame begins, with another one of its kind after it; else the end."""
    while (place := content.find(b"\xff", place + 1)) >= 0:
        header = _header(content, place)
        after = header and _header(content, place + header.size)
        if after and after.kind == header.kind:
            return place
    return len(content)


def after_tags(content, place):
    """Skip ID3 and APE tags.

    Parameters
    ----------
    content : bytes
        A file in any format.
    place : int
        Where the tags may begin.

    Returns
    -------
    int
        Where what follows them begins.
    """
    while True:
        start = content[place : place + 10]
        if start[:3] == b"ID3" and len(start) == 10:
            size = start[6] << 21 | start[7] << 14 | start[8] << 7 | start[9]
            place += 10 + size + (10 if start[5] & 0x10 else 0)
        elif start[:3] == b"TAG" and place + 128 <= len(content):
            place += 128
        elif start[:8] == b"APETAGEX" and place + 16 <= len(content):
            place += 32 + struct.unpack_from("<I", content, place + 12)[0]
        else:
            return place
