"""The whole page: check what it needs, prepare its parts, fill the template, write the file."""

import hashlib
import os
from base64 import b64encode
from importlib.resources import files
from numbers import Integral

from sklearn_raters._align import align_samples
from sklearn_raters._files import check_writable, replacing
from sklearn_raters._optional import import_optional
from sklearn_raters._sklearn_compat import Interval, checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import as_task, inspect_ratings
from sklearn_raters.report._models import model_part
from sklearn_raters.report._raters import rater_part
from sklearn_raters.report._samples import sample_part
from sklearn_raters.report._versions import installed_versions

# Bytes of a page.
_LARGEST = 20_000_000
# Raters in a picture that can still be read.
_MOST_RATERS = 100


def check_report(path=None):
    """
    Check that a report can be made, before a long computation of what it shows.

    Parameters
    ----------
    path : str, path-like or None, default=None
        The file to write; None checks the libraries only.

    Raises
    ------
    ImportError
        If jinja2 or matplotlib is not installed.
    InputError
        If the name of the file does not end in ``.html``.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> from sklearn_raters.report import check_report
    >>> check_report()
    """
    for name in ("jinja2", "matplotlib"):
        import_optional(name, f"A report needs {name}", "report")
    if path is None:
        return
    if not os.fspath(path).lower().endswith((".html", ".htm")):
        raise InputError(f"{os.fspath(path)} does not end in .html: name such a file.")
    check_writable(path)


@checked_parameters(
    {
        "path": [str, os.PathLike, None],
        "title": [str],
        "command": [str, None],
        "summary": [str, None],
        "max_raters": [Interval(Integral, 1, _MOST_RATERS, closed="both")],
        "max_samples": [Interval(Integral, 0, 200, closed="both")],
    }
)
def make_report(
    Y,
    path=None,
    *,
    comparison=None,
    inspection=None,
    audio=None,
    texts=None,
    title="Raters",
    command=None,
    summary=None,
    max_raters=50,
    max_samples=30,
):
    """
    Make a report of raters, and of a comparison of models: one HTML page that needs no other file.

    The page holds its style, its pictures, its recordings and a small script that sorts and filters tables;
    it opens without network. Names and texts are shown as they are, never read as HTML. The page says how
    many rows, raters and samples it leaves out; to stay below 20 MB it shows fewer samples.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    path : str, path-like or None, default=None
        The file to write; ``~`` is expanded, and a file that exists is replaced. None returns the page.
    comparison : Comparison or None, default=None
        Models that were compared on these ratings, as `sklearn_raters.model_selection.compare` returns them
        with ``return_comparison=True``.
    inspection : Bunch or None, default=None
        Result of `sklearn_raters.ratings.inspect_ratings` on these ratings; None calls it with its defaults.
    audio : sequence of n_samples or None, default=None
        Recordings of the samples, as `sklearn_raters.features.read_audio` takes them. The page holds those of
        the samples that it shows, up to 30 s each and 8 MB together.
    texts : sequence of n_samples str or None, default=None
        Texts of the samples.
    title : str, default="Raters"
        Heading of the page.
    command : str or None, default=None
        The command that repeats the report.
    summary : str or None, default=None
        Sentences on what the comparison means, above its table.
    max_raters : int, default=50
        Number of raters with a page of their own and a place in pictures, those who rated most samples; at
        most 100.
    max_samples : int, default=30
        Number of samples that are shown with their recording or text, those that split the raters most; at
        most 200.

    Returns
    -------
    str or None
        The page, if there is no path.

    Raises
    ------
    ImportError
        If jinja2 or matplotlib is not installed.
    InputError
        If no vote is for a class, the title is empty, or there is not one recording or text for each sample.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> from sklearn_raters.report import make_report
    >>> page = make_report([["calm", "sad"], ["sad", "sad"], ["calm", "calm"]], title="Three clips")
    >>> "<h1>Three clips</h1>" in page
    True
    """
    check_report(path)
    if not title.strip():
        raise InputError("title is empty: give the heading of the page.")
    task = as_task(Y)
    audio, texts = _shown("audio", audio, task), _shown("texts", texts, task)
    if inspection is None:
        ordered = comparison is not None and "wasserstein" in comparison.table
        inspection = inspect_ratings(task, ordered=ordered, samples=task.index, random_state=0)
    parts = {
        "title": title,
        "command": command,
        "summary": summary,
        "raters": rater_part(inspection, task, max_raters),
        "models": None if comparison is None else model_part(comparison),
        "versions": installed_versions() if comparison is None else comparison.versions,
    }
    for n_shown in (max_samples, max_samples // 4, 0):
        samples = sample_part(inspection, task, comparison, audio, texts, n_shown)
        page = _render(**parts, samples=samples, asked=max_samples)
        if len(page.encode("utf-8", "replace")) <= _LARGEST:
            break
    if path is None:
        return page
    with replacing(path) as partial:
        partial.write_bytes(page.encode("utf-8", "replace"))  # half a letter in a name has no bytes
    return None


def _shown(name, values, task):
    """Return what each sample shows as a list, in the order of the ratings."""
    if values is None:
        return None
    if isinstance(values, str | bytes) or not hasattr(values, "__len__"):
        raise InputError(f"{name} is {values!r:.80}: give a list with one for each sample.")
    if hasattr(values, "columns"):
        raise InputError(f"{name} is a table: give the column that holds them.")
    _, values = align_samples(Y=task, **{name: values})
    return list(values)


def _render(**parts):
    """Fill the template."""
    import jinja2

    own = files("sklearn_raters.report")
    # Only the template, the style and the script of this package are taken as HTML; all else is escaped.
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(own.joinpath("page.html").read_text(encoding="utf-8"))
    script = own.joinpath("page.js").read_text(encoding="utf-8")
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return template.render(
        **parts, style=own.joinpath("page.css").read_text(encoding="utf-8"), script=script, script_hash=digest
    )
