"""Load the corpus that the command's options name, and split it into folds."""

import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sklearn.model_selection import GroupKFold, KFold

from sklearn_raters.consensus import check_classes
from sklearn_raters.datasets import load_iemocap, load_rated_audio, load_speechocean762, make_rated_speech
from sklearn_raters.ratings import Task, shorten

# Up to this number of sessions, each session is a fold; more sessions are combined into five folds.
_MOST_SESSIONS = 10
_MADE_SEED = 0


def print_status(message):
    """Print a line about the progress to standard error; standard output is for results."""
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
    with _audio_folder(options) as root:
        if options.ratings is not None:
            corpus = _load_table(options)
        elif options.corpus == "speechocean762":
            corpus = load_speechocean762(root)
        else:
            corpus = load_iemocap(root)
        corpus.task = _make_task(corpus, options)
        yield corpus


def _check_corpus_options(options):
    """Raise ValueError if an option would be ignored or lacks another option."""
    if (options.ratings is None) != (options.audio is None):
        given, other = ("--audio", "--ratings") if options.ratings is None else ("--ratings", "--audio")
        raise ValueError(f"{given} needs {other} too: a table of votes, and the folder with its audio.")
    if options.ratings is not None and (options.corpus != "made" or options.root is not None):
        raise ValueError("--ratings and --audio name the corpus already: leave out --corpus and --root.")
    if options.corpus != "made" and options.root is None:
        raise ValueError(f"--corpus {options.corpus} needs --root: the folder that holds the corpus.")


@contextmanager
def _audio_folder(options):
    """Return the folder of the corpus; the synthetic corpus is made first."""
    if not is_made(options):
        yield options.root
    elif options.root is not None:
        print_status(f"Synthetic speech of five sessions is in {options.root}")
        yield make_rated_speech(options.root, random_state=_MADE_SEED)
    else:
        with TemporaryDirectory(prefix="sklearn_raters_") as folder:
            print_status("Making synthetic speech of five sessions")
            yield make_rated_speech(Path(folder) / "made", random_state=_MADE_SEED)


def _load_table(options):
    """Load the corpus of --ratings and --audio."""
    loaded = load_rated_audio(
        options.ratings,
        options.audio,
        sample=options.sample_column,
        rater=options.rater_column,
        label=options.label_column,
        speaker=options.speaker_column,
        session=options.session_column,
    )
    if loaded.speakers is None:
        print_status("No --speaker-column: all audio is normalised as if by one speaker.")
    if loaded.sessions is None:
        print_status("No --session-column or --speaker-column: folds may split the utterances of a speaker.")
    return loaded


def _make_task(loaded, options):
    """Return the ratings with the classes and the map of the options, otherwise of the corpus."""
    labels = Task(loaded.Y).votes.labels
    # Command-line arguments are text, but labels may be numbers.
    by_text = {str(label): label for label in [*loaded.classes, *labels]}
    classes, label_map = loaded.classes, loaded.label_map
    if options.label_map is not None:
        unknown = sorted(set(options.label_map) - set(map(str, labels)))
        if unknown:
            raise ValueError(
                f"--label-map: no vote has {shorten(unknown)}; the labels are {shorten(labels)}. Correct the "
                "names before the = signs."
            )
        label_map = {by_text.get(old, old): by_text.get(new, new) for old, new in options.label_map.items()}
        classes = list(dict.fromkeys(label_map.get(label, label) for label in classes))
    if options.classes is not None:
        classes = [by_text.get(name, name) for name in options.classes]
        if options.label_map is None and label_map is not None:
            # The map of the corpus may contain classes that --classes does not name.
            label_map = {old: new for old, new in label_map.items() if new in classes and old not in classes}
    task = Task(loaded.Y, classes, label_map)
    check_classes(task)
    return task


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
        unit, n_units = "sessions", len(set(corpus.sessions))
        n_folds = options.folds or (n_units if n_units <= _MOST_SESSIONS else 5)
    if not 2 <= n_folds <= n_units:
        raise ValueError(
            f"An evaluation needs at least 2 folds and at most the number of {unit} (folds: {n_folds}, "
            f"{unit}: {n_units}). Give other --folds, or name finer sessions by --session-column."
        )
    if corpus.sessions is None:
        splitter = KFold(n_folds, shuffle=True, random_state=options.seed)
        return list(splitter.split(corpus.X)), f"{n_folds} folds of utterances"
    pairs = list(GroupKFold(n_folds).split(corpus.X, groups=corpus.sessions))
    return pairs, f"each of {n_folds} sessions left out" if n_folds == n_units else f"{n_folds} folds"
