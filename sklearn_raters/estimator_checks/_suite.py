"""Run all checks of an estimator that learns from ratings, and report on each."""

import warnings
from functools import partial
from unittest import SkipTest

from sklearn.exceptions import EstimatorCheckFailedWarning, SkipTestWarning

from sklearn_raters.estimator_checks import _answers, _content, _forms, _life, _order
from sklearn_raters.exceptions import InputError


def _checks_of(module):
    return [value for name, value in vars(module).items() if name.startswith("check_")]


CHECKS = [check for module in (_answers, _forms, _order, _content, _life) for check in _checks_of(module)]


def rater_estimator_checks_generator(estimator):
    """
    Yield every check of an estimator that learns from ratings.

    Parameters
    ----------
    estimator : estimator
        A classifier whose `fit(X, Y)` takes ratings, as for `check_rater_estimator`.

    Yields
    ------
    estimator : estimator
        The estimator, as given.
    check : functools.partial
        A function of the estimator that raises AssertionError, or whatever the estimator raises, where the
        estimator fails, and unittest.SkipTest where the check does not apply. Its name is
        `check.func.__name__`.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters import MultiRaterStackingClassifier
    >>> from sklearn_raters.estimator_checks import rater_estimator_checks_generator
    >>> stack = MultiRaterStackingClassifier(LogisticRegression())
    >>> next(rater_estimator_checks_generator(stack))[1].func.__name__
    'check_answers'
    """
    if isinstance(estimator, type) or not hasattr(estimator, "fit"):
        raise InputError(f"Give an estimator, such as MultiRaterStackingClassifier(), not {estimator!r}.")
    for check in CHECKS:
        yield estimator, partial(check, type(estimator).__name__)


def parametrize_with_rater_checks(estimators, *, expected_failed_checks=None):
    """
    Run a pytest test once for each check of each estimator.

    Parameters
    ----------
    estimators : list of estimators
        Classifiers whose `fit(X, Y)` takes ratings, as for `check_rater_estimator`.
    expected_failed_checks : callable, default=None
        From an estimator to a dict: from the name of a check that fails to the reason.

    Returns
    -------
    pytest.MarkDecorator
        The parameters `estimator` and `check` of the test.

    Examples
    --------
    >>> from sklearn_raters import RaterNetClassifier
    >>> from sklearn_raters.estimator_checks import parametrize_with_rater_checks
    >>> @parametrize_with_rater_checks([RaterNetClassifier(max_epochs=2)])
    ... def test_checks_of_raters(estimator, check):
    ...     check(estimator)
    """
    import pytest

    pairs = [pair for estimator in estimators for pair in rater_estimator_checks_generator(estimator)]
    cases = []
    for estimator, check in pairs:
        name = check.func.__name__
        reasons = expected_failed_checks(estimator) if expected_failed_checks else {}
        marks = [pytest.mark.xfail(reason=reasons[name])] if name in reasons else []
        title = f"{' '.join(repr(estimator).split())}-{name}"
        cases.append(pytest.param(estimator, check, id=title, marks=marks))
    return pytest.mark.parametrize(("estimator", "check"), cases)


def check_rater_estimator(
    estimator, *, expected_failed_checks=None, on_skip="warn", on_fail="raise", callback=None
):
    """
    Check that an estimator reads, learns and answers ratings as this package promises.

    The counterpart of `sklearn.utils.estimator_checks.check_estimator` for classifiers whose `fit(X, Y)`
    takes several raters' labels, from this package or elsewhere. Every form of ratings must give the same
    result, and what does not matter must change nothing: order and names of raters, order of samples, raters
    and samples without ratings, a second fit, a copy, a file, the number of jobs. Each `random_state` is set
    to 0. Tables of 48 samples of three well separated classes are learnt about ninety times: set few epochs,
    but enough to find the classes. The file is one of joblib and one of `sklearn_raters.persistence`; the
    latter is skipped for models with types that `persistence.load` does not trust.

    Parameters
    ----------
    estimator : estimator
        A classifier for tables; for sequences too if its input tag `three_d_array` is set. `groups` and
        `sample_weight` are checked if `fit` takes them, `classes` and `n_jobs` if they are parameters, and
        `predict_proba`, `predict_soft_labels` and `predict_proba_raters` (with `raters_`) if they are
        methods.
    expected_failed_checks : dict, default=None
        From the name of a check that may fail to the reason.
    on_skip : {"warn"} or None, default="warn"
        Whether a check that does not apply raises a SkipTestWarning.
    on_fail : {"raise", "warn"} or None, default="raise"
        Whether the first failure is raised, each one raises an EstimatorCheckFailedWarning, or all are
        reported only.
    callback : callable, default=None
        Called after each check with the entries of its report as keywords; not with `on_fail="raise"`.

    Returns
    -------
    list of dict
        The report of each check: "estimator", "check_name", "exception" (None or what was raised), "status"
        ("passed", "failed", "skipped" or "xfail"), "expected_to_fail" and "expected_to_fail_reason".

    Raises
    ------
    Exception
        What the first failing check raised, if `on_fail` is "raise".
    InputError
        If `estimator` is no estimator, a check to fail is unknown, or `callback` is given and `on_fail` is
        "raise".

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters import MultiRaterStackingClassifier
    >>> from sklearn_raters.estimator_checks import check_rater_estimator
    >>> stack = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean")
    >>> reports = check_rater_estimator(stack, on_skip=None, on_fail=None)
    >>> reports[0]["check_name"], reports[0]["status"]
    ('check_answers', 'passed')
    """
    expected_failed_checks = expected_failed_checks or {}
    if on_fail not in ("raise", "warn", None) or on_skip not in ("warn", None):
        raise InputError(
            f"on_fail={on_fail!r}, on_skip={on_skip!r}: give 'warn' or None, or 'raise' to on_fail."
        )
    if callback is not None and on_fail == "raise":
        raise InputError("callback needs on_fail='warn' or None: a failure that is raised ends the checks.")
    unknown = sorted(set(expected_failed_checks) - {check.__name__ for check in CHECKS})
    if unknown:
        raise InputError(f"expected_failed_checks names {unknown}, which are no checks.")
    reports = []
    for _, check in rater_estimator_checks_generator(estimator):
        reports.append(_run(estimator, check, expected_failed_checks, on_skip, on_fail))
        if callback is not None:
            callback(**reports[-1])
    return reports


def _run(estimator, check, expected_failed_checks, on_skip, on_fail):
    """Run one check and return its report."""
    name = check.func.__name__
    expected = name in expected_failed_checks
    status, exception = "passed", None
    try:
        check(estimator)
    except SkipTest as skip:
        status, exception = "skipped", skip
    except Exception as error:
        if on_fail == "raise" and not expected:
            raise
        # The words of scikit-learn's reports, so that the same code can read both.
        status, exception = "xfail" if expected else "failed", error
    report = {
        "estimator": estimator,
        "check_name": name,
        "exception": exception,
        "status": status,
        "expected_to_fail": expected,
        "expected_to_fail_reason": expected_failed_checks.get(name),
    }
    if status == "skipped" and on_skip == "warn":
        message = f"Skipping {name} for {type(estimator).__name__}: {exception}"
        warnings.warn(message, SkipTestWarning, stacklevel=3)
    if status in ("failed", "xfail") and on_fail == "warn":
        warnings.warn(EstimatorCheckFailedWarning(**report), stacklevel=3)
    return report
