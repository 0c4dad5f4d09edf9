"""Every public object is documented in numpydoc form, by the checks of pyproject.toml."""

import subprocess
import sys


def test_numpydoc_finds_no_fault(project):
    files = sorted(str(path) for path in (project / "sklearn_raters").rglob("*.py"))
    done = subprocess.run(
        [sys.executable, "-m", "numpydoc", "lint", *files],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
