"""The guide as pages of HTML, made from the package's docstrings by pdoc, its pictures by their code."""

import doctest
import importlib
import pkgutil
import re
import tempfile
import webbrowser

from sklearn_raters._files import full_path
from sklearn_raters._optional import import_optional
from sklearn_raters.plots import as_svg

# ![What it shows](name.svg), where `name` is a display in the code of the chapter.
_PICTURE = re.compile(r"!\[[^\]]+\]\((\w+)\.svg\)")

MODULES = (
    "sklearn_raters",
    *(
        f"sklearn_raters.{name}"
        for name in (
            "guide",
            "ratings",
            "consensus",
            "features",
            "networks",
            "stacking",
            "soft_targets",
            "calibration",
            "metrics",
            "model_selection",
            "plots",
            "report",
            "datasets",
            "persistence",
            "estimator_checks",
            "exceptions",
        )
    ),
)


def build_guide(folder):
    """Write the guide and the description of every public name.

    Parameters
    ----------
    folder : Path
        Folder for the pages; it is made if it is missing.

    Returns
    -------
    Path
        The guide's first page.

    Raises
    ------
    ImportError
        If pdoc or matplotlib is not installed.
    """
    pdoc = import_optional("pdoc", "The guide needs pdoc", "guide")
    for name in MODULES:
        module = importlib.import_module(name)
        for public in getattr(module, "__all__", ()):
            getattr(module, public)  # pdoc does not load names that are loaded at first use
    pdoc.render.configure(docformat="numpy", show_source=False, math=False)
    pdoc.pdoc(*MODULES, output_directory=folder)
    guide = importlib.import_module("sklearn_raters.guide")
    for chapter in pkgutil.iter_modules(guide.__path__, "sklearn_raters.guide."):
        draw_pictures(importlib.import_module(chapter.name).__doc__, folder / "sklearn_raters" / "guide")
    return folder / "sklearn_raters" / "guide.html"


def draw_pictures(text, folder):
    """
    Run the code of a chapter, and write the displays that it shows as SVG files.

    Parameters
    ----------
    text : str
        The chapter.
    folder : Path
        Folder of the chapter's page.
    """
    names = _PICTURE.findall(text)
    code = "".join(example.source for example in doctest.DocTestParser().get_examples(text))
    made = {}

    def draw_first():
        exec(compile(code, "<chapter>", "exec"), made)
        return made[names[0]]

    for name in names:
        svg, _ = as_svg(made[name].plot if made else draw_first)
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")


def guide(options):
    """Carry out ``sklearn-raters guide``; return the exit status."""
    # A fixed name would belong to the first user of the machine.
    folder = tempfile.mkdtemp(prefix="sklearn_raters_guide_") if options.out is None else options.out
    page = build_guide(full_path(folder))
    print(page)
    if not options.no_browser:
        webbrowser.open(page.as_uri())
    return 0
