"""What every test shares: one thread a worker, a hypothesis profile, recorded speech."""

import os
import signal

# pytest-xdist already uses every core; set before numpy and torch are imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

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
def rated_data():
    """Return the folder of the recorded and rated corpora; skip the test where there is none."""
    folder = Path(os.environ.get("SKLEARN_RATERS_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no rated corpora in {folder}: let SKLEARN_RATERS_DATA name their folder")
    return folder.resolve()


@pytest.fixture(scope="session")
def speechocean762(rated_data):
    """Return the folder of the recorded subset of speechocean762."""
    return rated_data / "speechocean762"


@pytest.fixture
def no_pictures(monkeypatch):
    """Leave out the pictures of reports, which take a second."""
    monkeypatch.setattr("sklearn_raters.report._pictures.as_svg", lambda draw: ("<svg/>", None))
