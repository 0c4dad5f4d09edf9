"""The corpus speechocean762: read speech of learners of English; five experts scored each utterance.

Zhang et al., "speechocean762: An open-source non-native English speech corpus for
pronunciation assessment", Interspeech 2021 (arXiv 2104.01378); OpenSLR resource SLR101.
"""

import json
from itertools import pairwise
from numbers import Real
from os import PathLike
from textwrap import dedent

import numpy as np
from sklearn.utils import Bunch

from sklearn_raters._files import existing_file
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets._files import check_files, existing_folder, read_text
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, shorten

TASKS = ["prosodic", "fluency", "accuracy", "total"]
CLASSES = ["poor", "unstable", "good", "excellent"]
HIGHEST = 10


def read_subset(root, task):
    """Read a corpus of one table, ``ratings.csv``, and a folder ``flac/``.

    Parameters
    ----------
    root : pathlib.Path
        Folder of the table.
    task : str
        Name of the score.

    Returns
    -------
    scores : DataFrame of float
        One row an utterance, one column an expert; 0 to 10.
    about : DataFrame
        Columns ``speaker`` and ``gender``, one row an utterance, in the same order.
    paths : list of pathlib.Path
        The audio files, in the same order.
    """
    import pandas as pd

    file = existing_file(root / "ratings.csv", "speechocean762", "copy it again")
    text = dict.fromkeys(["utterance", "speaker", "gender", "rater"], str)
    try:
        table = pd.read_csv(file, dtype=text)
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as CSV: {error}. Copy it again.") from error
    missing = [name for name in [*text, task] if name not in table.columns]
    if missing or not len(table):
        lacks = f"lacks the columns {', '.join(missing)}" if missing else "has no rows"
        raise InputError(f"{file} {lacks}; it has {', '.join(table.columns)}. Copy it again.")
    if table[["utterance", "speaker", "rater"]].isna().any(axis=None):
        raise InputError(f"{file} has rows without an utterance, a speaker or a rater. Copy it again.")
    speakers = table.drop_duplicates(["utterance", "speaker"])["utterance"]
    if speakers.duplicated().any():
        utterance = speakers[speakers.duplicated()].iloc[0]
        raise InputError(f"{file} has several speakers of utterance {utterance}. Copy it again.")
    double = table[table.duplicated(["utterance", "rater"])]
    if len(double):
        row = double.iloc[0]
        raise InputError(f"{file} has two scores of utterance {row.utterance} by {row.rater}. Copy it again.")
    numbers = pd.to_numeric(table[task], errors="coerce")
    broken = table[numbers.isna() & table[task].notna()]
    if len(broken):
        row = broken.iloc[0]
        raise InputError(
            f"{file} holds {row[task]!r} as a {task} score of utterance {row.utterance} by "
            f"{row.rater}; expected a number. Copy it again."
        )
    table[task] = numbers
    order = table["utterance"].unique()
    scores = table.pivot(index="utterance", columns="rater", values=task).loc[order]
    about = table.drop_duplicates("utterance").set_index("utterance")[["speaker", "gender"]]
    return scores, about, [root / "flac" / f"{name}.flac" for name in order]


def read_kaldi_table(path):
    """Read a Kaldi table, which has a key and a value in each line, as a dict."""
    file = existing_file(path, "speechocean762", "copy it again from the corpus' archive")
    pairs = [line.split(None, 1) for line in read_text(file).splitlines() if line.strip()]
    if broken := [pair[0] for pair in pairs if len(pair) < 2]:
        raise InputError(f"{file} gives no value for {shorten(broken, 5)}; copy it again.")
    return {key: value.strip() for key, value in pairs}


def read_archive(root, task):
    """Read the published archive.

    Parameters
    ----------
    root : pathlib.Path
        Folder of the archive.
    task : str
        Name of the score.

    Returns
    -------
    tuple
        Scores, speakers and genders, and paths as in `read_subset`; the training part comes first.
    """
    import pandas as pd

    place = root / "resource" / "scores-detail.json"
    if not place.exists() and (root / "scores-detail.json").exists():
        place = root / "scores-detail.json"
    file = existing_file(place, "speechocean762", "copy resource/ from the corpus' archive")
    try:
        detail = json.loads(file.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not a complete JSON file: {error}. Copy it again.") from error

    audio, speakers, genders = (
        read_kaldi_table(root / "train" / name) | read_kaldi_table(root / "test" / name)
        for name in ("wav.scp", "utt2spk", "spk2gender")
    )
    if not isinstance(detail, dict) or not all(isinstance(scores, dict) for scores in detail.values()):
        raise InputError(f"{file} does not hold the scores of each utterance by task. Copy it again.")
    if unknown := [name for name in audio if name not in detail or name not in speakers]:
        raise InputError(
            f"{len(unknown)} utterances of wav.scp have no scores in {file} or no speaker in "
            f"utt2spk: {shorten(unknown, 5)}; copy these files again."
        )
    rows = [detail[name].get(task) for name in audio]
    counts = {name: len(row) if isinstance(row, list) else 0 for name, row in zip(audio, rows, strict=True)}
    n_experts = max(counts.values())
    if uneven := [name for name, count in counts.items() if count != n_experts or not count]:
        raise InputError(
            f"{file} has no list of {n_experts or 5} {task} scores for {shorten(uneven, 5)}; copy it again."
        )
    scores = pd.DataFrame(rows, index=list(audio), dtype=float).rename(columns=lambda k: f"expert{k + 1}")
    about = pd.DataFrame({"speaker": {name: speakers[name] for name in audio}})
    about["gender"] = about["speaker"].map(genders)
    return scores, about, [root / path for path in audio.values()]


def _rise(cuts):
    """Return whether all cuts are numbers, each above the one before."""
    numbers = all(isinstance(cut, Real) for cut in cuts)
    return numbers and all(low < high for low, high in pairwise([-np.inf, *cuts, np.inf]))


def cut_scores(scores, cuts):
    """Return the class of each score as an object array, NaN where there is no score."""
    values = scores.to_numpy(dtype=float)
    outside = np.argwhere((values < 0) | (values > HIGHEST))
    if len(outside):
        row, column = outside[0]
        raise InputError(
            f"{scores.columns[column]} scores utterance {scores.index[row]} "
            f"{values[row, column]:g}; scores lie between 0 and {HIGHEST}."
        )
    names = np.array([*CLASSES, np.nan], dtype=object)
    classes = np.where(np.isnan(values), len(CLASSES), np.digitize(values, cuts))
    return names[classes]


@checked_parameters({"root": [str, PathLike], "task": [str], "cuts": ["array-like"]})
def load_speechocean762(root, task="prosodic", *, cuts=(5, 7, 9), check_audio=True):
    """Load speechocean762 with the scores of each expert cut into four classes.

    The folder holds either the published archive (``WAVE/``, ``train/``, ``test/`` and
    ``resource/scores-detail.json``), or ``ratings.csv``, a table with one row for each utterance and expert,
    and ``flac/``.

    Parameters
    ----------
    root : str or path-like
        Folder of the corpus; ``~`` is expanded.
    task : {"prosodic", "fluency", "accuracy", "total"}, default="prosodic"
        Score to classify. The corpus also has a score of completeness, which cannot be chosen: it lies
        between 0 and 1 and is mostly 1.
    cuts : sequence of three float, default=(5, 7, 9)
        Lowest scores of the classes unstable, good and excellent. By default poor is [0, 5), unstable
        [5, 7), good [7, 9) and excellent [9, 10]. For whole scores these are the bands 0-4, 5-6, 7-8 and
        9-10 of the corpus' rubric. The rubric of ``fluency`` has other bands: ``(4, 6, 8)``.
    check_audio : bool, default=True
        Whether audio that is missing or empty is an error. False leaves it to
        ``OpenSmileFrames(on_error="skip")`` to list it.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry an utterance:

        - ``X``: list of str, paths of the audio files, 16 kHz;
        - ``Y``: DataFrame of shape (n_samples, 5), indexed by utterance name, columns expert1
          to expert5; a cell holds a class, or NaN without a score;
        - ``consensus``: object array, the majority class, None without one;
        - ``sessions``, ``speakers``: object arrays, both hold the speakers, the groups that must not be split
          between folds;
        - ``genders``: object array;
        - ``classes``: list, from poor to excellent;
        - ``label_map``: None;
        - ``DESCR``: str.

    Raises
    ------
    FileNotFoundError
        If a folder, a table or the audio of an utterance is missing.
    InputError
        If `task` is not one of the scores, `cuts` are not three rising numbers, a table is empty, damaged or
        lacks an utterance, a score is not between 0 and 10, or an audio file is empty.

    Examples
    --------
    >>> from sklearn_raters.datasets import load_speechocean762
    >>> corpus = load_speechocean762("~/speechocean762")  # doctest: +SKIP
    >>> corpus.classes  # doctest: +SKIP
    ['poor', 'unstable', 'good', 'excellent']
    """
    import pandas as pd

    if task not in TASKS:
        raise InputError(f"task must be one of {', '.join(TASKS)}, not {task!r}.")
    if np.shape(cuts) != (len(CLASSES) - 1,) or not _rise(cuts):
        raise InputError(f"cuts must be three rising scores, not {cuts!r}.")
    remedy = "give the folder that holds WAVE/, train/, test/ and resource/, or ratings.csv"
    folder = existing_folder(root, "speechocean762", remedy)
    if (folder / "ratings.csv").exists():
        scores, about, paths = read_subset(folder, task)
    elif (folder / "train").is_dir():
        scores, about, paths = read_archive(folder, task)
    else:
        raise FileNotFoundError(f"speechocean762: {folder} has neither ratings.csv nor train/; {remedy}.")
    remedy = "copy the audio again from the source of the scores"
    paths = check_files(paths, remedy) if check_audio else list(map(str, paths))
    index = pd.Index(scores.index, dtype=object, name="utterance")
    Y = pd.DataFrame(cut_scores(scores, cuts), index=index, columns=list(scores.columns))
    consensus = hard_labels(Task(Y, CLASSES))
    speakers = about["speaker"].to_numpy(dtype=object)
    bands = ", ".join(f"{name} from {low:g}" for name, low in zip(CLASSES, [0, *cuts], strict=True))
    description = dedent(f"""\
        speechocean762: pronunciation quality of read English, five experts.

        {len(Y)} utterances of {len(set(speakers))} speakers from {folder}; the score {task!r} is cut into
        {bands}. {sum(label is not None for label in consensus)} utterances have a majority.
        The corpus lists the five scores without names: expert1 is the first score in the list.
        Split by speaker (`sessions`), never by utterance.
        Zhang et al., Interspeech 2021 (arXiv 2104.01378), OpenSLR resource SLR101.
        """)
    return Bunch(
        X=paths,
        Y=Y,
        consensus=consensus,
        sessions=speakers,
        speakers=speakers.copy(),
        genders=about["gender"].to_numpy(dtype=object),
        classes=list(CLASSES),
        label_map=None,
        DESCR=description,
    )
