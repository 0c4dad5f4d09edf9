"""run_jobs: results in order, progress on standard error only if asked for."""

import pytest
from joblib import parallel_config
from sklearn.utils.parallel import delayed

from sklearn_raters._parallel import run_jobs


@pytest.mark.parametrize("verbose", [0, 1])
def test_results_are_in_the_order_of_the_jobs(verbose, capsys):
    jobs = [delayed(divmod)(number, 4) for number in range(9)]
    with parallel_config(backend="threading"):
        results = run_jobs(jobs, len(jobs), n_jobs=2, description="dividing", verbose=verbose)
    assert results == [divmod(number, 4) for number in range(9)]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert ("dividing" in shown.err) == bool(verbose)
