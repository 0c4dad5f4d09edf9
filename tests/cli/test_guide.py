"""The guide is built from the package's docstrings, and names every public name."""

import ast
import importlib
import pkgutil
import re
import shlex
import sys
from textwrap import dedent

import joblib
import numpy as np
import pytest
import soundfile

from sklearn_raters import cli, guide
from sklearn_raters.cli import _guide
from sklearn_raters.cli._parser import parse

# Code of the chapters that doctest does not run: it needs recordings or a cluster, or is for a shell.
INDENTED = [
    (chapter.name, dedent(block))
    for chapter in pkgutil.iter_modules(guide.__path__)
    for text in [importlib.import_module(f"{guide.__name__}.{chapter.name}").__doc__]
    for block in re.findall(r"(?:^    .+\n)+", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
]
COMMANDS = [(name, block) for name, block in INDENTED if block.startswith("sklearn-raters ")]
CODE = [(name, block) for name, block in INDENTED if not block.startswith("sklearn-raters ")]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guide")
    assert cli.main(["guide", "--out", str(folder), "--no-browser"]) == 0
    return folder


def test_every_link_of_the_guide_leads_to_a_page(pages):
    for page in pages.rglob("*.html"):
        for link in re.findall(r'href="([^"#:$]+)[#"]', page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_pictures_are_drawn_by_the_code_of_their_chapter(pages):
    html = (pages / "sklearn_raters" / "guide" / "first_hour.html").read_text(encoding="utf-8")
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', html)
    assert [name for name, _ in pictures] == ["class_use.svg", "agreement.svg", "comparison.svg"]
    for name, _ in pictures:
        assert "<svg" in (pages / "sklearn_raters" / "guide" / name).read_text(encoding="utf-8")


def test_chapters_show_their_code_without_marks_of_the_source(pages):
    chapters = list((pages / "sklearn_raters" / "guide").glob("*.html"))
    assert len(chapters) == 9
    for chapter in chapters:
        html = chapter.read_text(encoding="utf-8")
        assert "```" not in html
        assert "<h1" in html


def test_public_names_have_an_entry(pages):
    for name in _guide.MODULES[1:]:
        module = importlib.import_module(name)
        html = (pages / f"{name.replace('.', '/')}.html").read_text(encoding="utf-8")
        missing = [thing for thing in getattr(module, "__all__", []) if f'id="{thing}"' not in html]
        assert missing == [], name


def test_without_pdoc_the_extra_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pdoc", None)
    assert cli.main(["guide"]) == 2
    assert "pip install 'sklearn-raters[guide]'" in capsys.readouterr().err


@pytest.mark.parametrize(("chapter", "command"), COMMANDS)
def test_commands_of_the_guide_can_be_parsed(chapter, command):
    for line in command.splitlines():
        parse(shlex.split(line, comments=True)[1:])


@pytest.mark.parametrize(("chapter", "code"), CODE)
def test_code_of_the_guide_that_is_not_run_names_what_there_is(chapter, code):
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("sklearn_raters"):
            module = importlib.import_module(node.module)
            assert [name.name for name in node.names if not hasattr(module, name.name)] == []


def test_the_code_on_recordings_of_ones_own_runs(tmp_path, monkeypatch):
    (code,) = (code for chapter, code in CODE if chapter == "first_hour")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recordings").mkdir()
    for name in "ab":
        noise = np.random.default_rng(ord(name)).normal(scale=0.1, size=8000)
        soundfile.write(tmp_path / "recordings" / f"{name}.wav", noise, 16000)
    rows = ["sample,rater,label,speaker", "b,ann,sad,s1", "a,ann,calm,s1", "a,bob,sad,s1"]
    (tmp_path / "votes.csv").write_text("\n".join(rows))
    found = {}
    with joblib.parallel_config("threading"):
        exec(code, found)
    assert found["X"].shape == (2, 988)
    assert found["corpus"].Y.shape == (2, 2)
    np.testing.assert_allclose(found["X"].mean(axis=0), 0, atol=1e-5)


def test_without_a_folder_each_run_has_pages_of_its_own(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sklearn_raters.cli._guide.build_guide", lambda folder: folder / "guide.html")
    for _ in range(2):
        assert cli.main(["guide", "--no-browser"]) == 0
    pages = capsys.readouterr().out.split()
    assert len(set(pages)) == 2
    assert all(page.startswith(str(tmp_path / "sklearn_raters_guide_")) for page in pages)
