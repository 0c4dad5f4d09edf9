"""The jobs ``evaluate`` and ``train``: compare models on a corpus, and write one to a file."""

import argparse
from pathlib import Path
from time import perf_counter

from sklearn_raters._files import check_writable, replacing_all
from sklearn_raters._parallel import showing_trainings, silenced, tell_finished
from sklearn_raters.cli._config import check_config, write_config
from sklearn_raters.cli._corpus import open_corpus, print_status
from sklearn_raters.cli._duration import tell_duration
from sklearn_raters.cli._evaluation import all_views, plan_evaluation, print_plan
from sklearn_raters.cli._front_end import (
    SETS,
    SKIPPED,
    Features,
    describe_front_end,
    make_model,
    read_corpus,
    scale_and_pool,
    speakers_to_scale_by,
)
from sklearn_raters.cli._inputs import check_results
from sklearn_raters.cli._meaning import meaning, spent
from sklearn_raters.cli._models import make_network, make_stack
from sklearn_raters.cli._output import print_comparison, print_json, print_text, records
from sklearn_raters.cli._protocol import beside_the_paper, check_protocol, describe_search, differing_counts
from sklearn_raters.cli._report import audio_for_report, check_outputs, wants_comparison, write_outputs
from sklearn_raters.cli._seeds import over_seeds
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.features import FramePooler
from sklearn_raters.model_selection import compare, paper_models, planned_trainings
from sklearn_raters.persistence import save


def evaluate(options):
    """Compare models on a corpus; print a table and what it means, and write a CSV file."""
    start, files = perf_counter(), check_files(options)
    check_protocol(options)
    check_features(options)
    check_outputs(options)
    with open_corpus(options) as corpus:
        if options.protocol is not None:
            print_status(f"{differing_counts(corpus)}\n\n{describe_search(options)}\n")
        plan = plan_evaluation(options, corpus)
        print_plan(plan, options.seeds)
        if options.save_model is not None:
            plan_model(options, corpus)
        kinds = ["frames"] if plan.on_frames or options.save_model is not None else []
        kinds += ["functionals"] if plan.on_functionals else []
        kept, features = read_corpus(options, corpus, kinds)
        front_end = SETS[options.features]["frames"]().fit(kept.X)
        audio = audio_for_report(options, kept)
    if kept is not corpus:
        plan = plan_evaluation(options, kept)
    judged, _ = labelled_samples(hard_labels(kept.task))
    print_status(f"{len(kept.X)} utterances, {len(judged)} with a majority, {plan.description}")
    seconds = {"audio": perf_counter() - start}
    table, comparison = compare_models(options, plan, kept, features)
    try:
        model = None if options.save_model is None else fit(options, kept, front_end, features["frames"])
        with replacing_all(files) as partial:
            table.to_csv(partial["table"])
            write_config(options, files["settings"], partial["settings"])
            write_outputs(options, comparison, table, audio, partial)
            if model is not None:
                save(model, partial["model"], card=describe_data(options, kept, front_end))
    finally:  # after the files, which stay if it cannot be printed, and also if they cannot be written
        if not options.json:
            print_comparison(table, f"Unweighted average recall, {plan.description}", plan.baseline)
    seconds["run"] = perf_counter() - start
    show_evaluation(options, plan, table, seconds, len(kept.task.classes), files)
    return 0 if kept is corpus else SKIPPED


def check_files(options):
    """Check that all files of a command can be written; return their paths by what they hold."""
    files = {"table" if options.command == "evaluate" else "model": check_writable(options.out)}
    if getattr(options, "save_model", None) is not None:
        files["model"] = check_writable(options.save_model)
        kind = "views" if options.model == "stack" else options.model
        if kind not in options.models:
            raise InputError(
                f"--save-model would train --model {options.model}, which is not evaluated: add {kind} to "
                "--models, or name another --model."
            )
    elif options.command == "evaluate" and "model" in options.changed:
        raise InputError(f"--model {options.model} names the model of --save-model: give it too.")
    outputs = {name: getattr(options, name, None) for name in ("report", "predictions")}
    files |= {name: check_writable(path) for name, path in outputs.items() if path is not None}
    files["settings"] = check_config(options.out, options.command)
    check_results(files, options)
    return files


def check_features(options):
    """Raise ImportError if the library of --features is not installed."""
    SETS[options.features]["frames"]().get_feature_names_out()


def compare_models(options, plan, corpus, features):
    """
    Train and test all models of a plan, with each seed.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate``.
    plan : Evaluation
        The plan.
    corpus : sklearn.utils.Bunch
        The corpus.
    features : dict
        Result of `read_corpus`.

    Returns
    -------
    table : DataFrame
        Table of the comparison, or of `over_seeds`.
    comparison : Comparison or None
        That of the first seed, if an option needs more than its table.
    """
    everything = wants_comparison(options) or options.seeds > 1
    features = scale_for(options, plan, corpus, features)
    models = plan.models(features)
    planned = planned_trainings(models, corpus.task, groups=corpus.sessions, cv=plan.folds)
    tell_duration(options, [model[:2] for model in models.values()], planned, options.seeds)
    results = []
    for seed in range(options.seed, options.seed + options.seeds):
        if seed > options.seed:
            again = argparse.Namespace(**{**vars(options), "seed": seed})
            plan = plan_evaluation(again, corpus, (plan.folds, plan.description))
        if options.seeds > 1:
            print_status(f"Seed {seed}, {seed - options.seed + 1} of {options.seeds}")
        result = compare(
            plan.models(features),
            None,
            corpus.task,
            groups=corpus.sessions,
            cv=plan.folds,
            baseline=plan.baseline,
            n_jobs=options.n_jobs,
            memory=options.cache,
            random_state=seed,
            verbose=1,
            return_comparison=everything,
        )
        results.append(result)
    table = results[0].table if everything else results[0]
    if options.seeds > 1:
        table = over_seeds(results, corpus.task.classes, corpus.sessions, plan.baseline, options.seed)
    table = table if options.protocol is None else beside_the_paper(table)
    return table, results[0] if everything else None


def scale_for(options, plan, corpus, features):
    """
    Scale the features of an evaluation, by speaker or over all recordings.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate``.
    plan : Evaluation
        The plan.
    corpus : sklearn.utils.Bunch
        The corpus.
    features : dict
        Result of `read_corpus`.

    Returns
    -------
    dict of Features
        What the models of the plan learn, and the same of speakers who are new.
    """
    scaled, speakers = {}, speakers_to_scale_by(options, corpus)
    if plan.on_frames:
        frames = Features.scaled(features["frames"], speakers, plan.folds)
        scaled["frames"] = frames.map(FramePooler(5).fit_transform)
    if plan.on_functionals:
        scaled["functionals"] = Features.scaled(features["functionals"], speakers, plan.folds)
    return scaled


def show_evaluation(options, plan, table, seconds, n_classes, files):
    """Print what the table of an evaluation means, what it took and where it is, or all of it as JSON."""
    means = meaning(table, n_classes, plan.baseline, options.protocol)
    told = {"meaning": means, "time": spent(seconds, options.n_jobs)}
    if options.json:
        result = {"folds": plan.description, "baseline": plan.baseline, "seconds": seconds, **told}
        print_json(
            {**result, "models": records(table), "files": {name: str(file) for name, file in files.items()}}
        )
        return
    print_text("\n".join(told.values()))
    print_status(f"The same numbers and more: {files['table']}; the settings: {files['settings']}")
    for name, what in (("predictions", "Every prediction"), ("report", "Report"), ("model", "Model written")):
        if name in files:
            print_status(f"{what}: {files[name]}")


def plan_model(options, corpus):
    """Return the model to train on a corpus, and the groups that it keeps whole; print its plan."""
    groups = corpus.sessions
    if groups is not None and len(set(groups)) == 1:
        print_status("All utterances are of one session: the training holds out single utterances.")
        groups = None
    if options.model != "stack":
        return make_network(options.model, options, corpus.task), groups
    stack = all_views(paper_models(make_stack(options, corpus.task), corpus.task))
    print_status(f"{stack.plan(corpus.X, corpus.task, groups=groups)}\n")
    return stack, groups


def train(options):
    """Train a model on a corpus and write it to a file."""
    start, files = perf_counter(), check_files(options)
    check_features(options)
    with open_corpus(options) as corpus:
        plan_model(options, corpus)
        kept, features = read_corpus(options, corpus, ["frames"])
        front_end = SETS[options.features]["frames"]().fit(kept.X)
    model = fit(options, kept, front_end, features["frames"])
    with replacing_all(files) as partial:
        save(model, partial["model"], card=describe_data(options, kept, front_end))
        write_config(options, files["settings"], partial["settings"])
    print_status(f"Model written: {files['model']}")
    if options.json:
        seconds = {"run": perf_counter() - start}
        print_json({"seconds": seconds, "files": {name: str(file) for name, file in files.items()}})
    return 0 if kept is corpus else SKIPPED


def fit(options, corpus, front_end, frames):
    """
    Train the model of the options on all samples.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate`` or ``train``.
    corpus : sklearn.utils.Bunch
        The corpus.
    front_end : OpenSmileFrames
        The front end, fitted on its audio.
    frames : list of ndarray of shape (n_frames_i, 45)
        Frames of its samples.

    Returns
    -------
    Pipeline
        From audio files to the consensus.
    """
    with silenced():
        model, groups = plan_model(options, corpus)
    names = getattr(model, "views", [options.model])
    print_status(f"Training on {len(frames)} utterances: {', '.join(map(str, names))}")
    frames, scaler = scale_and_pool(frames, speakers_to_scale_by(options, corpus))
    planned = trainings_of(model, corpus, groups)
    tell_duration(options, [(model, frames)], [[one] for one in planned])
    with showing_trainings("Training", planned, options.n_jobs, 1):
        start = perf_counter()
        model.fit(frames, corpus.task, **({} if groups is None else {"groups": groups}))
        if options.model != "stack":  # a stack reports its own trainings
            tell_finished(None, *planned[0], perf_counter() - start)
    if options.model == "stack":
        model.set_params(memory=None, n_jobs=None)
    return make_model(front_end, scaler, model)


def trainings_of(model, corpus, groups):
    """Return the kind and the number of samples of each training of a model."""
    if not hasattr(model, "plan"):
        return [(type(model).__name__, len(corpus.X))]
    plan = model.plan(corpus.X, corpus.task, groups=groups)
    return [training.size for training in plan.trainings]


def describe_data(options, corpus, front_end):
    """
    Describe what a model learns from, for its card.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``train``.
    corpus : sklearn.utils.Bunch
        Result of `open_corpus`.
    front_end : OpenSmileFrames or SpectralFrames
        What computes the frames.

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
        "Front end": describe_front_end(front_end, speakers_to_scale_by(options, corpus) is not None),
    }
