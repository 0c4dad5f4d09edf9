"""run_jobs: results in order, progress on standard error only if asked for, killed workers named."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest
from joblib import delayed, parallel_config

from made import X, Y, small_stack
from sklearn_raters._parallel import moved_once, run_jobs
from sklearn_raters.stacking._training import SharedSequences


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


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed")
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**settings) as cluster, distributed.Client(cluster) as client:
        yield client


@pytest.fixture
def sent(monkeypatch):
    """Return a list of the bytes of all messages that leave this process: to scheduler and workers."""
    tcp = pytest.importorskip("distributed.comm.tcp")
    write, sizes = tcp.TCP.write, []

    async def counted(self, *args, **kwargs):
        sizes.append(await write(self, *args, **kwargs))
        return sizes[-1]

    monkeypatch.setattr(tcp.TCP, "write", counted)
    return sizes


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of other versions of the cluster's libraries
@pytest.mark.parametrize("form", [np.asarray, SharedSequences], ids=["table", "sequences"])
def test_a_cluster_gets_an_argument_of_two_runs_once_a_worker(client, sent, form):
    values = form(np.random.default_rng(0).normal(size=(400, 50, 10)))
    n_bytes = 400 * 50 * 10 * 8
    with parallel_config("dask"), moved_once(values):
        for _ in range(2):
            jobs = [delayed(len)(values) for _ in range(5)]
            assert run_jobs(jobs, list("abcde"), n_jobs=2, description="", verbose=0) == [400] * 5
    # To the scheduler, and from there to the workers, which may also copy from each other.
    assert 2 * n_bytes < sum(sent) < 3.2 * n_bytes


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_fits_the_same_stack_and_gets_the_samples_once(client, sent):
    wide = np.tile(X, 400)
    plain = small_stack().fit(wide, Y)
    with parallel_config("dask"):
        on_cluster = small_stack().fit(wide, Y)
    np.testing.assert_array_equal(on_cluster.predict_proba(wide), plain.predict_proba(wide))
    assert sum(sent) < 3.2 * wide.nbytes + 15 * 1e6


@pytest.mark.parametrize("n_done", [0, 5])
def test_the_progress_counts_what_was_done_before(n_done, capsys):
    jobs = [delayed(divmod)(number, 4) for number in range(2)]
    run_jobs(jobs, list("ab"), n_jobs=1, description="dividing", verbose=1, done=n_done)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == f"dividing: {n_done} of {n_done + 2} done"
    assert lines[-1] == f"dividing: {n_done + 2} of {n_done + 2} done"


def test_what_is_all_done_before_does_not_stand_at_nothing(capsys):
    assert run_jobs([], [], n_jobs=1, description="reading", verbose=1, done=7) == []
    assert capsys.readouterr().err == "reading: 7 of 7 done\n"
