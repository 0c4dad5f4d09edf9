"""Write utterances and their ratings in the folders and file formats of IEMOCAP."""

from statistics import multimode

from scipy.io import wavfile

from sklearn_raters.datasets._iemocap_text import CODES

CODE_OF = {label: code for code, label in CODES.items()}
# A binary file that macOS adds beside each file on a copied disk, as in many copies of the corpus.
LEFT_OVER = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "


def unique_majority(votes):
    """Return the label that has more votes than any other, else None.

    Parameters
    ----------
    votes : dict
        From rater to tuple of labels; each label is one vote.

    Returns
    -------
    str or None
        The majority, None if several labels have the most votes.
    """
    most_frequent = multimode(label for labels in votes.values() for label in labels)
    return most_frequent[0] if len(most_frequent) == 1 else None


def write_dialog(root, session, dialog, utterances):
    """Write one dialog: audio, summary, files of each rater, transcription, files of macOS.

    Parameters
    ----------
    root : pathlib.Path
        Folder of the corpus.
    session : int
        Number of the session, from 1. In even sessions, lines end with carriage return and line feed.
    dialog : str
        Name such as ``Ses01F_impro01``.
    utterances : list of dict
        Utterances in order of time, each with `name`, `signal` (int16), `rate` (Hz), `start` and `end` (s),
        `text`, and dicts by rater: `votes` (tuples of labels), `attributes` (valence, activation,
        dominance, each 1 to 5) and `comments` (str). A rater whose name does not begin with E is the
        speaker.
    """
    folder = root / f"Session{session}"
    wav = folder / "sentences" / "wav" / dialog
    evaluation = folder / "dialog" / "EmoEvaluation"
    newline = "\n" if session % 2 else "\r\n"

    wav.mkdir(parents=True)
    for utterance in utterances:
        wavfile.write(wav / f"{utterance['name']}.wav", utterance["rate"], utterance["signal"])
    (wav / f"._{utterances[0]['name']}.wav").write_bytes(LEFT_OVER)

    files = {evaluation / f"{dialog}.txt": _summary(utterances)}
    files[folder / "dialog" / "transcriptions" / f"{dialog}.txt"] = [
        f"{u['name']} [{u['start']:08.4f}-{u['end']:08.4f}]: {u['text']}" for u in utterances
    ]
    for rater in sorted({rater for u in utterances for rater in u["votes"]}):
        place = "Categorical" if rater.startswith("E") else "Self-evaluation"
        files[evaluation / place / f"{dialog}_{rater.lower()}_cat.txt"] = [
            _categorical_line(u, rater) for u in utterances if rater in u["votes"]
        ]
    for rater in sorted({rater for u in utterances for rater in u["attributes"]}):
        place = "Attribute" if rater.startswith("E") else "Self-evaluation"
        files[evaluation / place / f"{dialog}_{rater.lower()}_atr.txt"] = [
            f"{u['name']} :{_scores(u, rater, ' :')}()" for u in utterances if rater in u["attributes"]
        ]
    for path, lines in files.items():
        _write(path, lines, newline)
        if path.parent.name in ("Categorical", "Attribute", "Self-evaluation"):
            _write(path.with_suffix(".anvil"), ['<?xml version="1.0"?>', "<annotation/>"], newline)
        path.with_name(f"._{path.name}").write_bytes(LEFT_OVER)


def _summary(utterances):
    """Return the lines of the summary file, which holds the ratings of all raters."""
    lines = ["% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]", ""]
    for u in utterances:
        outside = {rater: labels for rater, labels in u["votes"].items() if rater[0] == "E"}
        scores = [values for rater, values in u["attributes"].items() if rater[0] == "E"]
        means = [sum(values) / len(values) for values in zip(*scores, strict=True)]
        head = f"[{u['start']:.4f} - {u['end']:.4f}]\t{u['name']}\t{CODE_OF[unique_majority(outside)]}"
        lines.append(head + "\t[" + ", ".join(f"{mean:.4f}" for mean in means) + "]")
        for rater in sorted(u["votes"]):
            labels = " ".join(f"{label.capitalize()};" for label in u["votes"][rater])
            lines.append(f"C-{rater}:\t{labels}\t({u['comments'].get(rater, '')})")
        lines += [f"A-{rater}:\t{_scores(u, rater, ' ')}\t()" for rater in sorted(u["attributes"])]
        lines.append("")
    return lines


def _categorical_line(utterance, rater):
    """Return the line of a rater's rating; a speaker's has no brackets if there is no comment."""
    wording = {"neutral": "Neutral state"}
    labels = utterance["votes"][rater]
    rating = " ".join(f":{wording.get(label, label.capitalize())};" for label in labels)
    comment = utterance["comments"].get(rater, "")
    brackets = f" ({comment})" if comment or rater.startswith("E") else ""
    return f"{utterance['name']} {rating}{brackets}"


def _scores(utterance, rater, separator):
    """Return the scores of a rater, such as ``val 2; act 3; dom  3;`` with a blank as the separator."""
    scores = zip(("val", "act", "dom "), utterance["attributes"][rater], strict=True)
    return separator.join(f"{name} {value};" for name, value in scores)


def _write(path, lines, newline):
    """Write lines of text as bytes, which are the same on all systems."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(line + newline for line in lines).encode())
