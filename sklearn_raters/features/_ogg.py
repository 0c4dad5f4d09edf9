"""Cut chained Ogg files into their links, and find out whether pages are missing."""

import struct
import zlib

_BEGINS, _ENDS = 2, 4  # flags of a page: the first or the last one of its stream
# Each byte with its bits turned round: the checksum of a page takes them in the other order than zlib.
_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ALL_BITS = 0xFFFFFFFF


def links(content):
    """Cut an Ogg file into links: a chained file holds several, one after the other.

    The format is described in RFC 3533.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    list of bytes
        The links, of which libsndfile reads the first one only.

    Raises
    ------
    EOFError
        If a page is missing, damaged or not complete, or the last one of a stream is not marked as such.
    """
    starts, open_streams, in_data = [], {}, False
    place = content.find(b"OggS")
    while place >= 0:
        flags, serial, number, end = _page(content, place)
        if flags & _BEGINS:
            if in_data or not starts:
                _check_all_ended(open_streams)
                starts.append(place)
            open_streams[serial], in_data = number, False
        else:
            in_data = True
            if serial in open_streams and number != open_streams[serial] + 1:
                raise EOFError(f"page {open_streams[serial] + 1} of an Ogg stream is missing")
            open_streams[serial] = number
        if flags & _ENDS:
            del open_streams[serial]
        place = content.find(b"OggS", end)
    _check_all_ended(open_streams)
    return [content[start:end] for start, end in zip(starts, [*starts[1:], len(content)], strict=True)]


def _page(content, place):
    """Return the flags, stream and number of a page, and the offset of its end."""
    header_end = place + 27
    if header_end > len(content):
        raise EOFError("its last Ogg page is not complete")
    flags, serial, number, _, n_segments = struct.unpack_from("<5xB8xIIIB", content, place)
    end = header_end + n_segments + sum(content[header_end : header_end + n_segments])
    if end > len(content):
        raise EOFError("its last Ogg page is not complete")
    if _checksum(content[place:end]) != content[place + 22 : place + 26]:
        # libogg would leave the page out, without a word.
        raise EOFError(f"page {number} of an Ogg stream is damaged")
    return flags, serial, number, end


def _checksum(page):
    """Return the CRC of a page, 4 bytes, as RFC 3533 describes it: of the page with zeros in its place."""
    turned = (page[:22] + bytes(4) + page[26:]).translate(_TURNED)
    found = zlib.crc32(turned, _ALL_BITS) ^ _ALL_BITS
    return int(f"{found:032b}"[::-1], 2).to_bytes(4, "little")


def _check_all_ended(open_streams):
    if open_streams:
        raise EOFError("no page is marked as the last one of its Ogg stream")
