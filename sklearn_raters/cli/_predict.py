"""The job ``predict``: classes of audio files or of their segments, and what was known of the speakers."""

from collections import Counter
from copy import copy

from sklearn_raters._files import check_writable
from sklearn_raters.cli._corpus import print_status
from sklearn_raters.cli._front_end import (
    SKIPPED,
    check_model,
    describe_front_end,
    read_features,
    read_segments,
)
from sklearn_raters.cli._inputs import check_results, find_files, name_speakers
from sklearn_raters.cli._output import prediction_rows, write_predictions
from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence import load, load_card, save
from sklearn_raters.ratings import shorten


def predict(options):
    """Print the predicted class, the probabilities and each rater's predicted class for each file."""
    files, of_tables = find_files(options.files)
    if options.remember is not None:
        written = {"model": check_writable(options.remember)}
        check_results(written, options, read=[*options.files, *files])
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
        if options.remember is not None:
            remember(model, frames, speakers, options)
    answers = prediction_rows(classifier, pooler.transform(scaler.transform(frames, speakers=speakers)))
    rows = [{"file": files[index], **time} for index, time in zip(owners, times, strict=True)]
    if by_speaker:
        rows = [
            row | known for row, known in zip(rows, knowledge(scaler, speakers, names, owners), strict=True)
        ]
    write_predictions([row | answer for row, answer in zip(rows, answers, strict=True)], options.format)
    return 0 if len(set(owners)) == len(files) else SKIPPED


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


def remember(model, frames, speakers, options):
    """Add speakers to what a model knows, and write the model."""
    scaler, named = model.named_steps["speakers"], dict.fromkeys(speakers)
    n_of_training = len(scaler.speakers_) - len(set(scaler.added_codes_.tolist()))
    if of_training := [name for name in named if name in scaler.speakers_[:n_of_training].tolist()]:
        print_status(f"Known from the training, left as they are: {shorten(of_training)}")
    scaler.add_speakers(frames, speakers=speakers)
    front_end = describe_front_end(model.named_steps["frames"], by_speaker=True)
    card = {"Data": load_card(options.model).get("Data", ""), "Front end": front_end}
    if added := scaler.speakers_[n_of_training:].tolist():
        card["Data"] += f" Speakers added after the training: {shorten(added)}."
    save(model, options.remember, card=card)
    print_status(f"Model written, which knows {len(scaler.speakers_)} speakers: {options.remember}")


def knowledge(scaler, speakers, names, owners):
    """
    Tell by how many recordings each part's speaker is known.

    Parameters
    ----------
    scaler : SpeakerScaler
        What is known of speakers.
    speakers : list of str
        Speaker of each part, by which it is scaled.
    names : list of str or None
        The same, None where nobody has named the speaker.
    owners : list of int
        Number of the file of each part.

    Returns
    -------
    list of dict
        ``speaker`` (str or None), ``speaker_known`` (bool), and ``speaker_recordings`` (int): the recordings
        that the speaker's statistics come from, in training or by ``--remember`` if the speaker is known,
        else in this call.
    """
    of_model = dict(zip(scaler.speakers_.tolist(), scaler.n_samples_.tolist(), strict=True))
    of_call = Counter(speaker for _, speaker in set(zip(owners, speakers, strict=True)))
    return [
        {
            "speaker": name,
            "speaker_known": speaker in of_model,
            "speaker_recordings": of_model.get(speaker, of_call[speaker]),
        }
        for speaker, name in zip(speakers, names, strict=True)
    ]
