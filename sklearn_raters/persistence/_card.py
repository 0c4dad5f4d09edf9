"""The model card: what a person should know about a saved model, in Markdown."""

from sklearn.pipeline import Pipeline

from sklearn_raters._nested import innermost, is_search
from sklearn_raters.persistence._inside import inside

# By a word in the description of the front end.
_LICENCES = {
    "opensmile": "The features are computed by openSMILE, which is under the audEERING Research License "
    "Agreement: it allows non-commercial use. Products, also with features that it extracted, need its "
    "commercial licence.",
    "spectral": "The features are computed by kaldi-native-fbank, which is under the Apache License 2.0: "
    "products may use them.",
}


def make_card(model, versions, foreign, notes):
    """
    Describe a fitted model.

    Parameters
    ----------
    model : estimator
        The fitted model.
    versions : dict of str to str
        Versions of the libraries, by name.
    foreign : list of str
        Types in the model that whoever loads it must trust by name.
    notes : dict of str to str
        What the model does not know itself: text by the heading of its section.

    Returns
    -------
    str
        Markdown.
    """
    inner = innermost(model)
    sections = {
        "Model": _code(repr(model)),
        "Front end": _front_end(model),
        "Classes": _listed(inner, "classes_"),
        "Raters": _raters(inner),
        "Scores": _scores(model),
    }
    for heading, text in notes.items():
        sections[heading] = "\n\n".join(filter(None, [sections.get(heading), str(text)]))
    front_end = str(sections["Front end"]).lower()
    licences = [licence for word, licence in _LICENCES.items() if word in front_end]
    sections["Licence of the features"] = "\n\n".join(licences)
    libraries = ", ".join(f"{name} {version}" for name, version in versions.items())
    how = f"`sklearn_raters.persistence.load(path)` reads this file. It was written with {libraries}."
    if foreign:
        how += f" The model holds types of its own, which `trusted=[...]` must name: {', '.join(foreign)}."
    sections["Use"] = how
    text = "\n\n".join(f"## {heading}\n\n{content}" for heading, content in sections.items() if content)
    return f"# {type(inner).__name__}\n\n{text}\n"


def _code(text):
    return f"```text\n{text}\n```"


def _listed(inner, name):
    values = getattr(inner, name, None)
    return "" if values is None else ", ".join(map(str, values))


def _raters(inner):
    """Name the raters, with the number of samples that each view of a stack has learnt from."""
    if not hasattr(inner, "view_rows_"):
        return _listed(inner, "raters_")
    rows = [f"| {name} | {len(rows)} |" for name, rows in zip(inner.views_, inner.view_rows_, strict=True)]
    return "\n".join(["| View | Samples |", "|---|---|", *rows])


def _front_end(model):
    """List the steps of a pipeline before its last one."""
    steps = []
    for thing in inside(model):
        if isinstance(thing, Pipeline):
            steps += [repr(step) for _, step in thing.steps[:-1] if repr(step) not in steps]
    return "\n".join(f"- `{' '.join(step.split())}`" for step in steps)


def _scores(model):
    """Name the score that a search has found, and its parameters."""
    if not is_search(model) or not hasattr(model, "best_score_"):
        return ""
    scoring = model.scoring if model.scoring is not None else "the estimator's own score"
    found = ", ".join(f"{name}={value!r}" for name, value in model.best_params_.items())
    return f"Mean over the search's folds: {model.best_score_:.4f} ({scoring}), with {found}."
