"""The jobs ``evaluate`` and ``train``: compare models on a corpus, and write one to a file."""

from pathlib import Path

from sklearn_raters._files import check_writable, replacing
from sklearn_raters.cli._corpus import evaluation_folds, is_made, open_corpus, print_status, take_samples
from sklearn_raters.cli._front_end import SKIPPED, make_model, read_frames, scale_and_pool
from sklearn_raters.cli._output import print_comparison
from sklearn_raters.cli._protocol import (
    beside_the_paper,
    check_protocol,
    describe_search,
    differing_counts,
    protocol_stack,
)
from sklearn_raters.cli._report import audio_for_report, check_outputs, wants_comparison, write_outputs
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.model_selection import compare, paper_models
from sklearn_raters.networks import BLSTMClassifier
from sklearn_raters.persistence import save
from sklearn_raters.stacking import MultiRaterStackingClassifier


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


def read_corpus(options, corpus):
    """
    Compute the frames of a corpus.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate`` or ``train``.
    corpus : sklearn.utils.Bunch
        Result of `open_corpus`.

    Returns
    -------
    corpus : sklearn.utils.Bunch
        The same, or another one without the samples that are skipped.
    frames : list of ndarray of shape (n_frames_i, 45)
        Frames of its samples, 100 a second.
    """
    settings = {"n_jobs": options.n_jobs, "memory": options.cache, "skip_broken": options.skip_broken}
    frames, kept = read_frames(corpus.X, **settings)
    return corpus if len(kept) == len(corpus.X) else take_samples(corpus, kept), frames


def plan_evaluation(options, corpus):
    """Return the models to compare, the folds, and a description of them; print the plan of a fold."""
    folds, description = evaluation_folds(options, corpus)
    make = make_stack if options.protocol is None else protocol_stack
    # Parallel jobs train different folds, so each stack runs in one job.
    stack = make(options, corpus.task).set_params(n_jobs=None)
    models = paper_models(stack, corpus.task, folds=folds)
    if options.protocol is not None:
        del models["mean of posteriors"]  # not in the paper
    plans = [plan_training(_all_views(models), corpus, corpus.sessions, train) for train, _ in folds]
    print_status(f"Plan of the first of {len(plans)} folds:\n{plans[0]}\n")
    return models, folds, description


def evaluate(options):
    """Compare the views, the crowd pair and all views on a corpus; print a table and write a CSV file."""
    out = check_writable(options.out)
    check_protocol(options)
    check_outputs(options)
    with open_corpus(options) as corpus:
        if options.protocol is not None:
            print_status(f"{differing_counts(corpus)}\n\n{describe_search(options)}\n")
        models, folds, description = plan_evaluation(options, corpus)
        kept, frames = read_corpus(options, corpus)
        audio = audio_for_report(options, kept)
    frames, _ = scale_and_pool(frames, kept.speakers)
    if kept is not corpus:
        models, folds, description = plan_evaluation(options, kept)
    judged, _ = labelled_samples(hard_labels(kept.task))
    print_status(f"{len(frames)} utterances, {len(judged)} with a majority, {description}")
    found = compare(
        models,
        frames,
        kept.task,
        groups=kept.sessions,
        cv=folds,
        baseline="crowd-hard" if "crowd-hard" in models else None,
        n_jobs=options.n_jobs,
        memory=options.cache,
        random_state=options.seed,
        verbose=1,
        return_comparison=wants_comparison(options),
    )
    table = found.table if wants_comparison(options) else found
    if options.protocol is not None:
        table = beside_the_paper(table)
    with replacing(out) as partial:
        table.to_csv(partial)
    print_comparison(table, f"Unweighted average recall, {description}")
    print_status(f"The same numbers and more: {out}")
    if wants_comparison(options):
        write_outputs(options, found, table, audio)
    return 0 if kept is corpus else SKIPPED


def plan_model(options, corpus):
    """Return the model to train on a corpus, and the groups that it keeps whole; print its plan."""
    groups = corpus.sessions
    if groups is not None and len(set(groups)) == 1:
        print_status("All utterances are of one session: the training holds out single utterances.")
        groups = None
    stack = _all_views(paper_models(make_stack(options, corpus.task), corpus.task))
    print_status(f"{stack.plan(corpus.X, corpus.task, groups=groups)}\n")
    return stack, groups


def train(options):
    """Train all views and their fusion on a corpus and write the model to a file."""
    out = check_writable(options.out)
    with open_corpus(options) as corpus:
        stack, groups = plan_model(options, corpus)
        kept, frames = read_corpus(options, corpus)
    if kept is not corpus:
        stack, groups = plan_model(options, kept)
    print_status(f"Training on {len(frames)} utterances: {', '.join(map(str, stack.views))}")
    frames, scaler = scale_and_pool(frames, kept.speakers)
    stack.fit(frames, kept.task, groups=groups)
    model = make_model(scaler, stack.set_params(memory=None, n_jobs=None))
    save(model, out, card=describe_data(options, kept))
    print_status(f"Model written: {out}")
    return 0 if kept is corpus else SKIPPED


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
            "- `SpeakerScaler()`: each speaker's frames, scaled by their own mean and deviation; those of a "
            "new speaker by what is usual, and more by their own the more recordings there are\n"
            "- `FramePooler(5)`: 20 frames a second"
        ),
    }
