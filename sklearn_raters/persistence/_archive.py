"""The file of a model: a zip of four parts, with a checksum of each part and of the whole file."""

import hashlib
import io
import json
import re
import zipfile
import zlib

from sklearn_raters.exceptions import InputError

# Raise the number when an older file can no longer be used. Formats 1 and 2 were pickles, format 3 was not
# compressed and described each tree of a forest.
FORMAT = 5
KIND = "sklearn_raters model"
MANIFEST = "manifest.json"
CARD, STRUCTURE, ARRAYS = "README.md", "structure.json", "arrays.safetensors"
PARTS = (MANIFEST, CARD, STRUCTURE, ARRAYS)
_FORMAT_2 = re.compile(rb"sklearn_raters model, format (\d+)\n")
_COPY = "copy the file again, or save the model again"
# Deflate can make a byte of a thousand: a small file could fill the memory. What shrinks by more is stored.
_MOST_TIMES = 100
_LEVEL = 3
_N_DIGITS = 64  # of a checksum


def pack(parts):
    """
    Write the parts of a model into one file; equal parts give equal bytes.

    Parameters
    ----------
    parts : dict of str to bytes
        The parts by name; the manifest may hold more, and gets kind, format and checksums.

    Returns
    -------
    bytes
        The file.
    """
    manifest = json.loads(parts.get(MANIFEST, b"{}"))
    checksums = {name: hashlib.sha256(parts[name]).hexdigest() for name in PARTS[1:]}
    manifest = {**manifest, "kind": KIND, "format": FORMAT, "sha256": checksums}
    contents = {**parts, MANIFEST: json.dumps(manifest, indent=2, ensure_ascii=False).encode()}
    return _zip([contents[name] for name in PARTS])


def _zip(contents, stored=()):
    """Return a zip of the parts; its comment is the checksum of all bytes before it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in zip(PARTS, contents, strict=True):
            entry = zipfile.ZipInfo(name)  # of 1 January 1980
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            form = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, form, _LEVEL)
        archive.comment = bytes(_N_DIGITS)
        if shrunk := [entry.filename for entry in archive.infolist() if _is_shrunk(entry)]:
            return _zip(contents, shrunk)
    before = buffer.getvalue()[:-_N_DIGITS]
    return before + _checksum(before)


def _is_shrunk(entry):
    """Return whether a part is compressed by more than is read."""
    return entry.file_size > _MOST_TIMES * entry.compress_size


def _checksum(content):
    return hashlib.sha256(content).hexdigest().encode()


def unpack(path):
    """
    Read the parts of a model file, each of which is as it was written.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    dict of str to bytes
        The parts by name.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file.
    InputError
        If the file is not a model, is damaged, or has another format than this version reads.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: name the model file.")
    if not path.is_file():
        raise FileNotFoundError(f"There is no model file {path}: train one first.")
    content = path.read_bytes()
    _refuse_pickles(path, content)
    parts = _parts_of(path, content)
    manifest = _manifest_of(path, parts[MANIFEST])
    for name in PARTS[1:]:
        if hashlib.sha256(parts[name]).hexdigest() != manifest["sha256"].get(name):
            raise InputError(f"{path} is damaged: the part {name} is not what was saved; {_COPY}.")
    if _checksum(content[:-_N_DIGITS]) != content[-_N_DIGITS:]:
        raise InputError(f"{path} is damaged, or was changed: it is not the file that was saved; {_COPY}.")
    return parts


def _refuse_pickles(path, content):
    """Raise InputError if a file is no zip; no byte of it is interpreted but the first line."""
    number = _FORMAT_2.match(content)
    if number is None and _starts_as_format_1(content):
        number = ["", b"1"]
    if number is not None:
        raise InputError(
            f"{path} has format {int(number[1])}, a pickle, which can run code and is not read; this version "
            f"reads format {FORMAT}. Train the model again, or load it with the older sklearn-raters that "
            "wrote it and save it anew."
        )
    if not content.startswith(b"PK\x03\x04"):
        raise InputError(
            f"{path} is not a model file of sklearn_raters: name a file that `save` or `train` wrote. "
            "Pickles and files of joblib are not read, since they can run code."
        )


def _starts_as_format_1(content):
    # Format 1 was one compressed pickle of a dict, whose first items were the kind and the number 1.
    try:
        return KIND.encode() in zlib.decompressobj().decompress(content[:200], 1000)
    except zlib.error:
        return False


def _parts_of(path, content):
    """Return the parts of a zip; raise InputError before anything is unpacked that is not as it should be."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if missing := [name for name in PARTS if name not in names]:
                raise InputError(
                    f"{path} lacks {', '.join(missing)}, so it is not a complete model file: {_COPY}."
                )
            if more := [name for name in names if name not in PARTS]:
                raise InputError(f"{path} holds {more[0]!r}, which is no part of a model file: {_COPY}.")
            for entry in entries:
                if names.count(entry.filename) > 1:
                    raise InputError(f"{path} holds the part {entry.filename} twice. It is not read.")
                if _is_shrunk(entry):
                    raise InputError(
                        f"{path} holds the part {entry.filename} compressed to less than 1 / {_MOST_TIMES}, "
                        "which `save` never does: it is not read, since it could fill the memory."
                    )
            if sum(entry.compress_size for entry in entries) > len(content):
                raise InputError(f"{path} is damaged: its parts are larger than the file; {_COPY}.")
            return {name: archive.read(name) for name in PARTS}
    except InputError:
        raise
    except Exception as error:  # zipfile raises nearly any error on damaged files
        raise InputError(f"{path} is not a complete model file ({line_of(error)}): {_COPY}.") from error


def _manifest_of(path, content):
    """Return a file's manifest; raise InputError if it is of another kind or format."""
    try:
        manifest = json.loads(content)
        kind, number, _ = manifest["kind"], manifest["format"], manifest["sha256"].items()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path} has a {MANIFEST} that cannot be read ({line_of(error)}): {_COPY}."
        ) from error
    if kind != KIND:
        raise InputError(f"{path} is not a model file of sklearn_raters, but says that it is {kind!r:.80}.")
    if number != FORMAT:
        written = versions_of(manifest).get("sklearn-raters", "another version")
        raise InputError(
            f"{path} has format {number!r:.20}, written by sklearn-raters {written}, but this version reads "
            f"format {FORMAT}: install the sklearn-raters that wrote it, or train the model again."
        )
    return manifest


def versions_of(manifest):
    """Return the versions that a manifest names, as a dict of text."""
    versions = manifest.get("versions")
    return {str(k): str(v) for k, v in versions.items()} if isinstance(versions, dict) else {}


def line_of(error):
    """Return an error and its type on one line, its end left out if it is long."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
