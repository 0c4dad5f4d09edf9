"""A model as skops's structure in JSON, and its arrays as tensors of safetensors."""

import io
import json
import zipfile
from collections import Counter

import numpy as np
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as write_tensors

from sklearn_raters.persistence._inside import Again

# Parts of the structure that are not named in the path of an array.
_UNNAMED = {"content", "attrs", "__reduce__", "args"}
# Parts of a node that are words; all others are nodes, which `_shorten` shortens.
_WORDS = {"__class__", "__module__", "__loader__", "__id__", "file", "type", "protocol", "_skops_version"}
# How often skops may visit a node, on average, when it looks for types that are not trusted: it visits a
# shared object at each of its places, and a stack has its views in three. Small files may do what they like.
_VISITS, _FEW = 50, 100_000
_AS_THEY_ARE = ("SliceNode", "MethodNode")
_TEXT = {"__class__": "str", "__module__": "builtins"}
_KEY = {**_TEXT, "__loader__": "TypeNode"}
_LIST = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode"}


def to_structure(model):
    """
    Describe a model in JSON and arrays.

    The structure is the schema of a file of skops, the numbers of shared objects counted from 1 and its
    files of arrays named after their place in the model, so that equal models give equal bytes.

    Parameters
    ----------
    model : object
        A model that skops takes.

    Returns
    -------
    structure : bytes
        JSON.
    tensors : bytes
        The arrays, in the form of safetensors.
    """
    import skops.io

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as archive:
        structure = json.loads(archive.read("schema.json"))
        # Python shares equal texts and numbers, or not, as it likes: only other objects have numbers.
        for node, _ in _nodes(structure):
            if node.get("__loader__") in ("JsonNode", "TypeNode"):
                node.pop("__id__", None)
        structure = _said_once(structure, set())
        files = _name_by_place(structure)
        tensors = dict(_as_tensor(new, archive.read(old)) for new, old in files.items())
    return json.dumps(_shorten(structure), separators=(",", ":")).encode(), write_tensors(tensors)


def _nodes(part, path=()):
    """Yield each node of a structure of skops and the names that lead to it."""
    if isinstance(part, dict):
        yield part, path
    for key, inner in part.items() if isinstance(part, dict) else enumerate(part):
        if isinstance(inner, (dict, list)):
            yield from _nodes(inner, path if key in _UNNAMED else (*path, str(key)))


def _said_once(part, seen):
    """Return a structure in which a number stands for an object that occurred before."""
    if isinstance(part, list):
        return [_said_once(inner, seen) for inner in part]
    if not isinstance(part, dict) or "__reduce__" in part:  # skops reads the parts of these in another order
        return part
    if (part.get("__module__"), part.get("__class__")) == (Again.__module__, Again.__name__):
        return {"__id__": json.loads(part["content"]["content"]["number"]["content"])}
    number = part.get("__id__")
    if isinstance(number, int):
        if number in seen:
            return {"__id__": number}
        seen.add(number)
    return {key: _said_once(inner, seen) for key, inner in part.items()}


def _name_by_place(structure):
    """Name objects and files by their place in the model, in place; return old names by new ones."""
    held = Counter(node["__id__"] for node, _ in _nodes(structure) if isinstance(node.get("__id__"), int))
    shared = [number for number, times in held.items() if times > 1]
    numbers = {number: place for place, number in enumerate(shared, start=1)}
    files = {}
    for node, path in _nodes(structure):
        if isinstance(node.get("__id__"), int) and (number := numbers.get(node.pop("__id__"))):
            node["__id__"] = number
        old = node.get("file")
        if isinstance(old, str):
            if old not in files:
                name = f"{'.'.join(path) or 'model'}.{old.rpartition('.')[2]}"
                # A key of a user's dict may hold a dot, and then two places have one name.
                files[old] = f"{len(files)}-{name}" if name in files.values() else name
            node["file"] = files[old]
    return {new: old for old, new in files.items()}


def _count_visits(part, known):
    """Return how many nodes skops visits in a part of a structure; `known` holds those of shared objects."""
    if not isinstance(part, (dict, list)):
        return 0
    number = part.get("__id__") if isinstance(part, dict) else None
    if isinstance(number, int):
        if number in known:
            return known[number]
        known[number] = 1  # within itself
    inner = part.values() if isinstance(part, dict) else part
    total = 1 + sum(_count_visits(value, known) for value in inner)
    if isinstance(number, int):
        known[number] = total
    return total


def _shorten(part):
    """Write texts, numbers and None as themselves, and leave out that the keys of dicts are texts."""
    if isinstance(part, list):
        return [_shorten(inner) for inner in part]
    if not isinstance(part, dict) or part.get("__loader__") in _AS_THEY_ARE:
        return part
    if part.get("__loader__") == "JsonNode":
        return json.loads(part["content"])
    if part.get("__loader__") != "DictNode":
        return {key: inner if key in _WORDS else _shorten(inner) for key, inner in part.items()}
    short = {key: inner for key, inner in part.items() if key not in ("content", "key_types")}
    if any(kind != _KEY for kind in part["key_types"]["content"]):
        short["key_types"] = part["key_types"]
    return {**short, "content": {key: _shorten(inner) for key, inner in part["content"].items()}}


def _lengthen(part):
    """Undo `_shorten`."""
    if isinstance(part, list):
        return [_lengthen(inner) for inner in part]
    if not isinstance(part, dict):
        return {**_TEXT, "__loader__": "JsonNode", "content": json.dumps(part), "is_json": True}
    if part.get("__loader__") in (*_AS_THEY_ARE, "JsonNode"):
        return part
    if part.get("__loader__") != "DictNode":
        return {key: inner if key in _WORDS else _lengthen(inner) for key, inner in part.items()}
    content = {key: _lengthen(inner) for key, inner in part["content"].items()}
    key_types = {**_LIST, "content": [_KEY] * len(content)}
    return {"key_types": key_types, **part, "content": content}


def _as_tensor(name, content):
    """Return the key and the value that stand for a file of skops among the tensors."""
    if name.endswith(".npz"):  # a sparse matrix: stored without compression, as everything else
        from scipy.sparse import load_npz, save_npz

        buffer = io.BytesIO()
        save_npz(buffer, load_npz(io.BytesIO(content)), compressed=False)
        content = buffer.getvalue()
    elif name.endswith(".npy"):
        array = np.load(io.BytesIO(content), allow_pickle=False)
        if array.dtype.kind in "biuf" and array.dtype.itemsize <= 8 and array.dtype.isnative:
            if array.flags.c_contiguous:
                return name, array
            return f"{name}.T", np.ascontiguousarray(array.T)
        if array.dtype.names:  # a tree's nodes: the bytes between the fields are left to chance
            records = np.zeros(array.shape, array.dtype)
            for field in array.dtype.names:
                records[field] = array[field]
            buffer = io.BytesIO()
            np.save(buffer, records, allow_pickle=False)
            content = buffer.getvalue()
    # Texts, records, and others that safetensors has no form for.
    return f"{name}.bytes", np.frombuffer(content, dtype=np.uint8)


def to_skops(structure, tensors):
    """
    Put structure and arrays together as a file of skops.

    Parameters
    ----------
    structure, tensors : bytes
        As `to_structure` returns them.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    ValueError
        If an array is not of a plain type, an archive within is compressed, or objects that hold each other
        again and again would keep skops busy without end.
    """
    buffer = io.BytesIO()
    structure = json.loads(structure)
    n_nodes, n_visits = sum(1 for _ in _nodes(structure)), _count_visits(structure, {})
    if n_visits > max(_VISITS * n_nodes, _FEW):
        raise ValueError("its objects hold each other again and again, as those of no model do")
    schema = json.dumps(_lengthen(structure))
    taken = set()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", schema)
        for key, array in read_tensors(tensors).items():
            name, _, form = key.rpartition(".")
            member = name if form in ("bytes", "T") else key
            if not member.endswith((".npy", ".npz", ".bin")) or member in taken:
                raise ValueError(f"there is no place for an array {key!r}")
            taken.add(member)
            if form == "bytes":
                content = array.tobytes()
                if name.endswith(".npz"):
                    _check_not_compressed(content)
                archive.writestr(member, content)
            else:
                part = io.BytesIO()
                np.save(part, array.T if form == "T" else array, allow_pickle=False)
                archive.writestr(member, part.getvalue())
    return buffer.getvalue()


def _check_not_compressed(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        stored = all(entry.compress_type == zipfile.ZIP_STORED for entry in entries)
        if not stored or sum(entry.file_size for entry in entries) > len(content):
            raise ValueError("a sparse matrix is compressed")
