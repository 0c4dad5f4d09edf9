"""The job ``predict``: classes of audio files or of their segments, and what was known of the speakers."""

from collections import Counter
from copy import copy

from sklearn_raters._files import check_table, check_writable, replacing_all, write_table
from sklearn_raters.cli._config import check_config, write_config
from sklearn_raters.cli._corpus import print_status
from sklearn_raters.cli._front_end import (
    SKIPPED,
    check_model,
    describe_front_end,
    read_features,
    read_segments,
    take,
)
from sklearn_raters.cli._inputs import check_results, find_files, name_speakers
from sklearn_raters.cli._predictions import prediction_rows, prediction_table, print_predictions
from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence import load, load_card, save
from sklearn_raters.ratings import shorten

_ADDED = " Speakers added after the training"


def predict(options):
    """Print the predicted class, the probabilities and each rater's class of each file; write files."""
    results = check_outputs(options)
    files, of_tables = find_files(options.files)
    if results:
        read = [options.model, *options.files, *files]
        check_results(results, options, read, renewed={"model": options.model})
    model = load(options.model)
    check_model(model, options.model)
    scaler, pooler, classifier = (model.named_steps[name] for name in ("speakers", "pooler", "classifier"))
    names = name_speakers(files, of_tables, options)
    by_speaker = scaler.speakers_[0] is not None
    check_speakers(names, by_speaker, options)
    front_end = copy(model.named_steps["frames"])
    frames, owners, times = read_parts(front_end, files, options)
    names = [names[index] for index in owners]
    speakers = None
    if by_speaker:
        # The segments of a file are by one speaker, also if nobody knows by whom.
        speakers = [
            f"speaker of {files[index]}" if name is None else name
            for index, name in zip(owners, names, strict=True)
        ]
        known = meet_speakers(scaler, frames, speakers, options)
    answers = prediction_rows(classifier, pooler.transform(scaler.transform(frames, speakers=speakers)))
    rows = [{"file": files[index], **time} for index, time in zip(owners, times, strict=True)]
    if by_speaker:
        of_segments = None if options.segments is None else [files[index] for index in owners]
        told = knowledge(scaler, known, speakers, names, of_segments)
        rows = [row | one for row, one in zip(rows, told, strict=True)]
    rows = [row | answer for row, answer in zip(rows, answers, strict=True)]
    write_results(results, model, rows, options)
    print_predictions(rows, options.format)
    return 0 if len(set(owners)) == len(files) else SKIPPED


def check_outputs(options):
    """Return the files to write by what they hold; raise an error, before any work, if one cannot be."""
    results = {} if options.remember is None else {"model": check_writable(options.remember)}
    if options.out is not None:
        results["table"] = check_table(options.out)
        results["settings"] = check_config(options.out, options.command)
    return results


def check_speakers(names, by_speaker, options):
    """Raise InputError if speakers are named in vain, or not named although they are to be remembered."""
    if not by_speaker and (options.remember or any(name is not None for name in names)):
        raise InputError(
            f"{options.model} does not scale by speaker: leave out --speakers, --speaker, --remember and the "
            "column 'speaker' of tables, or train with --speaker-column and --scaling speaker."
        )
    if options.remember and options.segments is not None:
        raise InputError("--remember counts whole recordings: leave out --segments.")
    if options.remember and (options.speakers == "one" or None in names):
        raise InputError(
            "--remember needs the name of every file's speaker: give --speaker, --speakers folder or a table "
            "with the column 'speaker'."
        )


def read_parts(front_end, files, options):
    """
    Compute the frames of files, or of their segments.

    Parameters
    ----------
    front_end : OpenSmileFrames
        The model's front end, whose parameters are set.
    files : list of str
        Audio files.
    options : argparse.Namespace
        The options of ``predict``.

    Returns
    -------
    frames : list of ndarray of shape (n_frames_i, 45)
        Frames, 100 a second, of each part.
    owners : list of int
        The file of each part, as index of `files`.
    times : list of dict
        ``start`` and ``end`` of each part in seconds; empty for a whole file.
    """
    front_end.set_params(n_jobs=options.n_jobs, verbose=1, on_error="skip")
    if options.segments is None:
        frames, kept = read_features(front_end, files)
        return frames, kept, [{} for _ in kept]
    seconds = None if options.segments == "speech" else options.segments
    frames, owners, times = read_segments(front_end, files, seconds)
    return frames, owners, [{"start": round(start, 2), "end": round(end, 2)} for start, end in times]


def meet_speakers(scaler, frames, speakers, options):
    """
    Make speakers known by their recordings, each of which counts once: new ones, and all to be remembered.

    Parameters
    ----------
    scaler : SpeakerScaler
        What the model knows of speakers, which is changed.
    frames : list of ndarray of shape (n_frames_i, 45)
        Frames of each recording, or of each segment.
    speakers : list of str
        Their speakers.
    options : argparse.Namespace
        The options of ``predict``.

    Returns
    -------
    set of str
        The speakers whom the model knows, with those that are remembered.
    """
    known = set(scaler.speakers_.tolist())
    rows = [row for row, name in enumerate(speakers) if options.remember or name not in known]
    n_of_training, n_before = _n_of_training(scaler), len(scaler.added_codes_)
    if rows:
        scaler.add_speakers(take(frames, rows), [speakers[row] for row in rows], once=True)
    if options.remember is None:
        return known
    of_training = [name for name in speakers if name in scaler.speakers_[:n_of_training].tolist()]
    if of_training:
        print_status(f"Known from the training, left as they are: {shorten(dict.fromkeys(of_training))}")
    again = len(rows) - len(of_training) - (len(scaler.added_codes_) - n_before)
    if again:
        print_status(f"Recordings that were given before, and count once: {again} of {len(rows)}")
    return set(scaler.speakers_.tolist())


def _n_of_training(scaler):
    """Return the number of speakers that a scaler knows from its training."""
    return len(scaler.speakers_) - len(set(scaler.added_codes_.tolist()))


def knowledge(scaler, known, speakers, names, files=None):
    """
    Tell by how many recordings each part's speaker is known.

    Parameters
    ----------
    scaler : SpeakerScaler
        What is known of all speakers of the call.
    known : set of str
        The speakers whom the model knows.
    speakers : list of str
        Speaker of each part, by which it is scaled.
    names : list of str or None
        The same, None where nobody has named the speaker.
    files : list of str or None, default=None
        The file of each part, if the parts are segments.

    Returns
    -------
    list of dict
        ``speaker`` (str or None), ``speaker_known`` (bool), and ``speaker_recordings`` (int): the recordings
        that the speaker's statistics come from, in training or by ``--remember`` if the speaker is known,
        else in this call.
    """
    counts = dict(zip(scaler.speakers_.tolist(), scaler.n_samples_.tolist(), strict=True))
    if files is not None:
        of_call = Counter(speaker for _, speaker in set(zip(files, speakers, strict=True)))
        counts |= {name: n for name, n in of_call.items() if name not in known}
    return [
        {"speaker": name, "speaker_known": speaker in known, "speaker_recordings": counts[speaker]}
        for speaker, name in zip(speakers, names, strict=True)
    ]


def write_results(files, model, rows, options):
    """
    Write the model and the predictions that the options ask for, all or none.

    Parameters
    ----------
    files : dict of Path
        Result of `check_outputs`.
    model : Pipeline
        The model, which knows the speakers to remember.
    rows : list of dict
        The predictions, as `print_predictions` takes them.
    options : argparse.Namespace
        The options of ``predict``.
    """
    with replacing_all(files) as partial:
        if "model" in files:
            save(model, partial["model"], card=_card_of(model, options))
        if "table" in files:
            write_table(prediction_table(rows), partial["table"])
            write_config(options, files["settings"], partial["settings"])
    if "model" in files:
        n_known = len(model.named_steps["speakers"].speakers_)
        print_status(f"Model written, which knows {n_known} speakers: {options.remember}")
    if "table" in files:
        print_status(f"Every prediction: {files['table']}; the settings: {files['settings']}")


def _card_of(model, options):
    """Return the card of the model, with the names of the speakers that were added."""
    scaler = model.named_steps["speakers"]
    data = load_card(options.model).get("Data", "").partition(_ADDED)[0]
    if added := scaler.speakers_[_n_of_training(scaler) :].tolist():
        data += f"{_ADDED}: {shorten(added)}."
    return {"Data": data, "Front end": describe_front_end(model.named_steps["frames"], by_speaker=True)}
