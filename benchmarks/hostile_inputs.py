"""Hostile inputs at every public entry point, judged by the oracle of tests/fuzz: what became of them.

`PYTHONPATH=.:tests python benchmarks/hostile_inputs.py` runs all cases and writes results/fuzz.csv;
`--quick` runs a tenth.
"""

import argparse
import collections
import os
import tempfile
from pathlib import Path

import joblib
import pandas as pd
from _report import report

from fuzz.cases import all_cases, run
from fuzz.oracle import ACCEPTED, VERDICTS


def judge_part(numbers, n_cases, seed):
    """Return the verdicts of some of the cases."""
    cases = all_cases(n_cases, seed)
    os.chdir(tempfile.mkdtemp())  # where parameters such as memory="nonsense" make folders
    return [
        (cases[number].target.area, cases[number].name, *run(cases[number], number)) for number in numbers
    ]


def main():
    """Run the cases and report how many of each entry point ended how."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--name", default="fuzz", help="name of the table in results")
    parser.add_argument("--list", type=Path, help="file to write every case that was not accepted to")
    options = parser.parse_args()
    n_cases = options.cases // 10 if options.quick else options.cases
    parts = [range(start, n_cases, 40) for start in range(40)]
    jobs = (joblib.delayed(judge_part)(part, n_cases, options.seed) for part in parts)
    judged = [one for part in joblib.Parallel(options.jobs)(jobs) for one in part]
    faults = sorted(one for one in judged if one[2] not in ACCEPTED)
    for area, name, kind, detail in faults:
        print(f"{kind}: {area}: {name}: {detail}")
    if options.list:
        options.list.write_text("".join("\t".join(map(str, fault)) + "\n" for fault in faults))
    counts = collections.Counter((area, kind) for area, _, kind, _ in judged)
    areas = sorted({area for area, _ in counts})
    table = pd.DataFrame([[counts[area, kind] for kind in VERDICTS] for area in areas], areas, VERDICTS)
    table.loc["all"] = table.sum()
    table.insert(0, "cases", table.sum(axis=1))
    report(table.rename_axis("entry points"), options.name, quick=options.quick)


if __name__ == "__main__":
    main()
