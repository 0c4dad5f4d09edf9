"""The command's three jobs: evaluate on a corpus, train on it, predict for new files."""

import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.model_selection import GroupKFold, KFold

from sklearn_raters import (
    BLSTMClassifier,
    FramePooler,
    MultiRaterStackingClassifier,
    OpenSmileFrames,
    SpeakerScaler,
)
from sklearn_raters._answers import answer_rows, show_comparison, write_answers
from sklearn_raters.datasets import (
    load_iemocap,
    load_rated_audio,
    load_speechocean762,
    make_rated_speech,
)
from sklearn_raters.model_selection import compare, paper_models
from sklearn_raters.persistence import check_writable, load_model, replacing, save_model

# Up to so many sessions, each one is left out once; more are gathered into five folds.
_MOST_SESSIONS = 10
_MADE_SEED = 0
# What the few utterances of the made corpus need.
_MADE_EPOCHS = 15


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
    by_text = {str(label): label for label in corpus.classes}
    if options.label_map is not None:
        pairs = options.label_map.items()
        corpus.label_map = {by_text.get(old, old): by_text.get(new, new) for old, new in pairs}
        merged = (corpus.label_map.get(label, label) for label in corpus.classes)
        corpus.classes = list(dict.fromkeys(merged))
    if options.classes is not None:
        corpus.classes = [by_text.get(name, name) for name in options.classes]
    return corpus


def compute_frames(paths, speakers, *, n_jobs=None, memory=None):
    """
    Compute what the networks see.

    Parameters
    ----------
    paths : list of str
        Audio files.
    speakers : array-like of shape (n_samples,) or None
        Who speaks in each; None for one and the same.
    n_jobs : int, default=None
        Files at once.
    memory : str, default=None
        Folder of the cache.

    Returns
    -------
    list of ndarray of shape (n_frames_i, 45)
        Normalised frames, 20 a second.
    """
    frames = OpenSmileFrames(n_jobs=n_jobs, memory=memory, verbose=1).fit_transform(paths)
    frames = SpeakerScaler().fit_transform(frames, speakers=speakers)
    return FramePooler(5).fit_transform(frames)


def make_stack(options, corpus):
    """Return the paper's model with what the options and the corpus say, unfitted."""
    network = BLSTMClassifier(
        max_epochs=options.epochs or (_MADE_EPOCHS if is_made(options) else 40),
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        device=options.device,
    )
    return MultiRaterStackingClassifier(
        network,
        views=options.views,
        fusion=options.fusion,
        # Not in the networks' loss too: this divides single views by their priors already.
        class_weight=None if options.class_weight == "none" else options.class_weight,
        alpha=options.alpha,
        classes=corpus.classes,
        label_map=corpus.label_map,
        min_ratings=options.min_ratings,
        n_jobs=options.n_jobs,
        memory=options.cache,
        random_state=options.seed,
    )


def make_folds(options, corpus):
    """Return (train, test) pairs that keep sessions whole, and what tells about them."""
    n_samples = len(corpus.X)
    if corpus.sessions is None:
        n_folds = options.folds or 5
        splitter = KFold(n_folds, shuffle=True, random_state=options.seed)
        return list(splitter.split(np.zeros(n_samples))), f"{n_folds} folds of utterances"
    n_sessions = len(set(corpus.sessions))
    few = n_sessions <= _MOST_SESSIONS
    n_folds = options.folds or (n_sessions if few else 5)
    splitter = GroupKFold(n_folds)
    told = f"each of {n_folds} sessions left out" if n_folds == n_sessions else f"{n_folds} folds"
    return list(splitter.split(np.zeros(n_samples), groups=corpus.sessions)), told


def evaluate(options):
    """Compare the views, the crowd pair and all views on a corpus; print a table and write a CSV."""
    out = check_writable(options.out)
    with open_corpus(options) as corpus:
        folds, told = make_folds(options, corpus)
        frames = compute_frames(corpus.X, corpus.speakers, n_jobs=options.n_jobs, memory=options.cache)
    n_judged = sum(label is not None for label in corpus.consensus)
    tell(f"{len(frames)} utterances, {n_judged} with a majority, {told}")
    stack = make_stack(options, corpus).set_params(n_jobs=None)
    models = paper_models(stack, corpus.Y, folds=folds)
    table = compare(
        models,
        frames,
        corpus.Y,
        groups=corpus.sessions,
        cv=folds,
        baseline="crowd-hard" if "crowd-hard" in models else None,
        n_jobs=options.n_jobs,
        memory=options.cache,
        random_state=options.seed,
        verbose=1,
    )
    with replacing(out) as partial:
        table.to_csv(partial)
    show_comparison(table, f"Unweighted average recall, {told}")
    tell(f"The same numbers and more: {out}")


def train(options):
    """Train all views and their fusion on a corpus and write the model."""
    out = check_writable(options.out)
    with open_corpus(options) as corpus:
        folds, _ = make_folds(options, corpus)
        frames = compute_frames(corpus.X, corpus.speakers, n_jobs=options.n_jobs, memory=options.cache)
    # The raters who get a view are those with enough ratings in every part, as in `evaluate`.
    models = paper_models(make_stack(options, corpus), corpus.Y, folds=folds)
    stack = models.get("all views", next(iter(models.values())))
    tell(f"Training on {len(frames)} utterances: {', '.join(map(str, stack.views))}")
    stack.fit(frames, corpus.Y, groups=corpus.sessions)
    save_model(stack.set_params(memory=None, n_jobs=None), out)
    tell(f"Model written: {out}")


def predict(options):
    """Print the class, the probabilities and what each rater would say of each file."""
    stack = load_model(options.model)
    if not isinstance(stack, MultiRaterStackingClassifier):
        raise ValueError(f"{options.model} holds a {type(stack).__name__}: name a file that `train` wrote.")
    speakers = {
        "one": None,
        "each": range(len(options.files)),
        "folder": [str(Path(file).parent) for file in options.files],
    }[options.speakers]
    frames = compute_frames(options.files, speakers, n_jobs=options.n_jobs)
    write_answers(answer_rows(options.files, stack, frames), options.format)
