"""What a model holds: a walk through it, and its copy without networks, caches and repeats."""

import copy
import sys
from types import FunctionType

import numpy as np

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
        plain = isinstance(thing, _PLAIN) or (isinstance(thing, np.ndarray) and thing.dtype != object)
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
        elif isinstance(thing, np.ndarray):
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
    for thing in things:
        if isinstance(thing, stop):
            memo[id(thing)] = _torch.Stored.of(thing)
        elif isinstance(thing, np.random.Generator):
            memo[id(thing)] = thing  # a copy has another seed in older versions of NumPy
    copied = copy.deepcopy(model, memo)
    forget_caches(copied)
    _name_repeats(copied, {})
    return copied


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
