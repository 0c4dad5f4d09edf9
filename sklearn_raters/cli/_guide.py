"""The guide as pages of HTML, made from the package's docstrings by pdoc."""

import importlib
import tempfile
import webbrowser
from pathlib import Path

from sklearn_raters._files import full_path

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
        If pdoc is not installed.
    """
    try:
        import pdoc
        import pdoc.render
    except ImportError as error:
        message = "The guide needs pdoc, which is not installed: pip install 'sklearn-raters[guide]'."
        raise ImportError(message) from error
    for name in MODULES:
        module = importlib.import_module(name)
        for public in getattr(module, "__all__", ()):
            getattr(module, public)  # loads what is loaded at first use, of which pdoc knows nothing
    pdoc.render.configure(docformat="numpy", show_source=False, math=False)
    pdoc.pdoc(*MODULES, output_directory=folder)
    return folder / "sklearn_raters" / "guide.html"


def guide(options):
    """Carry out ``sklearn-raters guide``; return the exit status."""
    folder = Path(tempfile.gettempdir()) / "sklearn_raters_guide" if options.out is None else options.out
    page = build_guide(full_path(folder))
    print(page)
    if not options.no_browser:
        webbrowser.open(page.as_uri())
    return 0
