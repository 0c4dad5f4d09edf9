"""MSP-IMPROV: acted emotion in dialogs of two; several raters labelled each turn.

Busso et al., "MSP-IMPROV: An acted corpus of dyadic interactions to study emotion perception", IEEE
Transactions on Affective Computing 8 (2017).
"""

import re
from os import PathLike
from textwrap import dedent

import numpy as np

from sklearn_raters._files import existing_file
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.datasets._audio_names import audio_below
from sklearn_raters.datasets._emotion_corpus import (
    EMOTIONS,
    WORDS,
    check_no_agreement,
    choose_classes,
    corpus_bunch,
    first_answers,
    read_words,
)
from sklearn_raters.datasets._files import existing_folder, read_text
from sklearn_raters.exceptions import InputError

LETTERS = {letter: EMOTIONS[letter] for letter in "AHSNO"}
# Lines of turns have letters; those of raters have words.
NAMES = {letter.lower(): label for letter, label in LETTERS.items()} | {"x": None}
NAMES |= {word: label for word, label in WORDS.items() if label in LETTERS.values()}
CLASSES = [label for label in LETTERS.values() if label != "other"]
# The release spells its name without an a.
TABLES = ["Evaluation.txt", "Evalution.txt"]
TURN = re.compile(
    r"(?:UTD|MSP)-IMPROV-S(?P<sentence>\d+)(?P<acted>[AHSN])-(?P<actor>[FM])(?P<session>\d+)-"
    r"(?P<scenario>[A-Z])-[FM]{2}\d+",
    re.IGNORECASE,
)
ATTRIBUTES = {"A": "activation", "V": "valence", "D": "dominance", "N": "naturalness"}
GENDERS = {"F": "female", "M": "male"}
REMEDY = "copy the file again from the corpus' archive"


def find_table(folder):
    """Return the file of ratings, in the folder or in a folder of it."""
    places = [folder, *sorted(place for place in folder.iterdir() if place.is_dir())]
    found = [place / name for place in places for name in TABLES if (place / name).exists()]
    if not found:
        raise FileNotFoundError(
            f"MSP-IMPROV: {folder} and its folders hold no Evaluation.txt; give the folder that holds it "
            "and the audio."
        )
    return existing_file(found[0], "MSP-IMPROV", REMEDY)


def read_score(text, where):
    """Return a score such as ``A:2.5`` as (name, number), NaN where the file has none."""
    letter, _, number = text.partition(":")
    name = ATTRIBUTES.get(letter.strip().upper())
    try:
        return name, float(number)
    except ValueError:
        raise InputError(f"{where} has {text!r}; expected a score such as A:2.5; {REMEDY}.") from None


def read_turn(fields, where):
    """Return the name of a turn, its line's letter of consensus, and its scores."""
    name = fields[0].rpartition(".")[0] or fields[0]
    if not TURN.fullmatch(name) or len(fields) < 2:
        raise InputError(
            f"{where} has {'; '.join(fields)[:60]!r}; expected a turn such as "
            f"'UTD-IMPROV-S01A-F01-P-FM01.avi; A; A:2.5; V:2.0; D:3.0; N:4.0;'; {REMEDY}."
        )
    scores = dict.fromkeys(ATTRIBUTES.values(), np.nan)
    scores |= {key: score for key, score in (read_score(text, where) for text in fields[2:]) if key}
    return name.upper().replace("UTD-", "MSP-", 1), fields[1], scores


def read_evaluation(file):
    """Read the blocks of the file: a line of the turn, then one line a rating, then a blank line.

    Parameters
    ----------
    file : pathlib.Path
        The file.

    Returns
    -------
    about : DataFrame
        One row a turn, indexed by its name: its line's number, consensus and scores.
    votes : DataFrame
        One row a rating, indexed by its line: sample, rater and label.
    """
    import pandas as pd

    turns, ratings, sample = {}, [], None
    for line, text in enumerate(read_text(file).splitlines(), start=1):
        where = f"{file}:{line}"
        fields = [field.strip() for field in text.split(";")]
        while fields and not fields[-1]:
            fields.pop()
        if not fields:
            sample = None
        elif sample is None or TURN.match(fields[0]):
            sample, letter, scores = read_turn(fields, where)
            if sample in turns:
                raise InputError(f"{where} holds the turn {sample} again; {REMEDY}.")
            turns[sample] = {"line": line, "consensus": letter, **scores}
        elif len(fields) < 2 or not fields[0]:
            raise InputError(f"{where} has {text.strip()[:60]!r}; expected 'rater; label; ...'; {REMEDY}.")
        else:
            ratings.append((line, sample, fields[0], fields[1]))
    if not turns:
        raise InputError(f"{file} holds no turn: it is no Evaluation.txt of MSP-IMPROV; {REMEDY}.")
    votes = pd.DataFrame(ratings, columns=["line", "sample", "rater", "label"], dtype=object)
    return pd.DataFrame.from_dict(turns, orient="index"), votes.set_index("line")


@checked_parameters(
    {
        "root": [str, PathLike],
        "classes": ["array-like", None],
        "label_map": [dict, None],
        "no_agreement": [str],
    }
)
def load_msp_improv(root, *, classes=None, label_map=None, no_agreement="keep", check_audio=True):
    """Load MSP-IMPROV with every rater's emotion.

    The folder holds ``Evaluation.txt``, or ``Evalution.txt`` as the release spells it, and the wav files at
    any depth. A rater's emotion is a word, such as Angry, or a letter; a rating X or NaN is none. Of several
    ratings by one rater of one turn, the first counts.

    Parameters
    ----------
    root : str or path-like
        Folder of the corpus; ``~`` is expanded.
    classes : sequence of str, default=None
        The classes to learn, labels after `label_map`. None takes anger, happiness, sadness and neutral.
    label_map : dict, default=None
        From labels to classes. None as a class means "not rated": ``{"other": None}`` leaves out votes for
        "other", which are votes for none of the classes otherwise.
    no_agreement : {"keep", "drop"}, default="keep"
        Whether turns without a consensus (X) are kept, with None as their consensus.
    check_audio : bool, default=True
        Whether audio that is missing or empty is an error. False leaves it to
        ``OpenSmileFrames(on_error="skip")`` to list it.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry a turn, in the order of the file:

        - ``X``: list of str, paths of the wav files, 44.1 kHz;
        - ``Y``: DataFrame of shape (n_samples, n_raters), indexed by name, such as
          MSP-IMPROV-S01A-F01-P-FM01; a cell holds NaN or one of anger, happiness, neutral, other and sadness;
        - ``consensus``: object array, the corpus' consensus, None without one;
        - ``sessions``: int array, the groups that must not be split between folds: the two
          speakers of a session talk to each other;
        - ``speakers``: object array such as ``"F01"``;
        - ``genders``, ``acted``, ``scenarios``: object arrays; the scenario is the letter in the name;
        - ``activation``, ``valence``, ``dominance``, ``naturalness``: float arrays, the raters' means;
        - ``classes``, ``label_map``: as parameters of the estimators;
        - ``dropped``: dict, number of ratings that were left out, by reason;
        - ``DESCR``: str.

    Raises
    ------
    FileNotFoundError
        If the folder, the file of ratings or the audio of a turn is missing.
    InputError
        If an option is none of its values, a line of the file is of another form, holds an unknown emotion or
        a turn that was there before, or an audio file is empty or there twice.

    Examples
    --------
    >>> from sklearn_raters.datasets import load_msp_improv
    >>> corpus = load_msp_improv("~/MSP-IMPROV")  # doctest: +SKIP
    >>> corpus.classes  # doctest: +SKIP
    ['anger', 'happiness', 'sadness', 'neutral']
    """
    check_no_agreement(no_agreement)
    classes, label_map = choose_classes(list(LETTERS.values()), CLASSES, classes, label_map)
    folder = existing_folder(root, "MSP-IMPROV", "give the folder that holds Evaluation.txt and the audio")
    file = find_table(folder)
    turns, votes = read_evaluation(file)
    votes["label"] = read_words(votes["label"], NAMES, file, REMEDY)
    votes, repeated, unlabelled = first_answers(votes)
    dropped = {"repeated": repeated, "unlabelled": unlabelled}
    consensus = read_words(turns.set_index("line")["consensus"], NAMES, file, REMEDY).to_numpy(dtype=object)
    parts = [TURN.fullmatch(name) for name in turns.index]
    about = turns[list(ATTRIBUTES.values())].assign(
        X=audio_below(folder, turns.index, check_audio),
        speakers=[f"{part['actor']}{part['session']}" for part in parts],
        sessions=[int(part["session"]) for part in parts],
        genders=[GENDERS[part["actor"]] for part in parts],
        acted=[LETTERS[part["acted"]] for part in parts],
        scenarios=[part["scenario"] for part in parts],
    )

    def describe(bunch):
        left_out = ", ".join(f"{number} {reason}" for reason, number in dropped.items())
        return dedent(f"""\
            MSP-IMPROV: acted emotion in dialogs of two.

            {len(bunch.X)} turns of {len(set(bunch.speakers))} speakers in {len(set(bunch.sessions))} sessions
            (the whole corpus has 8,438, 12 and 6); {bunch.Y.notna().to_numpy().sum()} votes of
            {bunch.Y.shape[1]} raters, read from {file}. Ratings left out: {left_out}.
            {sum(label is None for label in bunch.consensus)} turns have no consensus.
            Split by `sessions`: the two speakers of a session talk to each other.
            Busso et al., IEEE Transactions on Affective Computing 8 (2017); licence by the corpus' owner.
            """)

    return corpus_bunch(
        votes,
        about,
        classes=classes,
        label_map=label_map,
        no_agreement=no_agreement,
        describe=describe,
        consensus=consensus,
        dropped=dropped,
    )
