"""A library of an extra that is missing or broken is named with what installs it."""

import pytest

from sklearn_raters._optional import import_optional


def test_a_library_that_is_there_but_fails_is_told_with_its_own_words(tmp_path, monkeypatch):
    (tmp_path / "too_old.py").write_text("raise ImportError('numpy 2 is needed')")
    monkeypatch.syspath_prepend(tmp_path)
    told = r"Plots need too_old, which cannot be imported \(numpy 2 is needed\): pip install '.*\[plot\]'\.$"
    with pytest.raises(ImportError, match=told):
        import_optional("too_old", "Plots need too_old", "plot")
