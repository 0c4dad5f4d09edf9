"""Read and compare the two kinds of annotation files of IEMOCAP: summary and Categorical files."""

import re

from sklearn_raters.datasets._files import read_text
from sklearn_raters.exceptions import InputError

LABELS = ["anger", "happiness", "sadness", "neutral", "frustration"]
LABELS += ["excitement", "fear", "surprise", "disgust", "other"]
# Other words for them in the Categorical files.
SYNONYMS = {"neutral state": "neutral", "excited": "excitement", "surprised": "surprise"}
# Codes of the majority in the summary files.
CODES = {label[:3]: label for label in LABELS} | {"xxx": None}

SPEAKER = re.compile(r"(Ses\d+)[FM]_.*_([FM])[^_]*")
HEAD = re.compile(r"\[\s*([\d.]+)\s*-\s*([\d.]+)\s*\]\s+(\S+)\s+(\S+)")
RATING = re.compile(r"C-(\w+):(.*)")
OUTSIDE_RATER = re.compile(r"E\d+")


def read_labels(text, where):
    """Return the labels of one rating as a tuple; `where` names the line in an error."""
    labels = []
    # A comment in brackets may hold semicolons: remove it before splitting the labels.
    for wording in text.partition("(")[0].split(";"):
        wording = wording.strip(" \t:").lower()
        label = SYNONYMS.get(wording, wording)
        if label in LABELS:
            labels.append(label)
        elif label:
            raise InputError(
                f"Unknown label {wording!r} at {where}; IEMOCAP's labels are "
                f"{', '.join(LABELS)}. Correct the line, or fetch the file again."
            )
    return tuple(dict.fromkeys(labels))


def add_rating(rated, key, labels, where, differences, rater):
    """Add one rating to `rated`; keep the first of two ratings by the same rater."""
    if set(rated.setdefault(key, labels)) != set(labels):
        differences.append(f"{where}: rater {rater} rates twice, the first rating is kept")


def read_summary(path, differences):
    """Read a dialog's summary file.

    Parameters
    ----------
    path : pathlib.Path
        The file ``SessionN/dialog/EmoEvaluation/<dialog>.txt``.
    differences : list of str
        List to which lines that are not understood are appended.

    Returns
    -------
    dict
        For each utterance a tuple of start (s), end (s), majority label or None, and votes
        ``{rater: tuple of labels}``.
    """
    utterances, votes = {}, None
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        where = f"{path}:{number}"
        line = line.strip()
        if head := HEAD.match(line):
            start, end, name, code = head.groups()
            if name in utterances:
                raise InputError(f"{path} holds {name} twice, again in line {number}. Fetch the file again.")
            if code not in CODES or not SPEAKER.fullmatch(name):
                raise InputError(
                    f"{where} gives {name} the code {code!r}; expected an utterance such as "
                    f"Ses01F_impro01_F000 and one of {', '.join(CODES)}. Fetch the file again."
                )
            votes = {}
            utterances[name] = float(start), float(end), CODES[code], votes
        elif (rating := RATING.match(line)) and votes is not None:
            rater, labels = rating.groups()
            # F1, M1 and so on are the speakers, who rate themselves.
            if OUTSIDE_RATER.fullmatch(rater):
                add_rating(votes, rater, read_labels(labels, where), where, differences, rater)
        elif line and not line.startswith(("%", "A-")):
            differences.append(f"{where}: line not understood: {line[:60]!r}")
    if not utterances:
        raise InputError(
            f"{path} holds no utterance: it is empty or not an IEMOCAP summary file. "
            "Fetch it again from the corpus' archive."
        )
    return utterances


def read_categorical(path, rater, differences):
    """Read one rater's file on a dialog as ``{utterance: tuple of labels}``."""
    rated = {}
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        where = f"{path}:{number}"
        name, *rest = line.split(None, 1)[:2] or [""]
        if SPEAKER.fullmatch(name) and rest:
            add_rating(rated, name, read_labels(rest[0], where), where, differences, rater)
        elif name:
            differences.append(f"{where}: line not understood: {line[:60]!r}")
    return rated


def cross_check(dialog, utterances, by_file, differences):
    """Append all places where the summary and the Categorical files of a dialog differ.

    Parameters
    ----------
    dialog : str
        Name of the dialog.
    utterances : dict
        Result of `read_summary`.
    by_file : dict
        ``{rater: {utterance: labels}}``, one entry for each Categorical file.
    differences : list of str
        List to which the differences are appended.
    """
    by_summary = {}
    for name, (_, _, _, votes) in utterances.items():
        for rater, labels in votes.items():
            by_summary.setdefault(rater, {})[name] = labels
    for rater in sorted(by_summary.keys() | by_file.keys()):
        if not by_file.get(rater):
            differences.append(f"{dialog}, rater {rater}: no Categorical file, or an empty one")
            continue
        summary, file = by_summary.get(rater, {}), by_file[rater]
        for name in sorted(summary.keys() | file.keys()):
            in_summary, in_file = (
                "/".join(sorted(form[name])) or "no label" if name in form else "nothing"
                for form in (summary, file)
            )
            if in_summary != in_file:
                differences.append(
                    f"{dialog}, {name}, rater {rater}: summary {in_summary}, Categorical file {in_file}"
                )
