"""The checks of classifiers of ratings: each can fail, and failures are reported as scikit-learn does."""

from unittest import SkipTest

import joblib
import pytest
from sklearn.exceptions import EstimatorCheckFailedWarning, SkipTestWarning

from estimator_checks.centroids import WRONG, Centroids, OfTables
from sklearn_raters.estimator_checks import (
    check_rater_estimator,
    parametrize_with_rater_checks,
    rater_estimator_checks_generator,
)
from sklearn_raters.estimator_checks._life import check_model_file
from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence import _trusted

# Found by several checks: what differs in each fit, and what a pickle changes.
ALSO = {"check_pickle": {"check_saved_and_loaded", "check_model_file"}}


@pytest.fixture(scope="module", autouse=True)
def _in_this_process_and_trusted():
    # Other processes cannot import the estimators of tests.
    with pytest.MonkeyPatch.context() as patch:
        config = joblib.parallel_config
        patch.setattr(joblib, "parallel_config", lambda backend: config("threading"))
        # As if these estimators were of this package: model files name no others.
        names = {f"{one.__module__}.{one.__name__}" for one in (Centroids, *WRONG.values())}
        patch.setattr(_trusted, "_SINGLE", _trusted._SINGLE | names)
        yield


def failed(estimator):
    reports = check_rater_estimator(estimator, on_skip=None, on_fail=None)
    assert {report["status"] for report in reports} <= {"passed", "failed"}
    return {report["check_name"]: report["exception"] for report in reports if report["status"] == "failed"}


def test_a_right_estimator_passes_every_check():
    assert failed(Centroids()) == {}


def test_every_check_has_an_estimator_that_fails_it():
    names = [check.func.__name__ for _, check in rater_estimator_checks_generator(Centroids())]
    assert sorted(names) == sorted(WRONG)


@pytest.mark.parametrize("check", WRONG)
def test_a_wrong_estimator_fails_the_check_of_its_fault_alone(check):
    found = failed(WRONG[check]())
    if check == "check_fit_repeats":  # what is random differs everywhere
        assert check in found
    else:
        assert set(found) == {check} | ALSO.get(check, set()), found


@pytest.mark.parametrize("check", ["check_raters_renamed", "check_weight_zero"])
def test_a_failure_tells_what_differs_where_and_after_what(check):
    message = str(failed(WRONG[check]())[check])
    assert "predict_proba differs by" in message or "predict says" in message
    assert "first for sample" in message
    assert ("after the raters were named" in message) or ("with a weight of 0" in message)


def test_the_first_failure_is_raised_by_default():
    with pytest.raises(AssertionError, match="sum to one only within 1"):
        check_rater_estimator(WRONG["check_answers"]())


def test_reports_have_the_form_of_scikit_learns():
    heard = []
    reasons = {"check_answers": "twice the probability on purpose"}
    reports = check_rater_estimator(
        WRONG["check_answers"](),
        expected_failed_checks=reasons,
        on_fail=None,
        callback=lambda **report: heard.append(report),
    )
    assert heard == reports
    first = reports[0]
    assert first["check_name"] == "check_answers"
    assert first["status"] == "xfail"
    assert first["expected_to_fail"]
    assert first["expected_to_fail_reason"] == reasons["check_answers"]
    assert isinstance(first["exception"], AssertionError)
    assert {report["status"] for report in reports[1:]} == {"passed"}


def test_failures_and_skips_may_be_warnings():
    with pytest.warns(EstimatorCheckFailedWarning, match="check_answers"):
        check_rater_estimator(WRONG["check_answers"](), on_fail="warn")

    with pytest.warns(SkipTestWarning, match="for OfTables: .* (takes no sequences|is not trusted)"):
        reports = check_rater_estimator(OfTables())
    skipped = [report["check_name"] for report in reports if report["status"] == "skipped"]
    assert skipped == ["check_sequences", "check_sequences_of_one_length", "check_model_file"]


def test_a_model_file_is_not_checked_where_it_names_types_that_are_not_trusted():
    with pytest.raises(SkipTest, match=r"load refuses .* names .*OfTables, which is not trusted"):
        check_model_file("OfTables", OfTables())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"on_fail": "stop"}, "on_fail='stop'"),
        ({"on_skip": "raise"}, "on_skip='raise'"),
        ({"callback": print}, "callback needs on_fail"),
        ({"expected_failed_checks": {"check_luck": "none"}}, r"\['check_luck'\], which are no checks"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        check_rater_estimator(Centroids(), **settings)


def test_a_class_is_no_estimator():
    with pytest.raises(InputError, match="Give an estimator, such as"):
        check_rater_estimator(Centroids)


def test_only_the_checks_that_are_named_are_marked_as_expected_failures():
    reasons = {"check_answers": "twice the probability on purpose"}
    marked = parametrize_with_rater_checks(
        [WRONG["check_answers"]()], expected_failed_checks=lambda estimator: reasons
    )
    found = {case.values[1].func.__name__: case.marks[0].kwargs for case in marked.args[1] if case.marks}
    assert found == {name: {"reason": reason} for name, reason in reasons.items()}
