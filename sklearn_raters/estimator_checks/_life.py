"""Checks of what happens to an estimator: fitted again, copied, saved, used in parallel, a fit that fails."""

import pickle
import tempfile
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from unittest import SkipTest

import joblib
import numpy as np
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags

from sklearn_raters.estimator_checks._subject import (
    CLOSE,
    answers,
    assert_same,
    fit,
    learn,
    make_rated,
    parameter,
    reference,
    seeded,
)
from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence import load, save


def check_fit_repeats(name, estimator):
    """Check that two fits with the same seeds give the same answers."""
    data = make_rated()
    assert_same(
        reference(estimator, data), learn(estimator, data), "in a second fit with the same random_state"
    )


def check_refit(name, estimator):
    """Check that a second fit forgets the first, which had other raters, samples and features."""
    data, other = make_rated(), make_rated(n_raters=4, seed=1)
    model = fit(seeded(estimator), other._replace(X=np.hstack([other.X, other.X])))
    found = answers(fit(model, data), data.new_X)
    assert_same(reference(estimator, data), found, "in a second fit after one on other data")


def check_clone(name, estimator):
    """Check that a copy of a fitted model is unfitted and learns the same."""
    data = make_rated()
    model = fit(seeded(estimator), data)
    copy = clone(model)
    _assert_unfitted(copy, data, "A clone of a fitted model")
    assert_same(answers(model, data.new_X), answers(fit(copy, data), data.new_X), "in a clone, fitted again")


def check_pickle(name, estimator):
    """Check that a model gives the same answers after pickle."""
    data = make_rated()
    model = fit(seeded(estimator), data)
    assert_same(
        answers(model, data.new_X), answers(pickle.loads(pickle.dumps(model)), data.new_X), "after pickle"
    )


def _by_joblib(model, folder):
    joblib.dump(model, folder / "model.joblib")
    return joblib.load(folder / "model.joblib")


def _by_read_only_joblib(model, folder):
    joblib.dump(model, folder / "model.joblib")
    return joblib.load(folder / "model.joblib", mmap_mode="r")


# Ways to keep a model in a file: functions of the model and an empty folder that return the model read again.
_FILES = {"joblib": _by_joblib, "joblib with read-only arrays": _by_read_only_joblib}


def check_saved_and_loaded(name, estimator):
    """Check that a model gives the same answers after it was written to a file and read."""
    data = make_rated()
    model = fit(seeded(estimator), data)
    for way, keep in _FILES.items():
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            found = answers(keep(model, Path(folder)), data.new_X)
        assert_same(answers(model, data.new_X), found, f"after a file by {way}")


def check_model_file(name, estimator):
    """Check that `sklearn_raters.persistence.save` and `load`, without pickle, change no answer."""
    data = make_rated()
    model = fit(seeded(estimator), data)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "model.raters"
        save(model, path)
        try:
            kept = load(path)
        except InputError as error:
            if "which is not trusted" in str(error):
                raise SkipTest(f"sklearn_raters.persistence.load refuses the model: {error}") from error
            raise
    assert_same(answers(model, data.new_X), answers(kept, data.new_X), "after persistence.save and load")


def check_n_jobs(name, estimator):
    """Check that the number of parallel jobs changes nothing, in processes and in threads."""
    data, key = make_rated(), parameter(estimator, "n_jobs")
    if key is None:
        raise SkipTest("The estimator has no parameter n_jobs.")
    expected = reference(estimator, data, **{key: 1})
    # Matrix products may be split among other numbers of threads there.
    for backend in ("loky", "threading"):
        with joblib.parallel_config(backend):
            assert_same(
                expected, learn(estimator, data, **{key: 2}), f"with n_jobs=2 and {backend}", tolerance=CLOSE
            )


def check_threads(name, estimator):
    """Check that models fitted at the same time in threads, each on its data, do not mix."""
    several = [make_rated(), make_rated(seed=1)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda data: learn(estimator, data), several))
    for data, one in zip(several, found, strict=True):
        assert_same(reference(estimator, data), one, "fitted in a thread beside another fit", tolerance=CLOSE)


def check_input_stays(name, estimator):
    """Check that fit and the answers leave samples, ratings, groups and parameters as they are."""
    data = make_rated()
    before, model = deepcopy(data), seeded(estimator)
    params = deepcopy(model.get_params())
    answers(fit(model, data), data.new_X)
    for what, old, new in zip(data._fields, before, data, strict=True):
        assert np.array_equal(old, new), f"fit or predict changes {what}."
    changed = [key for key, value in model.get_params().items() if repr(value) != repr(params[key])]
    assert not changed, f"fit changes the parameters {changed}."


def _broken(estimator, data):
    """Return rated samples that no fit can use, by what is wrong."""
    missing = np.full(data.Y.shape, None, dtype=object)
    broken = {
        "a row of ratings too few": data._replace(Y=data.Y[:-1]),
        "no rating at all": data._replace(Y=missing),
        "labels of several types": data._replace(Y=np.where(data.Y == "sad", 1, data.Y)),
    }
    if not get_tags(estimator).input_tags.allow_nan:
        X = np.hstack([data.X, data.X])
        X[-1, -1] = np.nan
        broken["NaN in the last sample"] = data._replace(X=X)
    return broken


def _assert_unfitted(model, data, who):
    try:
        model.predict(data.new_X)
    except NotFittedError:
        return
    raise AssertionError(f"{who} predicts instead of raising NotFittedError.")


def _assert_refused(model, data, fault):
    try:
        fit(model, data)
    except (ValueError, TypeError):
        return
    raise AssertionError(f"fit accepts {fault}.")


def check_failed_first_fit(name, estimator):
    """Check that an estimator whose first fit failed is unfitted."""
    data = make_rated()
    for fault, wrong in _broken(estimator, data).items():
        model = seeded(estimator)
        _assert_refused(model, wrong, fault)
        _assert_unfitted(model, data, f"A model whose fit failed on {fault}")


def check_failed_second_fit(name, estimator):
    """Check that a fitted model gives the same answers after a fit that failed, or is not fitted."""
    data = make_rated()
    model = fit(seeded(estimator), data)
    expected = answers(model, data.new_X)
    for fault, wrong in _broken(estimator, data).items():
        _assert_refused(model, wrong, fault)
        try:
            found = answers(model, data.new_X)
        except NotFittedError:
            fit(model, data)
            continue
        assert_same(expected, found, f"after a fit that failed on {fault}")
