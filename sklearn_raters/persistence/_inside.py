"""What a model holds: a walk through it, and its copy without networks, caches and repeats."""

import copy
import sys
from types import FunctionType

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence._trees import Trees

# Keys that are the same after they were texts in JSON.
_KEYS = (str, int, float, np.integer, np.floating)
_PLAIN = (str, bytes, int, float, complex, type, type(None), FunctionType)


def inside(model, stop=()):
    """
    Yield a model and every object in it, each once.

    Parameters
    ----------
    model : object
        The model.
    stop : tuple of types, default=()
        Types of objects that are not entered.

    Yields
    ------
    object
        An estimator, container, array of objects, or other object that is no number, text, type or function.
    """
    seen, stack = {}, [model]
    while stack:
        thing = stack.pop()
        plain = isinstance(thing, _PLAIN) or (type(thing) is np.ndarray and thing.dtype != object)
        if plain or id(thing) in seen:
            continue
        seen[id(thing)] = thing
        yield thing
        if isinstance(thing, stop):
            continue
        if isinstance(thing, dict):
            stack += [*thing, *thing.values()]
        elif isinstance(thing, (list, tuple, set, frozenset)):
            stack += thing
        elif isinstance(thing, np.ndarray) and thing.dtype == object:
            stack += thing.ravel().tolist()
        stack += getattr(thing, "__dict__", {}).values()


def without_networks(model):
    """
    Copy a model, its networks in the form that skops stores and its caches left out.

    Parameters
    ----------
    model : estimator
        The fitted model; it stays as it is.

    Returns
    -------
    estimator
        The copy.

    Raises
    ------
    InputError
        If a network cannot be stored.
    """
    memo, stop = {}, ()
    if "torch" in sys.modules:  # without torch, no network was made
        from sklearn_raters import _torch

        stop = _torch.NETWORKS
    things = list(inside(model, stop))
    # A name is in several dicts, each of which may come before or after it.
    memo.update((id(thing), Moment.of(thing)) for thing in things if Moment.stands_for(type(thing)))
    for thing in reversed(things):  # what is inside a thing comes before the thing
        if isinstance(thing, stop):
            memo[id(thing)] = _torch.Stored.of(thing)
        elif isinstance(thing, np.random.Generator):
            memo[id(thing)] = thing  # a copy has another seed in older versions of NumPy
        elif isinstance(thing, np.memmap):  # joblib's workers leave them
            memo[id(thing)] = np.array(thing)
        elif isinstance(thing, dict) and _has_odd_keys(thing):
            memo[id(thing)] = Pairs.of(thing, memo)
        elif (trees := Trees.of(thing, memo)) is not None:
            memo[id(thing)] = trees
        elif isinstance(thing, np.ndarray) and thing.dtype == object:
            _check_cells(thing)
    copied = copy.deepcopy(model, memo)
    forget_caches(copied)
    _name_repeats(copied, {})
    return copied


def _has_odd_keys(mapping):
    """Return whether the keys of a dict would be others after they were texts in JSON."""
    odd = any(isinstance(key, bool) or not isinstance(key, _KEYS) for key in mapping)
    return odd or len({str(key) for key in mapping}) < len(mapping)


def _check_cells(array):
    """Raise InputError on an array of objects that skops would read in another shape."""
    nested = any(isinstance(cell, (list, tuple, np.ndarray)) for cell in array.ravel())
    if array.ndim != 1 and (array.ndim == 0 or array.size == 0 or nested):
        raise InputError(
            f"The model holds an array of objects of shape {array.shape} that cannot be saved as data: give "
            "it numbers or texts, or one dimension."
        )


class Pairs:
    """Stands for a dict whose keys JSON cannot hold; skops makes the dict from its keys and values.

    Parameters
    ----------
    keys, values : list
        The items of the dict.
    """

    def __new__(cls, keys, values):
        """Return the dict."""
        return dict(zip(keys, values, strict=True))

    @classmethod
    def of(cls, mapping, memo):
        """Return the form of a dict, its values copied; raise InputError if it is of a subclass."""
        if type(mapping) is not dict:
            raise InputError(f"The model holds a {type(mapping).__name__} with keys that JSON cannot hold.")
        pairs = object.__new__(cls)
        pairs.items = copy.deepcopy([list(mapping), list(mapping.values())], memo)
        return pairs

    def __reduce__(self):
        return Pairs, tuple(self.items)


class Moment:
    """Stands for a time or a duration of pandas, such as the name of a rater; skops makes it from its text.

    Parameters
    ----------
    kind : {"Timestamp", "Timedelta"}
        The class in pandas.
    text : str
        The value in the form of ISO 8601.
    """

    KINDS = ("Timestamp", "Timedelta")

    def __new__(cls, kind, text):
        """Return the time or the duration."""
        import pandas as pd

        return getattr(pd, cls.KINDS[cls.KINDS.index(kind)])(text)

    @classmethod
    def stands_for(cls, kind):
        """Return whether a type is one of the two classes of pandas."""
        return kind.__module__.partition(".")[0] == "pandas" and kind.__name__ in cls.KINDS

    @classmethod
    def of(cls, thing):
        """Return the form of a time or duration."""
        moment = object.__new__(cls)
        moment.parts = type(thing).__name__, thing.isoformat()
        return moment

    def __reduce__(self):
        return Moment, self.parts


class Again:
    """Stands for an object that occurred before in a model, so that skops does not describe it once more.

    Parameters
    ----------
    number : int
        The `id` of the object, by which skops numbers it.
    """

    def __init__(self, number):
        self.number = number


def _name_repeats(thing, seen):
    """Put `Again` for estimators and lists that occurred before, in the order of skops, in place."""
    if isinstance(thing, (*_PLAIN, np.ndarray)) or id(thing) in seen:
        return
    seen[id(thing)] = thing
    for holder in (thing, getattr(thing, "__dict__", None)):
        if isinstance(holder, (dict, list)):
            for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
                if id(value) in seen and (isinstance(value, list) or hasattr(value, "get_params")):
                    holder[key] = Again(id(value))
                else:
                    _name_repeats(value, seen)
        elif isinstance(holder, tuple):
            for value in holder:
                _name_repeats(value, seen)


def forget_caches(model):
    """Set the `memory` of each estimator to None: a cache is a folder of one machine, and holds pickles."""
    for thing in inside(model):
        if hasattr(thing, "get_params") and vars(thing).get("memory") is not None:
            vars(thing)["memory"] = None
