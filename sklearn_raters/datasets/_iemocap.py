"""IEMOCAP: acted emotion in dialogs, every utterance labelled by several outside raters.

The corpus' layout was read off public descriptions and parsers of Busso et al., "IEMOCAP:
interactive emotional dyadic motion capture database", Language Resources and Evaluation 42
(2008); the expected counts are Table 1 of Chou & Lee, "Every Rating Matters", ICASSP 2019.
"""

import re
import warnings

import numpy as np
from sklearn.utils import Bunch

from sklearn_raters.datasets._files import existing_folder, first_few, require_audio, visible_files
from sklearn_raters.datasets._iemocap_counts import check_iemocap_counts
from sklearn_raters.datasets._iemocap_text import (
    CATEGORICAL_NAME,
    SPEAKER,
    SUMMARY_NAME,
    cross_check,
    read_categorical,
    read_summary,
)

__all__ = ["check_iemocap_counts", "load_iemocap"]

# The paper's task; excitement counts as happiness once the majority is taken.
PAPER_CLASSES = ["anger", "happiness", "neutral", "sadness"]
PAPER_LABEL_MAP = {"excitement": "happiness"}

DESCRIPTION = """IEMOCAP, the interactive emotional dyadic motion capture database.

{n_samples} utterances of {n_speakers} speakers in {n_sessions} sessions (of 10,039, 10 and 5 in
the whole corpus), rated by the outside raters {raters}; the speakers' own ratings are left out.
{n_unrated} utterances have no outside rating. {n_differences} differences were found between
the summary files, which are followed, and the Categorical files.
Split by `sessions`: the two speakers of a session talk to each other.
Busso et al., Language Resources and Evaluation 42 (2008); licence by the corpus' owner, USC.
"""


def find_sessions(root, sessions):
    """Return ``{number: folder}`` of the sessions wanted (None: all that are there)."""
    remedy = "give the folder that holds Session1 to Session5, often IEMOCAP_full_release"
    root = existing_folder(root, "IEMOCAP", remedy)
    found = {}
    for folder in root.iterdir():
        if (name := re.fullmatch(r"Session(\d+)", folder.name)) and folder.is_dir():
            found[int(name[1])] = folder
    if not found:
        inner = sorted(folder.parent for folder in root.glob("*/Session1"))
        hint = f"did you mean {inner[0]}?" if inner else f"{remedy}."
        raise FileNotFoundError(f"IEMOCAP: {root} holds no folder Session1; {hint}")
    wanted = range(1, max(found) + 1) if sessions is None else list(sessions)
    missing = [f"Session{number}" for number in wanted if number not in found]
    if missing:
        raise FileNotFoundError(
            f"IEMOCAP: {root} lacks {first_few(missing)}; copy it from the corpus' archive, or "
            f"name those to load, such as sessions={sorted(found)}."
        )
    if not wanted:
        raise ValueError("sessions is empty; name at least one, such as sessions=[1, 2].")
    return {int(number): found[number] for number in sorted(set(wanted))}


def read_session(folder, differences):
    """Read a session's summary files, checked against its Categorical files."""
    remedy = "copy the whole session from the corpus' archive"
    evaluation = existing_folder(folder / "dialog" / "EmoEvaluation", "IEMOCAP", remedy)
    summaries = [SUMMARY_NAME.fullmatch(name) for name in sorted(visible_files(evaluation))]
    dialogs = [match[1] for match in summaries if match]
    if not dialogs:
        raise FileNotFoundError(
            f"IEMOCAP: {evaluation} holds no summary file such as Ses01F_impro01.txt; {remedy}."
        )
    categorical = evaluation / "Categorical"
    names = sorted(visible_files(categorical)) if categorical.is_dir() else []
    by_dialog = {}
    for match in filter(None, map(CATEGORICAL_NAME.fullmatch, names)):
        rater = f"E{match[2]}"
        rated = read_categorical(categorical / match[0], rater, differences)
        by_dialog.setdefault(match[1], {})[rater] = rated
    if not by_dialog:
        differences.append(f"{categorical} holds no file, so that nothing was cross-checked")
    utterances = {}
    for dialog in dialogs:
        spoken = read_summary(evaluation / f"{dialog}.txt", differences)
        if by_dialog:
            cross_check(dialog, spoken, by_dialog.pop(dialog, {}), differences)
        utterances |= spoken
    differences += [f"{dialog}: Categorical files, but no summary" for dialog in by_dialog]
    return utterances


def find_audio(folder, names):
    """Return the path of each utterance's audio in one session."""
    remedy = "copy SessionN/sentences/wav whole from the corpus' archive"
    wav = existing_folder(folder / "sentences" / "wav", "IEMOCAP", remedy)
    dialogs = {dialog: wav / dialog for dialog in {name.rpartition("_")[0] for name in names}}
    sizes = {d: visible_files(path) if path.is_dir() else {} for d, path in dialogs.items()}
    paths, missing, empty = [], [], []
    for name in names:
        dialog = name.rpartition("_")[0]
        path = str(dialogs[dialog] / f"{name}.wav")
        size = sizes[dialog].get(f"{name}.wav")
        paths.append(path)
        if not size:
            (missing if size is None else empty).append(path)
    require_audio(missing, empty, remedy)
    return paths


def natural_order(rater):
    """Return a sorting key that puts E2 before E10."""
    return int(rater[1:])


def ratings_table(utterances):
    """Return the votes of ``{utterance: (..., votes)}`` as a DataFrame, a column a rater."""
    import pandas as pd

    raters = sorted({r for *_, votes in utterances.values() for r in votes}, key=natural_order)
    columns = {rater: np.full(len(utterances), np.nan, dtype=object) for rater in raters}
    for row, (*_, votes) in enumerate(utterances.values()):
        for rater, labels in votes.items():
            if labels:
                columns[rater][row] = labels[0] if len(labels) == 1 else labels
    index = pd.Index(list(utterances), name="utterance", dtype=object)
    return pd.DataFrame(columns, index=index, dtype=object)


def report_differences(differences, strict):
    """Raise or warn about all differences at once, with the first few told."""
    if not differences:
        return
    told = (
        f"IEMOCAP: the two annotation forms differ, or a line is not understood, in "
        f"{len(differences)} places; the first are:\n  " + "\n  ".join(differences[:5])
    )
    if strict:
        raise ValueError(f"{told}\nPass strict=False to follow the summary files.")
    warnings.warn(
        f"{told}\nThe summary files were followed; all places stand in .differences of the "
        "result, and strict=True raises instead.",
        UserWarning,
        stacklevel=3,
    )


def load_iemocap(root, *, sessions=None, strict=False):
    """Load IEMOCAP's utterances with every outside rater's labels.

    Ratings are read from the summary files and cross-checked against the Categorical files,
    which tell the same once more. Where the two differ, the summary is followed, because the
    corpus' own majority labels are computed from it, and one warning counts the places.
    Comments and the speakers' own ratings are left out; a rater's several labels for one
    utterance are all kept.

    Parameters
    ----------
    root : str or path-like
        The folder that holds ``Session1`` to ``Session5``; ``~`` is expanded.
    sessions : iterable of int, default=None
        The sessions to load. None loads all that are there, and raises where one before the
        last is missing.
    strict : bool, default=False
        Raise where the two annotation forms differ or a line is not understood, instead of
        the warning.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry an utterance, dialogs in the order of their names:

        - ``X``: list of str, the paths of the 16 kHz wav files;
        - ``Y``: DataFrame of shape (n_samples, n_raters), indexed by utterance name, columns
          E1, E2, ...; a cell holds NaN, a label or a tuple of labels, of the corpus' ten;
        - ``consensus``: object array, the corpus' own majority label, None without one;
        - ``sessions``: int array, what must not be split between folds;
        - ``speakers``: object array such as ``"Ses01F"``;
        - ``times``: float array of shape (n_samples, 2), start and end in the dialog, in s;
        - ``classes``, ``label_map``: the paper's task, ready for the estimators;
        - ``differences``: list of str, every place where the annotation forms differ;
        - ``DESCR``: str.

    Raises
    ------
    FileNotFoundError
        If a folder, a session or an utterance's audio is missing.
    ValueError
        If a summary file is empty or holds an unknown label, if audio files are empty, or,
        with ``strict=True``, if the annotation forms differ.

    Warns
    -----
    UserWarning
        If the annotation forms differ and ``strict=False``.

    See Also
    --------
    check_iemocap_counts : Compare the result with the counts that the paper gives.

    Examples
    --------
    >>> from sklearn_raters.datasets import load_iemocap
    >>> corpus = load_iemocap("~/IEMOCAP_full_release")  # doctest: +SKIP
    >>> corpus.Y.shape  # doctest: +SKIP
    (10039, 6)
    """
    differences = []
    utterances, X, session_of = {}, [], []
    for number, folder in find_sessions(root, sessions).items():
        spoken = read_session(folder, differences)
        if double := utterances.keys() & spoken.keys():
            raise ValueError(
                f"{folder} holds utterances of another session: {first_few(sorted(double))}; "
                "copy the session again from the corpus' archive."
            )
        X += find_audio(folder, spoken)
        session_of += [number] * len(spoken)
        utterances |= spoken
    report_differences(differences, strict)
    Y = ratings_table(utterances)
    speakers = np.array(["".join(SPEAKER.fullmatch(name).groups()) for name in Y.index], object)
    return Bunch(
        X=X,
        Y=Y,
        consensus=np.array([label for _, _, label, _ in utterances.values()], dtype=object),
        sessions=np.array(session_of),
        speakers=speakers,
        times=np.array([(start, end) for start, end, _, _ in utterances.values()]),
        classes=list(PAPER_CLASSES),
        label_map=dict(PAPER_LABEL_MAP),
        differences=differences,
        DESCR=DESCRIPTION.format(
            n_samples=len(X),
            n_speakers=len(set(speakers)),
            n_sessions=len(set(session_of)),
            raters=", ".join(Y.columns),
            n_unrated=int(Y.isna().all(axis=1).sum()),
            n_differences=len(differences),
        ),
    )
