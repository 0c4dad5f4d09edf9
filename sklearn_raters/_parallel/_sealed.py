"""Results in a cache with a checksum, so that a damaged one is computed again."""

import pickle
from hashlib import blake2b

import cloudpickle
from sklearn.utils.validation import check_memory

from sklearn_raters._files import check_folder
from sklearn_raters.exceptions import remark


def sealed_call(function, arguments, key):
    """Call a function; return its pickled result after a checksum, or the result itself after None.

    A cache knows the call by `key` alone. Classes and functions that are defined in a notebook are pickled
    with their code. A result that cannot be pickled is left to the cache, which warns.
    """
    result = function(*arguments)
    try:
        payload = cloudpickle.dumps(result)
    except (pickle.PicklingError, TypeError, AttributeError):
        return None, result
    return _checksum(key, payload), payload


def _checksum(key, payload):
    """Return the checksum of a result; another call with the same result has another one."""
    return blake2b(payload, key=blake2b(key.encode()).digest()).digest()


def open_cache(memory):
    """Return `memory`, a folder, a joblib.Memory or None, as a joblib.Memory; raise if it is no folder."""
    if memory is not None and not hasattr(memory, "cache"):
        check_folder(memory)
        memory = str(memory)
    return check_memory(memory)


def cached_with(memory):
    """Return `sealed_call` cached by a joblib.Memory; None if it has no folder."""
    if memory.location is None:
        return None
    return memory.cache(sealed_call, ignore=["function", "arguments"])


def call_cached(cached, function, arguments, key, what):
    """Return the result of a call, from the cache if it holds it undamaged.

    Parameters
    ----------
    cached : callable or None
        As `cached_with` returns it; None calls the function.
    function : callable
        The function.
    arguments : tuple
        Its arguments.
    key : str
        What the cache knows the call by.
    what : str
        What is computed, for the warning.

    Returns
    -------
    object
        The result.
    """
    call = function, arguments, key
    if cached is None:
        return function(*arguments)
    if not is_cached(cached, key):
        return _opened(key, *cached(*call))
    try:
        return _opened(key, *cached.call_and_shelve(*call).get())
    except Exception as error:  # unpickling damaged bytes raises errors of any kind
        place = cached.store_backend.location
        remark(f"{what} is damaged in the cache {place}, and is computed again: {error}")
        return _opened(key, *cached.call(*call)[0])


def is_cached(cached, key):
    """Return whether the cache, as `cached_with` returns it, holds the result of a call."""
    return cached is not None and cached.check_call_in_cache(None, None, key)


def _opened(key, digest, payload):
    """Return a result; raise ValueError if its checksum does not match."""
    if digest is None:
        return payload
    if _checksum(key, payload) != digest:
        raise ValueError("its checksum does not match")
    return pickle.loads(payload)


def content_to_hash(estimator):
    """Return what a cache hashes of an estimator: itself, and its code where no name leads to the code."""
    try:
        by_name = pickle.dumps(estimator)
    except (pickle.PicklingError, TypeError, AttributeError):  # a lambda, or a class in a function
        return cloudpickle.dumps(estimator)
    return (estimator, cloudpickle.dumps(estimator)) if b"__main__" in by_name else estimator
