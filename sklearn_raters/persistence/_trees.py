"""Trees as a few arrays: all those of a forest together, in place of a description of each of them."""

import copy

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence._trusted import found

_TREE = "sklearn.tree._tree.Tree"
_KINDS = {
    _TREE,
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._classes.DecisionTreeClassifier",
    "sklearn.tree._classes.DecisionTreeRegressor",
    "sklearn.tree._classes.ExtraTreeClassifier",
    "sklearn.tree._classes.ExtraTreeRegressor",
}
# State of a tree beside its arguments; its number of nodes is counted.
_STATE = ("max_depth", "nodes", "values")
# Size of the largest record of a node, with room for more fields.
_MOST_BYTES = 1024
_PLAIN = (str, bytes, bool, int, float, np.generic, type(None))


class Trees:
    """Stands for a tree, or for a list or array of trees; skops makes the trees from their columns.

    Parameters
    ----------
    kind : str
        Full name of their class.
    columns : dict of dict
        What the trees hold, by attribute: see `_column`.
    layout : list
        ``["one"]`` for a tree, ``["list"]``, ``["lists", sizes]`` for a list of lists, ``["array", *shape]``.
    """

    def __new__(cls, kind, columns, layout):
        """Return the tree, list or array."""
        if kind not in _KINDS:
            raise InputError(f"{kind!r:.80} is no kind of tree")
        made = _made(kind, columns)
        form, *sizes = layout
        if form == "array":
            cells = np.empty(len(made), dtype=object)
            cells[:] = made
            return cells.reshape(sizes)
        return {"one": made[0], "list": made}[form] if form != "lists" else _parted(made, *sizes)

    @classmethod
    def of(cls, thing, memo):
        """Return the form of a tree, or of a list or array of trees; None for anything else.

        Parameters
        ----------
        thing : object
            Part of a model.
        memo : dict
            The copies of other parts, by `id`, as for `copy.deepcopy`.
        """
        trees, layout = _trees_in(thing)
        kinds = {f"{type(tree).__module__}.{type(tree).__qualname__}" for tree in trees}
        if len(kinds) != 1 or not kinds <= (_KINDS if layout != ["one"] else {_TREE}):
            return None
        held = [_held(tree) for tree in trees]
        if any(list(one) != list(held[0]) for one in held):
            return None
        columns = _columns(held, memo)
        if _sizes(columns) is None:  # they are not fitted
            return None
        form = object.__new__(cls)
        form.parts = kinds.pop(), columns, layout
        return form

    def __reduce__(self):
        return Trees, self.parts


def _trees_in(thing):
    """Return the things in a list, list of lists or array, or the thing alone, and the layout."""
    if isinstance(thing, np.ndarray):
        return (thing.ravel().tolist(), ["array", *thing.shape]) if thing.dtype == object else ([], [])
    if type(thing) is not list:
        return [thing], ["one"]
    if thing and all(type(one) is list for one in thing):
        return [one for several in thing for one in several], ["lists", np.array(list(map(len, thing)))]
    return thing, ["list"]


def _held(tree):
    """Return what a tree holds, by name."""
    if type(tree).__name__ != "Tree":
        return vars(tree)
    _, made_from, state = tree.__reduce__()
    held = dict(zip(("n_features", "n_classes", "n_outputs"), made_from, strict=True))
    return held | {name: state[name] for name in _STATE}


def _columns(held, memo):
    return {name: _column([one[name] for one in held], memo) for name in held[0]}


def _column(values, memo):
    """Return what one attribute is in each tree, in the shortest of these forms.

    The columns of `Tree` objects; arrays one after the other and their lengths; a value that is the same in
    all; a list or array of the values.
    """
    first = values[0]
    if type(first).__name__ == "Tree" and all(type(value) is type(first) for value in values):
        return {"trees": _columns([_held(value) for value in values], memo)}
    if _can_be_joined(values):
        return {"rows": _fields_of(np.concatenate(values)), "sizes": np.array(list(map(len, values)))}
    if all(_is_same(first, value) for value in values):
        return {"same": copy.deepcopy(first, memo)}
    if all(type(value) is int and abs(value) < 2**63 for value in values):
        return {"each": np.array(values)}
    return {"each": copy.deepcopy(values, memo)}


def _can_be_joined(values):
    """Return whether values are arrays, of records or not alike, that can lie one after the other."""
    first = values[0]
    if type(first) is not np.ndarray or first.ndim == 0 or first.dtype.hasobject:
        return False
    alike = (type(value) is np.ndarray and value.dtype == first.dtype for value in values)
    if not all(alike) or any(value.shape[1:] != first.shape[1:] for value in values):
        return False
    return first.dtype.names is not None or not all(_is_same(first, value) for value in values)


def _is_same(one, other):
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if type(one) is np.ndarray:
        plain = not one.dtype.hasobject and (one.dtype, one.shape) == (other.dtype, other.shape)
        return plain and one.tobytes() == other.tobytes()
    return isinstance(one, _PLAIN) and repr(one) == repr(other)


def _fields_of(array):
    """Return the fields of an array of records and their places in memory; another array as it is."""
    if array.dtype.names is None:
        return array
    fields = array.dtype.fields
    places = {name: [fields[name][0].str, fields[name][1]] for name in array.dtype.names}
    return {
        "places": places,
        "size": array.dtype.itemsize,
        "fields": {name: np.array(array[name]) for name in array.dtype.names},
    }


def _records(rows):
    """Undo `_fields_of`."""
    if not isinstance(rows, dict):
        return rows
    formats, offsets = zip(*rows["places"].values(), strict=True)
    layout = {"names": list(rows["places"]), "formats": formats, "offsets": offsets, "itemsize": rows["size"]}
    dtype, fields = np.dtype(layout), rows["fields"]
    if dtype.hasobject or dtype.itemsize > _MOST_BYTES:
        raise InputError("a tree has nodes of a form that those of no tree have")
    records = np.zeros(len(next(iter(fields.values()))), dtype)
    for name, values in fields.items():
        records[name] = values
    return records


def _sizes(columns):
    """Return the lengths of the arrays of one attribute, one a tree; None if no attribute has arrays."""
    for column in columns.values():
        sizes = column["sizes"] if "sizes" in column else _sizes(column.get("trees", {}))
        if sizes is not None:
            return sizes
    return None


def _made(kind, columns):
    """Return the trees that columns describe, in a list."""
    module, _, name = kind.rpartition(".")
    cls, n_trees = found(module, name), len(_sizes(columns))
    values = [_values(column, n_trees) for column in columns.values()]
    held = [dict(zip(columns, one, strict=True)) for one in zip(*values, strict=True)]
    if kind == _TREE:
        return [_tree(cls, one) for one in held]
    made = [cls.__new__(cls) for _ in held]
    for tree, one in zip(made, held, strict=True):
        vars(tree).update(one)
    return made


def _values(column, n_trees):
    """Undo `_column`."""
    if "trees" in column:
        return _made(_TREE, column["trees"])
    if "sizes" in column:
        return _parted(_records(column["rows"]), column["sizes"])
    if "same" in column:
        return [column["same"]] * n_trees
    return list(column["each"]) if type(column["each"]) is list else column["each"].tolist()


def _parted(rows, sizes):
    """Return the parts of these sizes that lie one after the other; raise InputError if they are not all."""
    if (sizes < 0).any() or sizes.sum() != len(rows):
        raise InputError("the trees of a model have other sizes than it says")
    ends = np.cumsum(sizes)
    return [rows[start:end] for start, end in zip(ends - sizes, ends, strict=True)]


def _tree(cls, held):
    """Return a tree of scikit-learn, with as many nodes as it holds."""
    if len(held["n_classes"]) != held["n_outputs"]:  # scikit-learn reads as many without a check
        raise InputError("a tree has numbers of classes for other outputs than its own")
    tree = cls(held["n_features"], held["n_classes"], held["n_outputs"])
    tree.__setstate__({**{name: held[name] for name in _STATE}, "node_count": len(held["nodes"])})
    return tree
