"""IEMOCAP: acted emotion in dialogs; several outside raters labelled each utterance.

The corpus is described in Busso et al., "IEMOCAP: interactive emotional dyadic motion capture database",
Language Resources and Evaluation 42 (2008). Its layout is taken from public descriptions and parsers; the
expected counts are Table 1 of Chou & Lee, "Every Rating Matters", ICASSP 2019.
"""

import re
import warnings
from numbers import Integral
from os import PathLike
from textwrap import dedent

import numpy as np
from sklearn.utils import Bunch

from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.datasets._files import check_files, existing_folder, visible_files
from sklearn_raters.datasets._iemocap_text import SPEAKER, cross_check, read_categorical, read_summary
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import shorten

# IEMOCAP has five; synthetic corpora in its layout may have more.
_HIGHEST_SESSION = 999
SUMMARY_NAME = re.compile(r"(Ses\d+[FM]_.+)\.txt")
CATEGORICAL_NAME = re.compile(r"(Ses\d+[FM]_.+)_e(\d+)_cat\.txt", re.IGNORECASE)


def find_sessions(root, sessions):
    """Return ``{number: folder}`` of the sessions wanted; None takes all in the folder."""
    remedy = "give the folder that holds Session1 to Session5, often IEMOCAP_full_release"
    root = existing_folder(root, "IEMOCAP", remedy)
    folders = [folder for folder in root.iterdir() if re.fullmatch(r"Session\d+", folder.name)]
    found = {int(folder.name.removeprefix("Session")): folder for folder in folders if folder.is_dir()}
    if odd := [found[number] for number in found if number > _HIGHEST_SESSION]:
        raise InputError(f"IEMOCAP: {odd[0]} is no session of the corpus, Session1 to Session5: rename it.")
    if not found:
        inner = sorted(folder.parent for folder in root.glob("*/Session1"))
        hint = f"did you mean {inner[0]}?" if inner else f"{remedy}."
        raise FileNotFoundError(f"IEMOCAP: {root} holds no folder Session1; {hint}")
    wanted = range(1, max(found) + 1) if sessions is None else list(sessions)
    if odd := [number for number in wanted if not isinstance(number, Integral)]:
        raise InputError(f"sessions must be integers, such as [1, 2], but holds {odd[0]!r}.")
    if missing := [f"Session{number}" for number in wanted if number not in list(found)]:
        raise FileNotFoundError(
            f"IEMOCAP: {root} lacks {shorten(missing, 5)}; copy it from the corpus' archive, or "
            f"name the sessions to load, such as sessions={sorted(found)}."
        )
    if not wanted:
        raise InputError("sessions is empty; name at least one, such as sessions=[1, 2].")
    return {number: found[number] for number in sorted(found) if number in wanted}


def read_session(folder, differences):
    """Read the summary files of a session and compare them with its Categorical files."""
    remedy = "copy the whole session from the corpus' archive"
    evaluation = existing_folder(folder / "dialog" / "EmoEvaluation", "IEMOCAP", remedy)
    dialogs = [name[1] for name in map(SUMMARY_NAME.fullmatch, sorted(visible_files(evaluation))) if name]
    if not dialogs:
        raise FileNotFoundError(
            f"IEMOCAP: {evaluation} holds no summary file such as Ses01F_impro01.txt; {remedy}."
        )
    categorical = evaluation / "Categorical"
    names = sorted(visible_files(categorical)) if categorical.is_dir() else []
    by_dialog = {}
    for name in filter(None, map(CATEGORICAL_NAME.fullmatch, names)):
        file, dialog, rater = name[0], name[1], f"E{name[2]}"
        by_dialog.setdefault(dialog, {})[rater] = read_categorical(categorical / file, rater, differences)
    if not by_dialog:
        differences.append(f"{categorical} holds no file to compare the summary files with")
    utterances, is_compared = {}, bool(by_dialog)
    for dialog in dialogs:
        spoken = read_summary(evaluation / f"{dialog}.txt", differences)
        if twice := utterances.keys() & spoken.keys():
            raise InputError(
                f"{evaluation} holds {min(twice)} in two summary files, again in {dialog}.txt: remove the "
                "one that is not of the corpus."
            )
        if is_compared:
            cross_check(dialog, spoken, by_dialog.pop(dialog, {}), differences)
        utterances |= spoken
    differences += [f"{dialog}: Categorical files, but no summary" for dialog in by_dialog]
    return utterances


def wav_paths(folder, names, checked):
    """Return the path of each utterance of a session, checked or not."""
    wav = folder / "sentences" / "wav"
    paths = [wav / name.rpartition("_")[0] / f"{name}.wav" for name in names]
    if not checked:
        return list(map(str, paths))
    remedy = "copy SessionN/sentences/wav whole from the corpus' archive"
    existing_folder(wav, "IEMOCAP", remedy)
    return check_files(paths, remedy)


def ratings_table(utterances):
    """Return the ratings in ``{utterance: (..., votes)}`` as a DataFrame, one column a rater."""
    import pandas as pd

    raters = {rater for *_, votes in utterances.values() for rater in votes}
    raters = sorted(raters, key=lambda rater: int(rater[1:]))  # E2 before E10
    columns = {rater: np.full(len(utterances), np.nan, dtype=object) for rater in raters}
    for row, (*_, votes) in enumerate(utterances.values()):
        for rater, labels in votes.items():
            if labels:
                columns[rater][row] = labels[0] if len(labels) == 1 else labels
    return pd.DataFrame(columns, pd.Index(list(utterances), name="utterance", dtype=object), dtype=object)


def report_differences(differences, strict):
    """Raise or warn about all differences at once; the message holds the first five."""
    message = (
        f"IEMOCAP: the summary and the Categorical files differ, or a line is not understood, in "
        f"{len(differences)} places; the first are:\n  " + "\n  ".join(differences[:5])
    )
    if strict:
        raise InputError(f"{message}\nSet strict=False to take the ratings of the summary files.")
    warnings.warn(
        f"{message}\nThe ratings are taken from the summary files. The attribute differences lists all "
        "places; strict=True raises an error instead.",
        UserWarning,
        stacklevel=4,  # the check of the loader's parameters is a call of its own
    )


@checked_parameters({"root": [str, PathLike], "sessions": ["array-like", None], "strict": ["boolean"]})
def load_iemocap(root, *, sessions=None, strict=False, check_audio=True):
    """Load IEMOCAP's utterances with every outside rater's labels.

    The corpus holds each rating twice, in a summary file and in a Categorical file. The ratings are taken
    from the summary files, from which the corpus' majority labels were computed; a warning counts the places
    where the Categorical files differ. If a rater chose several labels for an utterance, all are kept.
    Comments and the ratings that speakers gave themselves are left out.

    Parameters
    ----------
    root : str or path-like
        The folder that holds ``Session1`` to ``Session5``; ``~`` is expanded.
    sessions : iterable of int, default=None
        Sessions to load. None loads all in the folder, and raises if one before the last is missing.
    strict : bool, default=False
        Whether to raise an error instead of a warning if the two kinds of files differ or a line is not
        understood.
    check_audio : bool, default=True
        Whether audio that is missing or empty is an error. False leaves it to
        ``OpenSmileFrames(on_error="skip")`` to list it.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry an utterance, ordered by session and by name of the dialog:

        - ``X``: list of str, paths of the wav files, 16 kHz;
        - ``Y``: DataFrame of shape (n_samples, n_raters), indexed by utterance name, columns
          E1, E2, ...; a cell holds NaN, one of the corpus' ten labels, or a tuple of them;
        - ``consensus``: object array, the corpus' majority label, None without one;
        - ``sessions``: int array, the groups that must not be split between folds;
        - ``speakers``: object array such as ``"Ses01F"``;
        - ``times``: float array of shape (n_samples, 2), start and end in the dialog in seconds;
        - ``classes``, ``label_map``: the classes of the paper, as parameters of the estimators;
        - ``differences``: list of str, all places where the files differ;
        - ``DESCR``: str.

    Raises
    ------
    FileNotFoundError
        If a folder, a session or an utterance's audio is missing.
    InputError
        If a summary file is empty or holds an unknown label, an audio file is empty, or, with
        ``strict=True``, the files differ.

    Warns
    -----
    UserWarning
        If the files differ and ``strict=False``.

    See Also
    --------
    check_iemocap_counts : Compare the result with the counts in the paper.

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
            raise InputError(
                f"{folder} holds utterances of another session: {shorten(sorted(double), 5)}; "
                "copy the session again from the corpus' archive."
            )
        X += wav_paths(folder, spoken, check_audio)
        session_of += [number] * len(spoken)
        utterances |= spoken
    if differences:
        report_differences(differences, strict)
    Y = ratings_table(utterances)
    speakers = np.array(["".join(SPEAKER.fullmatch(name).groups()) for name in Y.index], object)
    description = dedent(f"""\
        IEMOCAP, the interactive emotional dyadic motion capture database.

        {len(X)} utterances of {len(set(speakers))} speakers in {len(set(session_of))} sessions (the whole
        corpus has 10,039, 10 and 5), rated by the outside raters {", ".join(Y.columns)}. The ratings that
        speakers gave themselves are left out. {Y.isna().all(axis=1).sum()} utterances have no outside rating.
        The ratings are those of the summary files; the Categorical files differ in {len(differences)} places.
        Split by `sessions`: the two speakers of a session talk to each other.
        Busso et al., Language Resources and Evaluation 42 (2008); licence by the corpus' owner, USC.
        """)
    return Bunch(
        X=X,
        Y=Y,
        consensus=np.array([label for _, _, label, _ in utterances.values()], dtype=object),
        sessions=np.array(session_of),
        speakers=speakers,
        times=np.array([(start, end) for start, end, _, _ in utterances.values()]),
        # The paper's task: excitement becomes happiness after the majority is taken.
        classes=["anger", "happiness", "neutral", "sadness"],
        label_map={"excitement": "happiness"},
        differences=differences,
        DESCR=description,
    )
