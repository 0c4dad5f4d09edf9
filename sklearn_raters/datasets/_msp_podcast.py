"""MSP-Podcast: emotional speech in podcasts; several raters labelled each speaking turn.

Lotfian & Busso, "Building naturalistic emotionally balanced speech corpus by retrieving emotional speech from
existing podcast recordings", IEEE Transactions on Affective Computing 10 (2019).
"""

import json
import re
from os import PathLike
from textwrap import dedent

from sklearn_raters._files import existing_file
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.datasets._audio_names import audio_below
from sklearn_raters.datasets._corpus_table import read_columns, read_optional_numbers
from sklearn_raters.datasets._emotion_corpus import (
    EMOTIONS,
    WORDS,
    check_no_agreement,
    choose_classes,
    corpus_bunch,
    first_answers,
    read_names,
    read_words,
)
from sklearn_raters.datasets._files import existing_folder, visible_files
from sklearn_raters.exceptions import InputError, remark
from sklearn_raters.ratings import require_columns, shorten

LABELS = sorted(EMOTIONS.values())
CLASSES = [label for label in LABELS if label != "other"]
NAMES = WORDS | {letter.lower(): label for letter, label in EMOTIONS.items()}
CONSENSUS = re.compile(r"labels_con[sc]ensus\.csv", re.IGNORECASE)
DETAILED = re.compile(r"labels_detailed\.(csv|json)", re.IGNORECASE)
# One rating in a cell of the column EmoDetail. Comments in it may hold any sign, also a semicolon.
DETAIL = re.compile(
    r"\s*(?P<rater>[^;]+);(?P<label>[^;]*);(?P<further>.*?);?"
    r"\s*A:\s*[^;]*;\s*V:\s*[^;]*;\s*D:\s*[^;]*(?:;|$)",
    re.DOTALL,
)
# The next rater and label, in the further fields of a rating that lacks its scores.
NEXT = re.compile(rf"(?:^|;)\s*[^\W\d]*\d\w*\s*;\s*(?:{'|'.join(NAMES)}|other[^;]*)\s*(?:;|$)", re.IGNORECASE)
PODCAST = re.compile(r"(MSP-(?:PODCAST|Conversation)_\d+)_", re.IGNORECASE)
ATTRIBUTES = {"EmoAct": "activation", "EmoVal": "valence", "EmoDom": "dominance"}
REMEDY = "copy it from the corpus' archive"


def find_table(folder, pattern, what):
    """Return the file of labels whose name fits, in the folder or in its folder of labels."""
    places = [
        folder,
        *(place for place in sorted(folder.iterdir()) if place.name.lower() in ("labels", "label")),
    ]
    found = [
        place / name for place in places for name in sorted(visible_files(place)) if pattern.fullmatch(name)
    ]
    if not found:
        raise FileNotFoundError(
            f"MSP-Podcast: {folder} and its folder Labels hold no {what}; give the folder that holds Labels/ "
            "and Audios/."
        )
    return found[0]


def read_consensus(file):
    """Return the table of samples, one row a file name, indexed by it, with the column ``line``."""
    wanted = ["FileName", "EmoClass", *ATTRIBUTES, "SpkrID", "Gender", "Split_Set"]
    table = read_columns(file, wanted)
    for column in ("FileName", "SpkrID", "Split_Set"):
        if table[column].isna().any():
            line = table.index[table[column].isna()][0]
            raise InputError(f"{file}:{line} has nothing as {column}; {REMEDY}.")
    double = table[table["FileName"].duplicated()]
    if len(double):
        raise InputError(f"{file}:{double.index[0]} holds {double['FileName'].iloc[0]} again; {REMEDY}.")
    names = {**EMOTIONS, "X": None}
    about = table.assign(consensus=read_names(table["EmoClass"], names, file, REMEDY))
    for column, attribute in ATTRIBUTES.items():
        about[attribute] = read_optional_numbers(table[column], file)
    return about.set_index("FileName")


def of_splits(about, splits, file):
    """Return the samples of some parts of the corpus; raise InputError if there is no such part."""
    parts = sorted(about["Split_Set"].unique())
    odd = [part for part in splits if part not in parts]
    if odd or not len(splits):
        raise InputError(
            f"splits names {shorten(odd) or 'nothing'}; {file} has the parts {shorten(parts, 20)}."
        )
    return about[about["Split_Set"].isin(list(splits))]


def speaker_of(speaker, file_name, file):
    """Return the speaker, or the podcast where the speaker is not known."""
    if speaker.lower() not in ("unknown", "nan"):
        return speaker
    podcast = PODCAST.match(file_name)
    if podcast is None:
        raise InputError(f"{file} names {file_name!r}; expected such as MSP-PODCAST_0001_0008.wav; {REMEDY}.")
    return f"unknown in {podcast[1]}"


def rows_of_json(file):
    """Yield (place, file name, rater, label) of the ratings in ``{file: {rater: {field: value}}}``."""
    try:
        detail = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise InputError(f"{file} is not a complete JSON file: {error}; {REMEDY}.") from error
    shape = '{"MSP-PODCAST_0001_0008.wav": {"WORKER0001": {"EmoClass_Major": "Happy", ...}}}'
    if not isinstance(detail, dict):
        raise InputError(f"{file} holds a {type(detail).__name__}; expected {shape}; {REMEDY}.")
    for name, ratings in detail.items():
        for rater, fields in ratings.items() if isinstance(ratings, dict) else [("", None)]:
            if not isinstance(fields, dict) or "EmoClass_Major" not in fields:
                place = f"{name!r}, {rater!r}" if rater else f"{name!r}"
                raise InputError(
                    f"{file} has no field EmoClass_Major for {place}; expected {shape}; {REMEDY}."
                )
            yield f"{name}, {rater}", name, rater, fields["EmoClass_Major"]


def rows_of_csv(file):
    """Yield (line, file name, rater, label) of the ratings in either form of CSV."""
    table = read_columns(file, ["FileName"], also=["EmoDetail", "Workers", "EmoClass_Major"])
    if "EmoDetail" not in table.columns:
        wanted = ["FileName", "Workers", "EmoClass_Major"]
        remedy = "Name the file of the ratings by ratings=, or copy it again."
        require_columns(
            table.columns.tolist(), dict(zip(wanted, wanted, strict=True)), f" {file}", remedy=remedy
        )
        yield from table[wanted].astype(object).where(table[wanted].notna(), None).itertuples(name=None)
        return
    for line, name, cell in table[["FileName", "EmoDetail"]].itertuples(name=None):
        if not isinstance(cell, str):
            raise InputError(f"{file}:{line} has nothing as EmoDetail; {REMEDY}.")
        at = 0
        while at < len(cell.strip()):
            found = DETAIL.match(cell, at)
            if found is None or NEXT.search(found["further"]):
                raise InputError(
                    f"{file}:{line} has the EmoDetail {shorten([cell[at:]], 1)}; expected such as "
                    f"'WORKER0001; Happy; Happy,Excited; A:5.0; V:4.0; D:4.0;'; {REMEDY}."
                )
            yield line, name, found["rater"].strip(), found["label"].strip() or None
            at = found.end()


def read_votes(file):
    """Return the ratings of single raters: a table of sample, rater and label, and the number of repeats."""
    import pandas as pd

    rows = list(rows_of_json(file) if file.suffix.lower() == ".json" else rows_of_csv(file))
    votes = pd.DataFrame(rows, columns=["line", "sample", "rater", "EmoClass_Major"], dtype=object)
    votes = votes.set_index("line")
    for column in ("sample", "rater"):
        empty = votes[column].isna() | (votes[column] == "")
        if empty.any():
            raise InputError(f"{file}:{votes.index[empty][0]} names no {column}; {REMEDY}.")
    votes["label"] = read_words(votes["EmoClass_Major"], NAMES, file, REMEDY)
    votes, repeated, unlabelled = first_answers(votes)
    dropped = {"repeated": repeated, "unlabelled": unlabelled}
    return votes[["sample", "rater", "label"]], dropped


@checked_parameters(
    {
        "root": [str, PathLike],
        "ratings": [str, PathLike, None],
        "splits": ["array-like", None],
        "classes": ["array-like", None],
        "label_map": [dict, None],
        "no_agreement": [str],
        "as_frame": ["boolean"],
    }
)
def load_msp_podcast(
    root,
    *,
    ratings=None,
    splits=None,
    classes=None,
    label_map=None,
    no_agreement="keep",
    as_frame=True,
    check_audio=True,
):
    """Load MSP-Podcast with every rater's primary emotion.

    The folder holds ``Audios/`` and ``Labels/`` with ``labels_consensus.csv`` (``labels_concensus.csv`` in
    older releases) and the ratings of single raters. These are read in each of the published shapes: a JSON
    file by file and rater, a CSV file with a column ``Workers``, and one with a column ``EmoDetail``.

    Parameters
    ----------
    root : str or path-like
        Folder of the corpus; ``~`` is expanded.
    ratings : str or path-like, default=None
        File of the single ratings. None takes ``labels_detailed.csv``, else ``labels_detailed.json``.
    splits : sequence of str, default=None
        Parts of the corpus to load, such as ``["Train", "Development"]``. None takes all.
    classes : sequence of str, default=None
        The classes to learn, labels after `label_map`. None takes all but "other".
    label_map : dict, default=None
        From labels to classes, such as ``{"contempt": "disgust"}``. None as a class means "not rated":
        ``{"other": None}`` leaves out votes for "other", which are votes for none of the classes otherwise.
    no_agreement : {"keep", "drop"}, default="keep"
        Whether samples without a consensus (X) are kept, with None as their consensus.
    as_frame : bool, default=True
        Whether `Y` is a DataFrame. False gives `sklearn_raters.ratings.Votes`, whose memory grows with the
        number of votes: thousands of raters rated the whole corpus.
    check_audio : bool, default=True
        Whether audio that is missing or empty is an error. False leaves it to
        ``OpenSmileFrames(on_error="skip")`` to list it.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry a file, in the order of the consensus table:

        - ``X``: list of str, paths of the wav files, 16 kHz;
        - ``Y``: DataFrame of shape (n_samples, n_raters), indexed by file name, or Votes; a cell holds NaN
          or one of anger, contempt, disgust, fear, happiness, neutral, other, sadness and surprise;
        - ``consensus``: object array, the corpus' consensus, None without one;
        - ``speakers``: object array; where the speaker is not known, "unknown in" and the podcast;
        - ``sessions``: object array, the speakers, the groups that must not be split between folds;
        - ``genders``, ``splits``: object arrays;
        - ``activation``, ``valence``, ``dominance``: float arrays, the raters' means, 1 to 7;
        - ``classes``, ``label_map``: as parameters of the estimators;
        - ``dropped``: dict, number of ratings that were left out, by reason;
        - ``DESCR``: str.

    Raises
    ------
    FileNotFoundError
        If the folder, a table or the audio of a sample is missing.
    InputError
        If an option is none of its values, a table lacks a column or holds a value that is not expected, an
        audio file is empty, or a DataFrame of the ratings would take more than 2 GiB.

    Warns
    -----
    InputWarning
        If raters rated files that the consensus table does not name; these ratings are left out.

    Examples
    --------
    >>> from sklearn_raters.datasets import load_msp_podcast
    >>> corpus = load_msp_podcast("~/MSP-Podcast", splits=["Test1"])  # doctest: +SKIP
    >>> corpus.classes  # doctest: +SKIP
    ['anger', 'contempt', 'disgust', 'fear', 'happiness', 'neutral', 'sadness', 'surprise']
    """
    check_no_agreement(no_agreement)
    classes, label_map = choose_classes(LABELS, CLASSES, classes, label_map)
    folder = existing_folder(root, "MSP-Podcast", "give the folder that holds Labels/ and Audios/")
    consensus_file = find_table(folder, CONSENSUS, "labels_consensus.csv")
    about = read_consensus(consensus_file)
    if ratings is None:
        file = find_table(
            folder, DETAILED, "labels_detailed.csv or labels_detailed.json; name it by ratings="
        )
    else:
        file = existing_file(ratings, "The ratings of MSP-Podcast", REMEDY)
    votes, dropped = read_votes(file)
    unknown = ~votes["sample"].isin(about.index)
    votes, dropped["unknown file"] = votes[~unknown], int(unknown.sum())
    if dropped["unknown file"]:
        remark(
            f"{file} holds {dropped['unknown file']} ratings of files that {consensus_file} does not name; "
            "they are left out. Copy both files from the same release."
        )
    if splits is not None:
        about = of_splits(about, splits, consensus_file)
    if no_agreement == "drop":
        about = about[about["consensus"].notna()]
    votes = votes[votes["sample"].isin(about.index)]
    speakers = [speaker_of(*pair, consensus_file) for pair in zip(about["SpkrID"], about.index, strict=True)]
    fields = about[list(ATTRIBUTES.values())].assign(
        X=audio_below(folder, about.index, check_audio),
        speakers=speakers,
        sessions=speakers,
        genders=about["Gender"].str.lower(),
        splits=about["Split_Set"],
    )

    def describe(bunch):
        left_out = ", ".join(f"{number} {reason}" for reason, number in dropped.items())
        return dedent(f"""\
            MSP-Podcast: emotional speech in podcasts.

            {len(bunch.X)} files of {len(set(speakers))} speakers (podcasts, where the speaker is not known);
            {len(votes)} votes of {votes["rater"].nunique()} raters, read from {file}.
            Ratings left out: {left_out}.
            {sum(label is None for label in bunch.consensus)} files have no consensus.
            Split by speaker (`sessions`), or take the published parts (`splits`).
            Lotfian & Busso, IEEE Transactions on Affective Computing 10 (2019); licence by the corpus' owner.
            """)

    return corpus_bunch(
        votes,
        fields,
        classes=classes,
        label_map=label_map,
        no_agreement=no_agreement,
        describe=describe,
        consensus=about["consensus"].to_numpy(dtype=object),
        as_frame=as_frame,
        dropped=dropped,
    )
