"""Judge what an entry point makes of a hostile input: answered, refused, wrong, or a fault inside."""

import contextlib
import io
import linecache
import signal
import traceback
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse
import sklearn
from sklearn.exceptions import NotFittedError
from sklearn.utils._metadata_requests import UnsetMetadataPassedError

import sklearn_raters
from sklearn_raters.exceptions import InputError, InputWarning

VERDICTS = ["answered", "refused clearly", "refused unclearly", "bare internal", "wrong", "hung"]
ACCEPTED = {"answered", "refused clearly"}

# What is expected of an input: the answer of the sound input, a refusal, or an answer that keeps the laws.
SAME, REFUSE, ANY = "same", "refuse", "any"

CPU_SECONDS, WALL_SECONDS = 10, 60
OWN, SKLEARN = (str(Path(module.__file__).parent) for module in (sklearn_raters, sklearn))

# Errors that say what is wrong. An IndexError, KeyError, RuntimeError and the like is a fault inside.
SAID = (ValueError, TypeError, OSError, NotFittedError, UnsetMetadataPassedError, ImportError)
# NumPy's words for what is no table of numbers, which scikit-learn lets through from check_array as its own.
NO_NUMBERS = (
    "could not convert string to float",
    "float() argument must be",
    "must be real number",
    "setting an array element with a sequence",
    "Cannot cast array data",
)


class Verdict(NamedTuple):
    """What became of a case, and why."""

    kind: str
    detail: str = ""


class HungError(BaseException):
    """The case took too long. No Exception, so that nothing on the way catches it."""


class LawError(Exception):
    """An answer is none that could be right."""


def require(condition, law):
    """Raise LawError unless an answer keeps a law."""
    if not condition:
        raise LawError(law)


def judge(call, expect, sound=None, laws=None):
    """Run a case and judge it.

    Parameters
    ----------
    call : callable
        Runs the case and returns its answer.
    expect : {"same", "refuse", "any"}
        What is expected, apart from a clear refusal, which is always accepted.
    sound : callable or None
        Returns the answer to the sound input; needed for "same".
    laws : callable or None
        Raises LawError if an answer cannot be right.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with (
                limited(),
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                answer = call()
        except HungError:
            return Verdict("hung", f"over {CPU_SECONDS} s")
        except Exception as error:
            return judge_refusal(error)
    try:
        if laws is not None:
            laws(answer)
    except LawError as error:
        return Verdict("wrong", f"law: {error}")
    warned = any(issubclass(warning.category, InputWarning) for warning in caught)
    if expect == REFUSE and not warned:
        return Verdict("wrong", f"answered without a word: {shortly(answer)}")
    if expect == SAME:
        difference = differs(answer, sound())
        if difference:
            return Verdict("wrong", f"another answer than to the sound input: {difference}")
    if leaked := [warning for warning in caught if is_internal(warning)]:
        return Verdict(
            "refused unclearly", f"warning {leaked[0].category.__name__}: {leaked[0].message}"[:300]
        )
    return Verdict("answered")


def is_internal(warning):
    """Return whether a warning comes from the inside: of arithmetic, or of torch."""
    return (
        warning.category is RuntimeWarning or "/torch/" in warning.filename or "torch" in str(warning.message)
    )


def judge_refusal(error):
    """Return whether an error is a clear refusal, an unclear one, or a fault inside."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    message = " ".join(str(error).split())
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    detail = f"{type(error).__name__} at {place}: {message}"[:300]
    # scikit-learn reads data frames through narwhals.
    ours, theirs = (
        frame.filename.startswith(OWN),
        frame.filename.startswith(SKLEARN) or "/narwhals/" in frame.filename,
    )
    if isinstance(error, InputError):
        return Verdict("refused clearly", detail)
    if isinstance(error, AttributeError) and Path(frame.filename).name == "_available_if.py":
        return Verdict("refused clearly", detail)  # how scikit-learn says that there is no such method
    if "missing 1 required positional argument: 'y'" in message:
        return Verdict("refused clearly", detail)  # of scikit-learn's cross-validation without y
    raised = linecache.getline(frame.filename, frame.lineno).strip().startswith("raise ")
    of_check = theirs and "/utils/" in frame.filename and message.startswith(NO_NUMBERS)
    if message.startswith("n_jobs == 0"):
        return Verdict("refused clearly", detail)  # joblib's own
    said = isinstance(error, SAID) and type(error) is not UnicodeDecodeError
    if message and raised and ((ours and isinstance(error, (*SAID, AttributeError))) or (theirs and said)):
        return Verdict("refused clearly", detail)
    if not said:
        return Verdict("bare internal", detail)
    if of_check:
        return Verdict("refused clearly", detail)
    return Verdict("refused unclearly", detail)


@contextlib.contextmanager
def limited():
    """Raise HungError after ten seconds of the processor, or a minute of the clock."""

    def stop(number, frame):
        raise HungError

    timers = [
        (signal.ITIMER_PROF, signal.SIGPROF, CPU_SECONDS),
        (signal.ITIMER_REAL, signal.SIGALRM, WALL_SECONDS),
    ]
    before = [signal.signal(number, stop) for _, number, _ in timers]
    try:
        for timer, _, seconds in timers:
            signal.setitimer(timer, seconds)
        yield
    finally:
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def shortly(answer):
    """Describe an answer in a few words."""
    return " ".join(repr(answer).split())[:120]


def differs(answer, sound, where=""):
    """Return how two answers differ, empty if they are the same."""
    if isinstance(sound, dict):
        if not isinstance(answer, dict) or list(answer) != list(sound):
            return f"{where} keys {list(answer)}, not {list(sound)}"
        found = (differs(answer[name], sound[name], f"{where}/{name}") for name in sound)
        return next(filter(None, found), "")
    if isinstance(sound, list | tuple):
        if len(answer) != len(sound):
            return f"{where} length {len(answer)}, not {len(sound)}"
        found = (differs(one, other, where) for one, other in zip(answer, sound, strict=True))
        return next(filter(None, found), "")
    answer, sound = as_plain_array(answer), as_plain_array(sound)
    if answer.shape != sound.shape:
        return f"{where} shape {answer.shape}, not {sound.shape}"
    if sound.dtype.kind in "fc":
        equal = np.isclose(answer.astype(float), sound, rtol=1e-3, atol=1e-3, equal_nan=True)
    else:
        equal = np.array(
            [str(one) == str(other) for one, other in zip(answer.ravel(), sound.ravel(), strict=True)]
        )
    return (
        ""
        if equal.all()
        else f"{where} {np.ravel(answer)[~equal.ravel()][:3]}, not {np.ravel(sound)[~equal.ravel()][:3]}"
    )


def as_plain_array(values):
    """Return an answer as an array, of floats where it holds numbers."""
    if scipy.sparse.issparse(values):
        values = values.toarray()
    values = values.to_numpy() if isinstance(values, pd.DataFrame | pd.Series) else np.asarray(values)
    return values.astype(float) if values.dtype.kind in "fiub" else values
