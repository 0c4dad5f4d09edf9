"""The time limit, which lets running trainings end, and the journal of finished trainings."""

import time

import pytest
from joblib import delayed

from sklearn_raters._parallel import TimeLimitReached, check_time, run_jobs, tell_finished, time_limit
from sklearn_raters._parallel._watch import read_journal, watched


def train_thrice(path):
    for number in range(3):
        check_time()
        time.sleep(0.2)
        with open(path, "a") as file:
            file.write(f"{number}\n")


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_time_limit_stops_all_jobs_between_two_trainings(tmp_path, n_jobs):
    jobs = [delayed(train_thrice)(tmp_path / str(number)) for number in range(2)]
    with pytest.raises(TimeLimitReached), time_limit(0.3 / 60):
        run_jobs(jobs, ["a", "b"], n_jobs=n_jobs)
    written = [path.read_text() for path in sorted(tmp_path.iterdir())]
    assert written == (["0\n1\n"] if n_jobs == 1 else written)
    assert all(text in ("0\n", "0\n1\n") for text in written)


def test_without_a_limit_and_after_its_block_nothing_stops():
    check_time()
    with time_limit(0), time_limit(None):
        check_time()
    with time_limit(0):
        pass
    check_time()


def test_a_journal_counts_equal_trainings_once_and_skips_half_a_line(tmp_path):
    journal = tmp_path / "journal"
    with watched(journal=str(journal)):
        tell_finished("k", "Net", 10, 2.0)
        tell_finished("k", "Net", 10, 2.0, cached=True)
        tell_finished(None, "Tree", 5, 0.5)
        tell_finished(None, "Tree", 5, 0.5)
    with journal.open("a") as file:
        file.write('["half')
    assert read_journal(str(journal)) == [
        ["Net", 10, 2.0, False],
        ["Tree", 5, 0.5, False],
        ["Tree", 5, 0.5, False],
    ]
    assert read_journal(str(tmp_path / "none")) == []
