"""A tenth of the fuzz: no hostile input gets a wrong answer, an unclear refusal, a fault inside or none.

FUZZ_CASES sets the number of cases; `benchmarks/hostile_inputs.py` runs all and prints the table.
"""

import os

import pytest

from fuzz.cases import all_cases, run
from fuzz.oracle import ACCEPTED

N_CASES, N_PARTS = int(os.environ.get("FUZZ_CASES", "500")), 10


@pytest.mark.slow
@pytest.mark.parametrize("part", range(N_PARTS))
def test_hostile_inputs_are_answered_rightly_or_refused_clearly(part, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cases = all_cases(N_CASES)
    judged = {cases[number].name: run(cases[number], number) for number in range(part, N_CASES, N_PARTS)}
    faults = [f"{name}: {verdict}" for name, verdict in judged.items() if verdict.kind not in ACCEPTED]
    assert not faults, "\n".join(faults)
