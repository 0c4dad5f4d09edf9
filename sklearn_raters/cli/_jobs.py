"""The command's three jobs: evaluate on a corpus, train on it, predict for new files."""

from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.dummy import DummyClassifier

from sklearn_raters.cli._corpus import is_made, make_folds, open_corpus, tell
from sklearn_raters.cli._output import answer_rows, show_comparison, write_answers
from sklearn_raters.features import FramePooler, OpenSmileFrames, SpeakerScaler
from sklearn_raters.model_selection import compare, paper_models
from sklearn_raters.networks import BLSTMClassifier
from sklearn_raters.persistence import check_writable, load_model, replacing, save_model
from sklearn_raters.stacking import MultiRaterStackingClassifier

# What the few utterances of the made corpus need.
_MADE_EPOCHS = 15


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


def check_before_audio(stack, Y, groups, parts):
    """
    Raise what a training would raise whatever the audio, which may take hours to work through.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        The model to be trained.
    Y : DataFrame of shape (n_samples, n_raters)
        The ratings.
    groups : ndarray of shape (n_samples,) or None
        What inner splits keep whole.
    parts : list of ndarray of int
        The samples of each training.

    Raises
    ------
    ValueError
        If an option of the network or the stack is wrong, or a part's ratings are too few for a view or
        for the fusion.
    """
    clone(stack.estimator).set_params(max_epochs=1).fit(np.zeros((2, 1)), ["a", "b"])
    # What needs no held-out samples needs no layer here either.
    fusion = "logistic" if stack.fusion == "logistic" else "mean"
    blind = clone(stack).set_params(estimator=DummyClassifier(), fusion=fusion, memory=None, n_jobs=None)
    for rows in parts:
        blind.fit(np.zeros((len(rows), 1)), Y.iloc[rows], None if groups is None else groups[rows])


def _fullest(models):
    """Return that one of `paper_models` that has all views."""
    return models.get("all views", next(iter(models.values())))


def evaluate(options):
    """Compare the views, the crowd pair and all views on a corpus; print a table and write a CSV."""
    out = check_writable(options.out)
    with open_corpus(options) as corpus:
        folds, told = make_folds(options, corpus)
        models = paper_models(make_stack(options, corpus).set_params(n_jobs=None), corpus.Y, folds=folds)
        check_before_audio(_fullest(models), corpus.Y, corpus.sessions, [train for train, _ in folds])
        frames = compute_frames(corpus.X, corpus.speakers, n_jobs=options.n_jobs, memory=options.cache)
    n_judged = sum(label is not None for label in corpus.consensus)
    tell(f"{len(frames)} utterances, {n_judged} with a majority, {told}")
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
        groups = corpus.sessions
        if groups is not None and len(set(groups)) == 1:
            tell("All utterances are of one session: what is held out inside the training are utterances.")
            groups = None
        stack = _fullest(paper_models(make_stack(options, corpus), corpus.Y))
        check_before_audio(stack, corpus.Y, groups, [np.arange(len(corpus.X))])
        frames = compute_frames(corpus.X, corpus.speakers, n_jobs=options.n_jobs, memory=options.cache)
    tell(f"Training on {len(frames)} utterances: {', '.join(map(str, stack.views))}")
    stack.fit(frames, corpus.Y, groups=groups)
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
