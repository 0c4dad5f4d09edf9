"""run_jobs: results in order, progress on standard error only if asked for, killed workers named."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool

import pytest
from joblib import delayed, parallel_config

from sklearn_raters._parallel import run_jobs


@pytest.mark.parametrize("verbose", [0, 1])
def test_results_are_in_the_order_of_the_jobs(verbose, capsys):
    jobs = [delayed(divmod)(number, 4) for number in range(9)]
    with parallel_config(backend="threading"):
        results = run_jobs(jobs, list("abcdefghi"), n_jobs=2, description="dividing", verbose=verbose)
    assert results == [divmod(number, 4) for number in range(9)]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert ("dividing" in shown.err) == bool(verbose)


def end(kill):
    if kill:
        os.kill(os.getpid(), signal.SIGKILL)


def test_the_error_of_a_killed_worker_names_what_it_did():
    jobs = [delayed(end)(number == 2) for number in range(3)]
    with pytest.raises(BrokenProcessPool, match=r"killed during .*the view 'c'.* lower n_jobs=2"):
        run_jobs(jobs, [f"the view {name!r}" for name in "abc"], n_jobs=2, description="", verbose=0)
