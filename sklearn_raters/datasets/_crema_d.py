"""CREMA-D: actors speak sentences with an emotion; thousands of raters heard or saw the clips.

Cao et al., "CREMA-D: Crowd-sourced emotional multimodal actors dataset", IEEE Transactions on Affective
Computing 5 (2014). The filter of slow answers is that of the corpus' own script processFinishedResponses.r.
"""

from os import PathLike
from textwrap import dedent

from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.datasets._audio_names import audio_below
from sklearn_raters.datasets._corpus_table import (
    answers_in,
    read_columns,
    read_numbers,
    read_optional_numbers,
)
from sklearn_raters.datasets._emotion_corpus import (
    EMOTIONS,
    check_no_agreement,
    choose_classes,
    corpus_bunch,
    first_answers,
    read_names,
)
from sklearn_raters.datasets._files import existing_folder
from sklearn_raters.exceptions import InputError, remark

MODES = {"voice": 1, "face": 2, "audiovisual": 3}
LETTERS = {letter: EMOTIONS[letter] for letter in "ADFHNS"}
CLASSES = list(LETTERS.values())
CODES = {label[:3].upper(): label for label in CLASSES}
PRACTICE = [7443, 7444]
# Its file holds nothing but silence.
SILENT = "1076_MTI_SAD_XX"
CLIP = r"(?P<speakers>\d{4})_(?P<sentences>[A-Z]{3})_(?P<acted>[A-Z]{3})_(?P<levels>[A-Z]+)"
# An answer that took longer to begin (ms) does not count.
SLOW = 10_000
REMEDY = "copy it from the corpus' repository, CheyneyComputerScience/CREMA-D"


def question_of(table, file):
    """Return the number by which the corpus knows a question to a rater."""
    session, mode, question = (
        read_numbers(table[name], file) for name in ("sessionNums", "queryType", "questNum")
    )
    return session * 1000 + mode * 100 + question


def read_answers(folder, mode):
    """Return the answers to one mode, the number of each kind that was left out, and the filter's state."""
    file = folder / "finishedResponses.csv"
    columns = ["localid", "queryType", "clipNum", "questNum", "clipName", "sessionNums", "respEmo"]
    table = read_columns(file, columns)
    modes = read_numbers(table["queryType"], file)
    if len(odd := table[~modes.isin(list(MODES.values()))]):
        raise InputError(
            f"{file}:{odd.index[0]} has the queryType {odd['queryType'].iloc[0]!r}; expected 1 (voice), "
            f"2 (face) or 3 (audiovisual); {REMEDY}."
        )
    table = table[modes == MODES[mode]]
    dropped = {}
    practice = read_numbers(table["clipNum"], file).isin(PRACTICE)
    table, dropped["practice"] = table[~practice], int(practice.sum())
    slow_file = folder / "finishedEmoResponses.csv"
    if filtered := slow_file.exists():
        first = read_columns(slow_file, ["queryType", "questNum", "sessionNums", "ttr"])
        slow = read_optional_numbers(first["ttr"], slow_file) > SLOW
        late = question_of(table, file).isin(question_of(first[slow], slow_file))
        table, dropped["slow"] = table[~late], int(late.sum())
    for column, what in (("localid", "rater"), ("clipName", "clip")):
        if table[column].isna().any():
            line = table.index[table[column].isna()][0]
            raise InputError(f"{file}:{line} names no {what} (column {column}); {REMEDY}.")
    votes = table.assign(label=read_names(answers_in(table["respEmo"]), LETTERS, file, REMEDY))
    votes = votes.rename(columns={"localid": "rater", "clipName": "sample"})
    votes, dropped["repeated"], dropped["unanswered"] = first_answers(votes)
    silent = votes["sample"] == SILENT
    votes, dropped["silent clip"] = votes[~silent], int(silent.sum())
    return votes[["sample", "rater", "label"]], dropped, filtered


def describe_clips(names, folder, file):
    """Return a table of the clips: actor, sentence, acted emotion, its level, the actor's sex if known."""
    about = names.to_series().str.fullmatch(CLIP)
    if not about.all():
        raise InputError(
            f"{file} rates the clip {names[~about.to_numpy()][0]!r}; expected a name such as "
            f"1001_IEO_ANG_HI; {REMEDY}."
        )
    about = names.to_series().str.extract(CLIP).astype(object)
    if len(odd := about[~about["acted"].isin(list(CODES))]):
        raise InputError(
            f"{file} rates {odd.index[0]!r}; expected one of {', '.join(CODES)} in it; {REMEDY}."
        )
    about["acted"] = about["acted"].map(CODES)
    actors = folder / "VideoDemographics.csv"
    if actors.exists():
        sex = read_columns(actors, ["ActorID", "Sex"]).drop_duplicates("ActorID").set_index("ActorID")["Sex"]
        if unknown := sorted(set(about["speakers"]) - set(sex.index)):
            raise InputError(f"{actors} does not name the actor {unknown[0]}; {REMEDY}.")
        about["genders"] = about["speakers"].map(sex.str.lower())
    return about.assign(sessions=about["speakers"])


@checked_parameters(
    {
        "root": [str, PathLike],
        "mode": [str],
        "classes": ["array-like", None],
        "label_map": [dict, None],
        "no_agreement": [str],
    }
)
def load_crema_d(root, mode="voice", *, classes=None, label_map=None, no_agreement="keep", check_audio=True):
    """Load CREMA-D with the answer of every rater.

    The folder holds ``finishedResponses.csv`` and ``AudioWAV/``. With ``finishedEmoResponses.csv`` too,
    answers that a rater took more than 10 s to begin are left out, as the corpus' own script does; without
    it, a warning says that they are kept. Practice clips are left out, and so is clip 1076_MTI_SAD_XX, whose
    audio is silent. Of several answers by one rater to one clip, the first counts.

    Parameters
    ----------
    root : str or path-like
        Folder of the corpus; ``~`` is expanded.
    mode : {"voice", "face", "audiovisual"}, default="voice"
        What the raters were shown.
    classes : sequence of str, default=None
        The classes to learn, labels after `label_map`. None takes all six.
    label_map : dict, default=None
        From labels to classes, such as ``{"disgust": "anger"}``; None as a class means "not rated".
    no_agreement : {"keep", "drop"}, default="keep"
        Whether clips without a majority are kept, with None as their consensus.
    check_audio : bool, default=True
        Whether audio that is missing or empty is an error. False leaves it to
        ``OpenSmileFrames(on_error="skip")`` to list it.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry a clip, sorted by name:

        - ``X``: list of str, paths of the wav files, 16 kHz;
        - ``Y``: DataFrame of shape (n_samples, n_raters), indexed by clip; a cell holds NaN or one of
          anger, disgust, fear, happiness, neutral and sadness;
        - ``consensus``: object array, the label with most votes, None without one;
        - ``sessions``, ``speakers``: object arrays, both hold the actors, the groups that must not be split
          between folds;
        - ``genders``: object array, if ``VideoDemographics.csv`` is there;
        - ``sentences``, ``acted``, ``levels``: object arrays, what was spoken, with which emotion and level;
        - ``classes``, ``label_map``: as parameters of the estimators;
        - ``dropped``: dict, number of answers that were left out, by reason;
        - ``DESCR``: str.

    Raises
    ------
    FileNotFoundError
        If the folder, a table or the audio of a clip is missing.
    InputError
        If an option is none of its values, or a table lacks a column or holds a value that is not expected,
        or an audio file is empty or a pointer of Git LFS.

    Warns
    -----
    InputWarning
        If ``finishedEmoResponses.csv`` is missing.

    See Also
    --------
    fetch_crema_d : Download the corpus.

    Examples
    --------
    >>> from sklearn_raters.datasets import load_crema_d
    >>> corpus = load_crema_d("~/CREMA-D")  # doctest: +SKIP
    >>> corpus.classes  # doctest: +SKIP
    ['anger', 'disgust', 'fear', 'happiness', 'neutral', 'sadness']
    """
    if mode not in MODES:
        raise InputError(f"mode must be one of {', '.join(MODES)}, not {mode!r}.")
    check_no_agreement(no_agreement)
    classes, label_map = choose_classes(CLASSES, CLASSES, classes, label_map)
    folder = existing_folder(
        root, "CREMA-D", "give the folder that holds finishedResponses.csv and AudioWAV/"
    )
    votes, dropped, filtered = read_answers(folder, mode)
    if not filtered:
        remark(
            f"{folder} holds no finishedEmoResponses.csv, so that answers that took more than 10 s to begin "
            "are kept, which the corpus' own figures leave out. Copy it beside finishedResponses.csv."
        )
    import pandas as pd

    names = pd.Index(sorted(votes["sample"].unique()), name="clip", dtype=object)
    about = describe_clips(names, folder, folder / "finishedResponses.csv")
    remedy = "run `git lfs pull` in the corpus' repository, or fetch_crema_d"
    about["X"] = audio_below(folder, [f"{name}.wav" for name in names], check_audio, remedy)

    def describe(bunch):
        left_out = ", ".join(f"{number} {reason}" for reason, number in dropped.items())
        slow = "left out" if filtered else "kept, because finishedEmoResponses.csv is missing"
        return dedent(f"""\
            CREMA-D, the crowd-sourced emotional multimodal actors dataset; raters judged by {mode}.

            {len(bunch.X)} clips of {len(set(bunch.speakers))} actors from {folder};
            {bunch.Y.shape[1]} raters, {bunch.Y.notna().to_numpy().sum()} votes. Answers left out: {left_out}.
            Answers that took more than 10 s to begin are {slow}.
            Split by actor (`sessions`), never by clip.
            Cao et al., IEEE Transactions on Affective Computing 5 (2014); licence ODbL 1.0.
            """)

    return corpus_bunch(
        votes,
        about,
        classes=classes,
        label_map=label_map,
        no_agreement=no_agreement,
        describe=describe,
        dropped=dropped,
    )
