"""What every test shares: one thread a worker, a hypothesis profile, the recorded speech."""

import os

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


@pytest.fixture(scope="session")
def project():
    """Return the project's root folder."""
    return PROJECT


@pytest.fixture(scope="session")
def shared_data():
    """Return the folder of recorded speech: SKLEARN_RATERS_DATA, or ../shared/data."""
    named = os.environ.get("SKLEARN_RATERS_DATA")
    folder = Path(named) if named else PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        if named:
            pytest.fail(f"SKLEARN_RATERS_DATA names {folder}, which is not a folder")
        pytest.skip(f"no recorded speech at {folder}; name its folder in SKLEARN_RATERS_DATA")
    return folder
