"""Documentation is numpydoc's: everything by the checks of pyproject.toml, what is public by more."""

import importlib
import inspect
import subprocess
import sys

import pytest
from numpydoc.validate import validate

PUBLIC_MODULES = [
    "sklearn_raters",
    "sklearn_raters.consensus",
    "sklearn_raters.datasets",
    "sklearn_raters.metrics",
    "sklearn_raters.model_selection",
    "sklearn_raters.persistence",
    "sklearn_raters.ratings",
]
# Beyond pyproject.toml's checks: every parameter is documented, in order, and every result.
STRICT = {"GL08", "PR01", "PR02", "PR03", "RT01"}
# Inherited from scikit-learn, whose documentation is scikit-learn's.
OWN = "sklearn_raters"


def public_objects():
    """Return the dotted names of the public functions, classes and their methods."""
    names = {}
    for module_name in PUBLIC_MODULES:
        module = importlib.import_module(module_name)
        listed = getattr(module, "__all__", None) or vars(module)
        for name in listed:
            thing = getattr(module, name)
            if name.startswith("_") or not callable(thing) or not thing.__module__.startswith(OWN):
                continue
            if "__all__" not in vars(module) and thing.__module__ != module_name:
                continue
            names[f"{thing.__module__}.{name}"] = None
            if inspect.isclass(thing):
                methods = inspect.getmembers(thing, inspect.isfunction)
                for method, function in methods:
                    if not method.startswith("_") and function.__module__.startswith(OWN):
                        names[f"{thing.__module__}.{name}.{method}"] = None
    return list(names)


@pytest.mark.parametrize("name", public_objects())
def test_public_objects_document_their_parameters_and_results(name):
    errors = [f"{code}: {told}" for code, told in validate(name)["errors"] if code in STRICT]
    assert not errors


def test_numpydoc_finds_no_fault(project):
    files = sorted(str(path) for path in (project / "sklearn_raters").rglob("*.py"))
    done = subprocess.run(
        [sys.executable, "-m", "numpydoc", "lint", *files], cwd=project, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
