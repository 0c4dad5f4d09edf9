"""The guide is built from the package's docstrings, and names every public name."""

import builtins
import importlib
import re

import pytest

from sklearn_raters import cli
from sklearn_raters.cli import _guide


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
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.partition(".")[0] == "pdoc":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    assert cli.main(["guide"]) == 2
    assert "pip install 'sklearn-raters[guide]'" in capsys.readouterr().err
