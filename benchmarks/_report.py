"""Print the table of a benchmark and write it to a CSV that describes the machine."""

import platform
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn
import torch

RESULTS = Path(__file__).resolve().parent / "results"


def processor():
    """Return the name of the processor."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        names = [line.partition(":")[2] for line in listing.read_text().splitlines() if "model name" in line]
        if names:
            return names[0].strip()
    return platform.processor() or platform.machine()


def machine():
    """Describe the machine: processor, cores, threads and versions."""
    return {
        "processor": processor(),
        "cores": joblib.cpu_count(),
        "torch_threads": torch.get_num_threads(),
        "accelerator": torch.cuda.get_device_name() if torch.cuda.is_available() else "none",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "scikit_learn": sklearn.__version__,
        "numpy": np.__version__,
    }


def report(table, name, *, quick=False):
    """Print a table and write it to results/<name>.csv, with the machine's description in additional columns.

    Quick runs go to results/<name>_quick.csv, so that they never replace measured results.
    """
    with pd.option_context("display.width", 250, "display.max_columns", None, "display.max_rows", None):
        print(table.to_string(float_format=lambda value: f"{value:,.3f}"), flush=True)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}{'_quick' if quick else ''}.csv"
    table.assign(**machine()).to_csv(path, float_format="%.5g")
    print(f"written: {path}")
