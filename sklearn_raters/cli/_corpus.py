"""Load the corpus that the command's options name, and split it into folds."""

import sys
import warnings
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sklearn.model_selection import GroupKFold
from sklearn.utils import Bunch

from sklearn_raters._parallel import is_quiet
from sklearn_raters.consensus import check_classes
from sklearn_raters.datasets import (
    load_crema_d,
    load_iemocap,
    load_msp_improv,
    load_msp_podcast,
    load_rated_audio,
    load_speechocean762,
    make_rated_speech,
)
from sklearn_raters.exceptions import InputError
from sklearn_raters.model_selection import ConsensusStratifiedGroupKFold
from sklearn_raters.ratings import (
    Task,
    as_number,
    is_missing_label,
    parse_ratings,
    read_ratings,
    shorten,
    sort_labels,
    votes_from_long,
)

# Options by which the labels of --ratings are read; they are parameters of `load_rated_audio`.
_READING = ("missing_label", "label_separator", "bins")
_EXPORT = ("tool", "question")
# Synthetic speech lies as IEMOCAP does.
LOADERS = {
    "made": load_iemocap,
    "iemocap": load_iemocap,
    "speechocean762": load_speechocean762,
    "crema-d": load_crema_d,
    "msp-improv": load_msp_improv,
    # Of the whole corpus, a table of all raters would not fit into memory.
    "msp-podcast": partial(load_msp_podcast, as_frame=False),
}


def print_status(message):
    """Print a line about the progress to standard error, unless --quiet; standard output is for results."""
    if not is_quiet():
        print_warning(message)


def print_warning(message):
    """Print a line to standard error, also with --quiet."""
    sys.stderr.write(f"{message}\n")


def is_made(options):
    """Return whether the options name the synthetic corpus."""
    return options.ratings is None and options.corpus == "made"


@contextmanager
def open_corpus(options):
    """Load the corpus that the options name; synthetic audio may be deleted when the context ends.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate`` or ``train``.

    Yields
    ------
    sklearn.utils.Bunch
        Result of the loader, and `task`: the ratings with the classes to learn.
    """
    _check_corpus_options(options)
    with TemporaryDirectory(prefix="sklearn_raters_") as temporary:
        corpus = _load(options, temporary)
        corpus.task = _make_task(corpus, options)
        yield corpus


def _check_corpus_options(options):
    """Raise InputError if an option would be ignored or lacks another option."""
    if (options.ratings is None) != (options.audio is None):
        given, other = ("--audio", "--ratings") if options.ratings is None else ("--ratings", "--audio")
        raise InputError(f"{given} needs {other} too: a table of votes, and the folder with its audio.")
    if options.ratings is not None and (options.corpus != "made" or options.root is not None):
        raise InputError("--ratings and --audio name the corpus already: leave out --corpus and --root.")
    reading = [name for name in (*_EXPORT, *_READING) if getattr(options, name) is not None]
    if options.ratings is None and reading:
        raise InputError(f"--{reading[0].replace('_', '-')} is for the table of --ratings: give it too.")
    if options.corpus != "made" and options.root is None:
        raise InputError(f"--corpus {options.corpus} needs --root: the folder that holds the corpus.")


def _load(options, temporary):
    """Load the corpus; the synthetic one is made first, in the temporary folder if there is no --root."""
    if options.ratings is not None:
        return _load_table(options)
    root = options.root
    if options.corpus == "made":
        print_status(f"Making synthetic speech of five sessions in {root or 'a temporary folder'}")
        root = make_rated_speech(root or Path(temporary) / "made", random_state=0)
    return LOADERS[options.corpus](root, check_audio=not options.skip_broken)


def _load_table(options):
    """Load the corpus of --ratings and --audio."""
    arguments = ("sample", "rater", "label", "speaker", "session")
    columns = {name: getattr(options, f"{name}_column") for name in arguments}
    reading = {name: getattr(options, name) for name in (*_EXPORT, *_READING)}
    reading |= {"classes": named_labels(options), "check_audio": not options.skip_broken}
    corpus = load_rated_audio(options.ratings, options.audio, **columns, **reading)
    if options.missing_label is not None:
        read = {name: columns[name] for name in ("sample", "rater", "label")}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are told of by the loader
            table = read_ratings(options.ratings, options.tool, question=options.question, **read)
        check_missing_label(table, options)
    if corpus.speakers is None:
        print_status("No --speaker-column: all audio is normalised as if by one speaker.")
    if corpus.sessions is None:
        print_status("No --session-column or --speaker-column: folds may split the utterances of a speaker.")
    return corpus


def named_labels(options):
    """Return the labels that options name, which are labels whatever they are called; None without any."""
    return list(dict.fromkeys([*(options.classes or []), *(options.label_map or {})])) or None


def check_missing_label(table, options):
    """
    Check that --missing-label names a label of a table.

    Parameters
    ----------
    table : DataFrame
        Result of `read_ratings`.
    options : argparse.Namespace
        The options of a command.

    Raises
    ------
    InputError
        If no vote has one of the names.
    """
    given = options.missing_label
    if given is None or any(map(is_missing_label, given)):
        return
    reading = {"label_separator": options.label_separator, "classes": named_labels(options), "numbers": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are told of when the votes are read
        votes, _ = votes_from_long(table, **reading)
        without, _ = votes_from_long(table, **reading, missing_label=given)
    if len(votes.label) == len(without.label):
        raise InputError(
            f"--missing-label: no vote has {shorten(given)}; the labels are {shorten(votes.labels)}. Correct "
            "the names, or leave the option out."
        )


def _make_task(loaded, options):
    """Return the ratings with the classes and the map of the options, otherwise of the corpus."""
    task = make_task(loaded, options)
    check_classes(task)
    return task


def make_task(loaded, options):
    """
    Return ratings with the classes and the map of the options.

    Parameters
    ----------
    loaded : sklearn.utils.Bunch
        With `Y`, the ratings, `classes`, a list or None for all labels, and `label_map`, a dict or None.
    options : argparse.Namespace
        The options of a command; their classes and map come before those of the ratings.

    Returns
    -------
    Task
        The votes, the classes and the map.
    """
    labels = parse_ratings(loaded.Y, loaded.classes).labels
    classes, label_map = loaded.classes or list(labels), loaded.label_map
    find = _finder([*classes, *labels])
    if options.label_map is not None:
        label_map = _mapped(options.label_map, labels, find)
        merged = dict.fromkeys(label_map.get(label, label) for label in classes)
        classes = [label for label in merged if label is not None]
        if options.ratings is not None and options.bins is None:
            classes = sort_labels(classes)  # those of a corpus or of bins have an order of their own
    if options.classes is not None:
        classes = [find(name) for name in options.classes]
        if options.label_map is None and label_map is not None:
            # The map of the corpus may contain classes that --classes does not name.
            label_map = {old: new for old, new in label_map.items() if new in classes and old not in classes}
    if loaded.classes is None and options.classes is None:
        classes = None  # all labels, which are sorted and not given in an order
    return Task(loaded.Y, classes, label_map)


def _mapped(given, labels, find):
    """Return the map of --label-map from labels to classes, None where it says "not rated"."""
    if unknown := [name for name in given if find(name) not in labels]:
        raise InputError(
            f"--label-map: no vote has {shorten(unknown)}; the labels are {shorten(labels)}. Correct the "
            "names before the = signs."
        )
    label_map = {}
    for name, new in given.items():
        old, target = find(name), find(new) if new else None  # nothing after the = sign
        if label_map.setdefault(old, target) != target:
            raise InputError(f"--label-map maps {name} to two classes: give each label once.")
    return label_map


def _finder(labels):
    """Return a function from a name on the command line to the label that it means, or to itself."""
    # Names are texts, but labels may be numbers; a column with an empty cell holds 1 as 1.0.
    by_text = {str(label): label for label in labels}
    by_number = {as_number(text): label for text, label in by_text.items() if not isinstance(label, str)}

    def find(name):
        number = as_number(name)
        return by_text.get(name, name if number is None else by_number.get(number, name))

    return find


def take_samples(corpus, kept):
    """Return a corpus of some of its samples.

    Parameters
    ----------
    corpus : sklearn.utils.Bunch
        Result of `open_corpus`.
    kept : list of int
        The samples.

    Returns
    -------
    sklearn.utils.Bunch
        Audio, speakers, sessions and the task of these samples.
    """

    def some(values):
        return None if values is None else values[kept]

    X = [corpus.X[index] for index in kept]
    speakers, sessions = some(corpus.speakers), some(corpus.sessions)
    return Bunch(X=X, speakers=speakers, sessions=sessions, task=corpus.task.take(kept))


def evaluation_folds(options, corpus):
    """Split a corpus for an evaluation, sessions kept whole.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate``.
    corpus : sklearn.utils.Bunch
        Result of `open_corpus`.

    Returns
    -------
    pairs : list
        Of (train, test), ndarrays of int.
    description : str
        What the folds are, for the user.
    """
    if corpus.sessions is None:
        unit, n_units, n_folds = "utterances", len(corpus.X), options.folds or 5
    else:
        by_speaker = options.ratings is not None and options.session_column is None
        unit, n_units = "speakers" if by_speaker else "sessions", len(set(corpus.sessions))
        n_folds = options.folds or (n_units if n_units <= 10 else 5)
    if not 2 <= n_folds <= n_units:
        raise InputError(
            f"An evaluation needs at least 2 folds and at most the number of {unit} (folds: {n_folds}, "
            f"{unit}: {n_units}). Give other --folds, or name finer sessions by --session-column."
        )
    if corpus.sessions is not None and n_folds == n_units:
        pairs = GroupKFold(n_folds).split(corpus.X, groups=corpus.sessions)
        return list(pairs), f"each of {n_folds} {unit} left out"
    # scikit-learn 1.6 stratifies shuffled groups less well.
    shuffled = {"shuffle": True, "random_state": options.seed} if corpus.sessions is None else {}
    splitter = ConsensusStratifiedGroupKFold(n_folds, **shuffled)
    pairs = splitter.split(corpus.X, corpus.task, corpus.sessions)
    return list(pairs), f"{n_folds} folds of {unit} with similar shares of the classes"
