"""Make fits all or nothing: nothing of an earlier fit remains, and a fit that fails changes nothing."""

from contextlib import contextmanager


@contextmanager
def whole_fit(estimator):
    """Remove what an earlier fit has learnt, and restore it if the block raises.

    Parameters
    ----------
    estimator : estimator
        The estimator. Its learnt attributes are those whose names end with an underscore.
    """
    before = dict(vars(estimator))
    for name in before:
        if name.endswith("_") and not name.startswith("_"):
            delattr(estimator, name)
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
