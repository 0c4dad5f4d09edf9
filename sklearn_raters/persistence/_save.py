"""Save a fitted model to a file that holds data only, and load it."""

import json
import os
import warnings
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from sklearn.exceptions import InconsistentVersionWarning, NotFittedError
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._files import check_writable, full_path, replacing
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.persistence._archive import (
    ARRAYS,
    CARD,
    MANIFEST,
    STRUCTURE,
    line_of,
    pack,
    unpack,
    versions_of,
)
from sklearn_raters.persistence._card import make_card
from sklearn_raters.persistence._content import check_content
from sklearn_raters.persistence._inside import Moment, forget_caches, inside, without_networks
from sklearn_raters.persistence._structure import to_skops, to_structure
from sklearn_raters.persistence._trusted import found, is_trusted

# Types of the names of raters, beside those of trusted types.
_OF_NAMES = (str, bytes, bool, int, float, tuple, frozenset)
_LIBRARIES = ("sklearn-raters", "scikit-learn", "numpy", "scipy", "torch", "skorch", "skops", "safetensors")


@checked_parameters({"path": [str, os.PathLike]})
def save(model, path, *, card=None):
    """
    Save a fitted model to a file that holds data only, completely or not at all.

    The file is a zip of four parts: the structure and parameters of the model in JSON, its arrays and the
    weights of its networks in the form of safetensors, a model card in Markdown, and a manifest with
    versions and checksums. It holds no pickle. A cache (`memory`) belongs to one machine and is left out, and
    so are the optimizers of networks: a model that was loaded predicts, and can be fitted anew.

    Parameters
    ----------
    model : estimator
        Any fitted estimator of this package or of scikit-learn, also pipelines and searches around them. If
        it holds what `load` does not trust, the card names it, and it must be named to `load`.
    path : str or path-like
        The file; ``~`` is expanded. A file that exists is replaced.
    card : dict of str to str, default=None
        What the model card should say beside what the model knows itself: text by heading, such as
        ``{"Data": "IEMOCAP, sessions 1 to 4", "Scores": "UAR 0.61 on session 5"}``.

    Raises
    ------
    OSError
        If the file cannot be written.
    InputError
        If the model is not fitted, or holds something that has no form without pickle, such as a lambda; or
        if a rater is named by an object of another library.

    See Also
    --------
    load : Read the model again.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters import MultiRaterStackingClassifier
    >>> from sklearn_raters.persistence import load, save
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.raters"
    >>> X = [[0.0], [1.0]] * 10
    >>> Y = [["calm", "calm"], ["sad", "calm"], ["calm", None], ["sad", "sad"]] * 5
    >>> stack = MultiRaterStackingClassifier(LogisticRegression(), random_state=0).fit(X, Y)
    >>> save(stack, path)
    >>> load(path).predict([[0.0], [1.0]]).tolist()
    ['calm', 'sad']
    """
    import skops.io

    path = check_writable(path)
    _check_fitted(model)
    _check_names(model)
    try:
        structure, arrays = to_structure(without_networks(model))
        names = skops.io.get_untrusted_types(data=to_skops(structure, arrays))
    except InputError:
        raise
    except Exception as error:  # skops and copies of foreign objects raise nearly any error
        raise InputError(
            f"{type(model).__name__} cannot be saved, since a part of it has no form without pickle "
            f"({line_of(error)}). Give it another parameter in place of this part, then fit and save it."
        ) from error
    foreign = _foreign(names)
    _check_can_be_found(foreign)
    versions = _versions()
    manifest = {"model": f"{type(model).__module__}.{type(model).__qualname__}", "versions": versions}
    parts = {
        MANIFEST: json.dumps(manifest).encode(),
        # Names of files may hold bytes that are no letters.
        CARD: make_card(model, versions, foreign, card or {}).encode(errors="backslashreplace"),
        STRUCTURE: structure,
        ARRAYS: arrays,
    }
    with replacing(path) as partial:
        partial.write_bytes(pack(parts))


@checked_parameters({"path": [str, os.PathLike]})
def load_card(path):
    """
    Read the model card of a file that `save` wrote.

    Parameters
    ----------
    path : str or path-like
        The file; ``~`` is expanded.

    Returns
    -------
    dict of str to str
        Text by heading, in Markdown.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    InputError
        If the file is not a model or is damaged.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters.persistence import load_card, save
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.raters"
    >>> save(LogisticRegression().fit([[0.0], [1.0]], ["calm", "sad"]), path, card={"Data": "two texts"})
    >>> load_card(path)["Data"]
    'two texts'
    """
    _, *sections = f"\n{unpack(full_path(path))[CARD].decode()}".split("\n## ")
    return {heading: text.strip() for heading, _, text in (section.partition("\n") for section in sections)}


@checked_parameters({"path": [str, os.PathLike]})
def load(path, *, trusted=()):
    """
    Load a model that `save` wrote, without running anything that the file could bring.

    The file is checked first: its parts, their checksums, and every type that it names. The estimators of
    this package and of scikit-learn, scikit-learn's kernels, splitters, scorers, metrics and score functions,
    torch's layers and skops's own list are trusted; others must be named by the caller. Among these are some
    of scikit-learn, such as the `KDTree` and the `BallTree` of its neighbours, which cannot be checked.

    Parameters
    ----------
    path : str or path-like
        The file; ``~`` is expanded.
    trusted : list of type, function or str, default=()
        Further types and functions that the model may hold, themselves or their full names, such as the class
        of a trunk of your own. Name only what you know: its code runs.

    Returns
    -------
    estimator
        The model; it predicts bit for bit what the saved one did, with the same versions of the libraries.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    IsADirectoryError
        If `path` is a folder.
    InputError
        If the file is not a model, is damaged, names a type that is not trusted, or is of another format than
        this version reads.

    Warns
    -----
    InputWarning
        If the model was saved with another version of scikit-learn or of this package.

    See Also
    --------
    save : Write a model.
    """
    import skops.io

    path = full_path(path)
    allowed = _names_of(trusted)
    parts = unpack(path)
    saved = versions_of(json.loads(parts[MANIFEST]))
    here = _versions()
    changed = [name for name in here if name in saved and saved[name] != here[name]]
    others = [f"{name} {saved[name]} (here {here[name]})" for name in changed]
    remedy = f"It was saved with {', '.join(others)}: install these." if others else "Save the model again."
    try:
        content = to_skops(parts[STRUCTURE], parts[ARRAYS])
    except Exception as error:  # SafetensorError has no common base with others
        raise _unreadable(path, f"{STRUCTURE} or {ARRAYS}", error, remedy) from error
    try:
        names = skops.io.get_untrusted_types(data=content)
    except Exception as error:  # a structure that skops did not write raises nearly any error
        raise _unreadable(path, STRUCTURE, error, remedy) from error
    if refused := [name for name in _foreign(names) if name not in allowed]:
        raise InputError(
            f"{path} names {', '.join(refused)}, which is not trusted, so nothing of it was loaded. If you "
            f"know who made the file and what this is, give load(path, trusted={refused!r})."
        )
    _warn_of_versions(path, saved, here)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InconsistentVersionWarning)  # warned of above
            model = skops.io.loads(content, trusted=names)
        check_content(model)
        forget_caches(model)
        _check_fitted(model)
    except Exception as error:
        raise InputError(
            f"{path} holds a model that cannot be made from its structure ({line_of(error)}). {remedy}"
        ) from error
    return model


def _check_fitted(model):
    """Raise InputError if a model is no fitted estimator."""
    name = type(model).__name__
    if isinstance(model, type) or not (hasattr(model, "fit") and hasattr(model, "get_params")):
        raise InputError(f"A model to save is a fitted estimator; this is {model!r:.80} ({name}).")
    try:
        check_is_fitted(model)
    except NotFittedError as error:
        raise InputError(f"This {name} is not fitted: call fit before it is saved.") from error


def _check_names(model):
    """Raise InputError if a rater has a name of a type that would not be loaded."""
    for thing in inside(model):
        names = getattr(thing, "__dict__", {}).get("raters_", ())
        for name in names:
            parts = [name, *(part for part in inside(name) if type(part).__module__ != "builtins")]
            kinds = {type(part) for part in parts if not isinstance(part, np.generic)}
            odd = [kind for kind in kinds if not _can_name(kind)]
            if odd:
                raise InputError(
                    f"The rater {name!r} is named by a {odd[0].__module__}.{odd[0].__qualname__}, which a "
                    "model file does not hold: name raters by texts or numbers, then fit and save the model."
                )


def _can_name(kind):
    """Return whether a model file holds a name of this type."""
    full = f"{kind.__module__}.{kind.__qualname__}"
    return kind in _OF_NAMES or Moment.stands_for(kind) or is_trusted(full)


def _foreign(names):
    """Return the names of types that are trusted neither by skops nor by this package."""
    return [name for name in names if not is_trusted(name)]


def _check_can_be_found(foreign):
    """Raise InputError if a type or function could not be found again by its name."""
    for name in foreign:
        module, _, attribute = name.rpartition(".")
        if found(module, attribute) is None:
            raise InputError(
                f"The model holds {name}, which cannot be found by this name when the model is loaded: "
                "define it at the top of a module, by def or class, then fit and save the model."
            )


def _names_of(trusted):
    """Return the full names of types; raise InputError if these are no list of types or names."""
    if isinstance(trusted, (str, bool)):
        raise InputError(f"trusted must be a list of types or of their full names, not {trusted!r}.")
    names = []
    for thing in trusted:
        if isinstance(thing, str):
            names.append(thing)
        elif hasattr(thing, "__module__") and hasattr(thing, "__qualname__"):
            names.append(f"{thing.__module__}.{thing.__name__}")
        else:
            raise InputError(f"trusted holds {thing!r}, which is neither a type or function nor a full name.")
    return names


def _versions():
    """Return the versions of the libraries that a model depends on."""
    versions = {}
    for name in _LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "unknown"
    return versions


def _warn_of_versions(path, saved, here):
    """Warn if the models of another version may answer otherwise."""
    for name in ("sklearn-raters", "scikit-learn"):
        if saved.get(name) != here[name]:
            warnings.warn(
                f"{path} was saved with {name} {saved.get(name)}, and this is {here[name]}: its answers may "
                f"differ from those of the saved model. Install {saved.get(name)}, or fit the model again.",
                InputWarning,
                stacklevel=3,
            )


def _unreadable(path, part, error, remedy):
    return InputError(f"{path} has a part {part} that cannot be read ({line_of(error)}). {remedy}")
