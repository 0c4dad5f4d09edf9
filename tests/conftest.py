"""What every test shares: one thread a worker, a hypothesis profile, recorded speech, made ratings."""

import os
import signal

# pytest-xdist already uses every core; set before numpy and torch are imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

PROJECT = Path(__file__).resolve().parents[1]

# Deadlines measure the machine's load, not the code; the same examples on every run.
settings.register_profile(
    "tests", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")

# A shell lets what it starts in the background ignore Ctrl-C, and its children with it: CI may be such.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def project():
    """Return the project's root folder."""
    return PROJECT


@pytest.fixture(scope="session")
def speechocean762():
    """Return the folder of the recorded subset of speechocean762; skip the test where there is none."""
    data = Path(os.environ.get("SKLEARN_RATERS_DATA", PROJECT.parent / "shared" / "data"))
    folder = data / "speechocean762"
    if not folder.is_dir():
        pytest.skip(f"no recorded speech in {folder}: let SKLEARN_RATERS_DATA name the folder above it")
    return folder


@pytest.fixture(scope="session")
def rated_data():
    """Return a maker of two features, three raters who label by the first one's thirds, and groups."""

    def make(n_samples=90):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(n_samples, 2))
        truth = np.digitize(X[:, 0], [-0.4, 0.4])
        guess = rng.integers(3, size=(n_samples, 3))
        ratings = np.where(rng.random((n_samples, 3)) < 0.75, truth[:, None], guess)
        Y = np.array(["low", "mid", "top"], dtype=object)[ratings]
        Y[rng.random(Y.shape) < 0.2] = None
        return X, pd.DataFrame(Y, columns=["E1", "E2", "E3"]), np.arange(n_samples) % 6

    return make
