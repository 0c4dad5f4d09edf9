"""The three commands: evaluate models on a corpus, train a model, and predict new files."""

from pathlib import Path

from sklearn_raters._files import check_writable, replacing
from sklearn_raters.cli._corpus import evaluation_folds, is_made, open_corpus, print_status
from sklearn_raters.cli._output import prediction_rows, print_comparison, write_predictions
from sklearn_raters.cli._protocol import (
    beside_the_paper,
    check_protocol,
    describe_search,
    differing_counts,
    protocol_stack,
)
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.features import FramePooler, OpenSmileFrames, SpeakerScaler
from sklearn_raters.model_selection import compare, paper_models
from sklearn_raters.networks import BLSTMClassifier
from sklearn_raters.persistence import load, save
from sklearn_raters.stacking import MultiRaterStackingClassifier


def compute_frames(paths, speakers, *, n_jobs=None, memory=None):
    """
    Compute the frames that the networks learn from.

    Parameters
    ----------
    paths : list of str
        Audio files.
    speakers : array-like of shape (n_samples,) or None
        Speaker of each file; None if all files are of one speaker.
    n_jobs : int, default=None
        Number of files at once.
    memory : str, default=None
        Folder of the cache.

    Returns
    -------
    list of ndarray of shape (n_frames_i, 45)
        Normalised frames, 20 per second.
    """
    frames = OpenSmileFrames(n_jobs=n_jobs, memory=memory, verbose=1).fit_transform(paths)
    frames = SpeakerScaler().fit_transform(frames, speakers=speakers)
    return FramePooler(5).fit_transform(frames)


def make_stack(options, task):
    """Return a stack with the settings of the options, unfitted."""
    epochs, batch_size = (8, 16) if is_made(options) else ("auto", 32)
    network = BLSTMClassifier(
        max_epochs=options.epochs or epochs,
        batch_size=options.batch_size or batch_size,
        learning_rate=options.learning_rate,
        device=options.device,
    )
    return MultiRaterStackingClassifier(
        network,
        views=options.views,
        fusion=options.fusion,
        # The networks have no class weights, as the fusion already corrects the priors, even of one view.
        class_weight=None if options.class_weight == "none" else options.class_weight,
        alpha=options.alpha,
        classes=task.classes,
        label_map=task.label_map,
        min_ratings=options.min_ratings,
        n_jobs=options.n_jobs,
        memory=options.cache,
        random_state=options.seed,
    )


def plan_training(stack, corpus, groups, samples):
    """
    Plan the training of a stack on some samples of a corpus, before their audio is read.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        The model to be trained.
    corpus : sklearn.utils.Bunch
        Result of `open_corpus`.
    groups : ndarray of shape (n_samples,) or None
        Groups that inner splits keep whole.
    samples : ndarray of int of shape (n_samples,)
        The samples to train on.

    Returns
    -------
    StackPlan
        The plan.

    Raises
    ------
    InputError, TypeError
        If an option is wrong, or the ratings of the samples are too few for a view or for the fusion.
    """
    paths = [corpus.X[sample] for sample in samples]
    return stack.plan(paths, corpus.task.take(samples), groups=None if groups is None else groups[samples])


def _all_views(models):
    """Return the model of `paper_models` that has all views."""
    return models.get("all views", next(iter(models.values())))


def evaluate(options):
    """Compare the views, the crowd pair and all views on a corpus; print a table and write a CSV file."""
    out = check_writable(options.out)
    check_protocol(options)
    with open_corpus(options) as corpus:
        folds, description = evaluation_folds(options, corpus)
        make = make_stack if options.protocol is None else protocol_stack
        # Parallel jobs train different folds, so each stack runs in one job.
        stack = make(options, corpus.task).set_params(n_jobs=None)
        models = paper_models(stack, corpus.task, folds=folds)
        if options.protocol is not None:
            del models["mean of posteriors"]  # not in the paper
            print_status(f"{differing_counts(corpus)}\n\n{describe_search(options)}\n")
        plans = [plan_training(_all_views(models), corpus, corpus.sessions, train) for train, _ in folds]
        print_status(f"Plan of the first of {len(plans)} folds:\n{plans[0]}\n")
        frames = compute_frames(corpus.X, corpus.speakers, n_jobs=options.n_jobs, memory=options.cache)
    judged, _ = labelled_samples(hard_labels(corpus.task))
    print_status(f"{len(frames)} utterances, {len(judged)} with a majority, {description}")
    table = compare(
        models,
        frames,
        corpus.task,
        groups=corpus.sessions,
        cv=folds,
        baseline="crowd-hard" if "crowd-hard" in models else None,
        n_jobs=options.n_jobs,
        memory=options.cache,
        random_state=options.seed,
        verbose=1,
    )
    if options.protocol is not None:
        table = beside_the_paper(table)
    with replacing(out) as partial:
        table.to_csv(partial)
    print_comparison(table, f"Unweighted average recall, {description}")
    print_status(f"The same numbers and more: {out}")


def train(options):
    """Train all views and their fusion on a corpus and write the model to a file."""
    out = check_writable(options.out)
    with open_corpus(options) as corpus:
        groups = corpus.sessions
        if groups is not None and len(set(groups)) == 1:
            print_status("All utterances are of one session: the training holds out single utterances.")
            groups = None
        stack = _all_views(paper_models(make_stack(options, corpus.task), corpus.task))
        print_status(f"{stack.plan(corpus.X, corpus.task, groups=groups)}\n")
        frames = compute_frames(corpus.X, corpus.speakers, n_jobs=options.n_jobs, memory=options.cache)
    print_status(f"Training on {len(frames)} utterances: {', '.join(map(str, stack.views))}")
    stack.fit(frames, corpus.task, groups=groups)
    save(stack.set_params(n_jobs=None), out, card=describe_data(options, corpus))
    print_status(f"Model written: {out}")


def describe_data(options, corpus):
    """
    Describe what a model learns from, for its card.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``train``.
    corpus : sklearn.utils.Bunch
        Result of `open_corpus`.

    Returns
    -------
    dict of str to str
        Text by heading.
    """
    name = options.corpus if options.ratings is None else Path(options.ratings).name
    speakers = "speakers unknown" if corpus.speakers is None else f"{len(set(corpus.speakers))} speakers"
    n_raters = len(corpus.task.raters)
    return {
        "Data": f"{name}: {len(corpus.X)} recordings, {speakers}, {n_raters} raters.",
        "Front end": (
            "- `OpenSmileFrames()`: 45 values of the sound, 100 times a second\n"
            "- `SpeakerScaler()`: each speaker's frames, scaled by their own mean and deviation\n"
            "- `FramePooler(5)`: 20 frames a second"
        ),
    }


def predict(options):
    """Print the predicted class, the probabilities and each rater's predicted class for each file."""
    stack = load(options.model)
    if not isinstance(stack, MultiRaterStackingClassifier):
        raise InputError(
            f"{options.model} holds a {type(stack).__name__}: give a file that `sklearn-raters train` wrote."
        )
    speakers = {
        "one": None,
        "each": range(len(options.files)),
        "folder": [str(Path(file).parent) for file in options.files],
    }[options.speakers]
    frames = compute_frames(options.files, speakers, n_jobs=options.n_jobs)
    write_predictions(prediction_rows(options.files, stack, frames), options.format)
