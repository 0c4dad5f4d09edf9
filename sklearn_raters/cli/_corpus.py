"""The corpus that the command's options name, ready to be worked on, and its folds."""

import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.model_selection import GroupKFold, KFold

from sklearn_raters.consensus import check_classes
from sklearn_raters.datasets import load_iemocap, load_rated_audio, load_speechocean762, make_rated_speech
from sklearn_raters.ratings import Task, shorten

# Up to so many sessions, each one is left out once; more are gathered into five folds.
_MOST_SESSIONS = 10
_MADE_SEED = 0


def tell(message):
    """Print a line about the progress; standard output is for results."""
    sys.stderr.write(f"{message}\n")


def is_made(options):
    """Tell whether the options ask for the embedded corpus."""
    return options.ratings is None and options.corpus == "made"


@contextmanager
def open_corpus(options):
    """Give the corpus that the options name; its audio may be gone afterwards."""
    _check_corpus_options(options)
    with _audio_folder(options) as root:
        if options.ratings is not None:
            corpus = _open_rated_audio(options)
        elif options.corpus == "speechocean762":
            corpus = load_speechocean762(root)
        else:
            corpus = load_iemocap(root)
        yield _with_task(corpus, options)


def _check_corpus_options(options):
    """Raise where an option would be ignored, or another one is needed beside it."""
    if (options.ratings is None) != (options.audio is None):
        given, other = ("--audio", "--ratings") if options.ratings is None else ("--ratings", "--audio")
        raise ValueError(f"{given} needs {other} too: a table of votes, and the folder with its audio.")
    if options.ratings is not None and (options.corpus != "made" or options.root is not None):
        raise ValueError("--ratings and --audio name the corpus already: leave out --corpus and --root.")
    if options.corpus != "made" and options.root is None:
        raise ValueError(f"--corpus {options.corpus} needs --root: the folder that holds the corpus.")


@contextmanager
def _audio_folder(options):
    """Give the corpus' folder, making the corpus first if it is the embedded one."""
    if not is_made(options):
        yield options.root
    elif options.root is not None:
        tell(f"The embedded corpus (made speech, five sessions) in {options.root}")
        yield make_rated_speech(options.root, random_state=_MADE_SEED)
    else:
        with TemporaryDirectory(prefix="sklearn_raters_") as folder:
            tell("Making the embedded corpus (made speech, five sessions)")
            yield make_rated_speech(Path(folder) / "made", random_state=_MADE_SEED)


def _open_rated_audio(options):
    corpus = load_rated_audio(
        options.ratings,
        options.audio,
        sample=options.sample_column,
        rater=options.rater_column,
        label=options.label_column,
        speaker=options.speaker_column,
        session=options.session_column,
    )
    if corpus.speakers is None:
        tell("No --speaker-column: all audio is normalised as if one speaker spoke it.")
    if corpus.sessions is None:
        tell("No --session-column or --speaker-column: folds may split a speaker's utterances.")
    return corpus


def _with_task(corpus, options):
    """Apply --label-map and --classes; labels that are numbers are found by their text."""
    labels = Task(corpus.Y).votes.labels
    by_text = {str(label): label for label in [*corpus.classes, *labels]}
    if options.label_map is not None:
        unknown = sorted(set(options.label_map) - set(map(str, labels)))
        if unknown:
            raise ValueError(
                f"--label-map: no vote is {shorten(unknown)}; the labels are {shorten(labels)}. Correct the "
                "names before the = signs."
            )
        pairs = options.label_map.items()
        corpus.label_map = {by_text.get(old, old): by_text.get(new, new) for old, new in pairs}
        merged = (corpus.label_map.get(label, label) for label in corpus.classes)
        corpus.classes = list(dict.fromkeys(merged))
    if options.classes is not None:
        corpus.classes = [by_text.get(name, name) for name in options.classes]
        if options.label_map is None and corpus.label_map is not None:
            # The corpus' own map is meant for its own classes.
            corpus.label_map = {
                old: new
                for old, new in corpus.label_map.items()
                if new in corpus.classes and old not in corpus.classes
            }
    check_classes(Task(corpus.Y, corpus.classes, corpus.label_map))
    return corpus


def make_folds(options, corpus):
    """Return (train, test) pairs that keep sessions whole, and what tells about them."""
    n_samples = len(corpus.X)
    if corpus.sessions is None:
        n_folds = options.folds or 5
        _check_folds(n_folds, n_samples, "utterances")
        splitter = KFold(n_folds, shuffle=True, random_state=options.seed)
        return list(splitter.split(np.zeros(n_samples))), f"{n_folds} folds of utterances"
    n_sessions = len(set(corpus.sessions))
    few = n_sessions <= _MOST_SESSIONS
    n_folds = options.folds or (n_sessions if few else 5)
    _check_folds(n_folds, n_sessions, "sessions")
    splitter = GroupKFold(n_folds)
    told = f"each of {n_folds} sessions left out" if n_folds == n_sessions else f"{n_folds} folds"
    return list(splitter.split(np.zeros(n_samples), groups=corpus.sessions)), told


def _check_folds(n_folds, n_whole, what):
    if not 2 <= n_folds <= n_whole:
        raise ValueError(
            f"An evaluation needs 2 folds or more, and no more than there are {what} (folds: {n_folds}, "
            f"{what}: {n_whole}). Give other --folds, or name finer sessions by --session-column."
        )
