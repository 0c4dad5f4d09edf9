"""Make fits all or nothing: nothing of an earlier fit remains, and a fit that fails changes nothing."""

from contextlib import contextmanager


@contextmanager
def whole_fit(estimator):
    """Remove the learnt attributes of an earlier fit, and restore them if the block raises.

    Parameters
    ----------
    estimator : estimator
        The estimator. Attributes whose names end with an underscore are learnt.
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
