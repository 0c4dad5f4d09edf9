"""Docstrings follow numpydoc: all files by the checks of pyproject.toml, public names by stricter ones."""

import doctest
import importlib
import inspect
import subprocess
import sys

import pytest
from numpydoc.validate import validate

from sklearn_raters import datasets

PACKAGE = "sklearn_raters"
PUBLIC_MODULES = [
    "sklearn_raters",
    "sklearn_raters.calibration",
    "sklearn_raters.consensus",
    "sklearn_raters.datasets",
    "sklearn_raters.features",
    "sklearn_raters.metrics",
    "sklearn_raters.model_selection",
    "sklearn_raters.networks",
    "sklearn_raters.persistence",
    "sklearn_raters.plots",
    "sklearn_raters.ratings",
    "sklearn_raters.report",
    "sklearn_raters.sequences",
    "sklearn_raters.soft_targets",
    "sklearn_raters.stacking",
]
# Beyond the checks of pyproject.toml: every parameter is documented, in order, and every result.
STRICT = {"GL08", "PR01", "PR02", "PR03", "RT01"}


def is_ours(thing):
    """Tell whether the package defines a function or class, not a library that it imports from."""
    return thing.__module__.partition(".")[0] == PACKAGE


def public_names(module):
    """Return what a module offers: the names in `__all__`, or else the functions and classes it defines."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_") and callable(thing) and thing.__module__ == module.__name__
    ]


def public_objects():
    """Return the dotted names of the public functions, classes and their methods, where they are defined."""
    names = {}
    for module in map(importlib.import_module, PUBLIC_MODULES):
        for name in public_names(module):
            thing = getattr(module, name)
            if not (inspect.isclass(thing) or inspect.isfunction(thing)):
                continue  # a constant, or a scorer made of a documented function
            assert is_ours(thing), f"{module.__name__}.{name} is defined in {thing.__module__}"
            path = f"{thing.__module__}.{thing.__qualname__}"
            names[path] = None
            if inspect.isclass(thing):
                # Inherited from scikit-learn: documented there.
                methods = inspect.getmembers(thing, inspect.isfunction)
                names |= {f"{path}.{key}": None for key, f in methods if key[0] != "_" and is_ours(f)}
    return list(names)


def test_every_public_module_offers_something():
    assert [name for name in PUBLIC_MODULES if not public_names(importlib.import_module(name))] == []


@pytest.mark.parametrize("name", public_objects())
def test_public_objects_document_their_parameters_and_results(name):
    errors = [f"{code}: {message}" for code, message in validate(name)["errors"] if code in STRICT]
    assert errors == []


@pytest.mark.parametrize("name", [name for name in datasets.__all__ if name.startswith(("load_", "fetch_"))])
def test_the_example_of_a_corpus_shows_what_it_gives(name):
    examples = doctest.DocTestParser().get_examples(getattr(datasets, name).__doc__)
    assert all(example.want for example in examples if example.source.startswith("corpus."))


def test_numpydoc_finds_no_fault(project):
    files = sorted(str(path) for path in (project / PACKAGE).rglob("*.py"))
    run = subprocess.run(
        [sys.executable, "-m", "numpydoc", "lint", *files], cwd=project, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
