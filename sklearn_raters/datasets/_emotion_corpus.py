"""What the loaders of rated emotion share: names of emotions, classes to learn, and the Bunch."""

import numpy as np
from sklearn.utils import Bunch

from sklearn_raters.consensus import hard_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, Votes, parse_ratings, ratings_from_long, shorten, sort_labels

# Letters of CREMA-D, MSP-IMPROV and MSP-Podcast.
EMOTIONS = {"A": "anger", "C": "contempt", "D": "disgust", "F": "fear", "H": "happiness"}
EMOTIONS |= {"N": "neutral", "O": "other", "S": "sadness", "U": "surprise"}
# Words of raters for them, beside their own names.
WORDS = {"angry": "anger", "sad": "sadness", "happy": "happiness", "surprised": "surprise"}
WORDS |= {label: label for label in EMOTIONS.values()}
NO_AGREEMENT = {"keep", "drop"}
# A table of more cells takes more than 2 GiB.
_MOST_CELLS = 2**28


def read_names(column, names, file, remedy="correct the line, or copy the file again"):
    """Return the emotions that the texts of a column mean.

    Parameters
    ----------
    column : Series of str
        The texts, indexed by their lines in the file; missing ones stay missing.
    names : dict
        From text to emotion, or to None for a text that is no label.
    file : path-like
        The file, for errors.
    remedy : str
        What the user can do, without a full stop.

    Returns
    -------
    Series of object
        The emotions, None where there is none.

    Raises
    ------
    InputError
        If a text is none of the names.
    """
    import pandas as pd

    unknown = column[column.notna() & ~column.isin(list(names))]
    if len(unknown):
        known = ", ".join(f"{name} ({meaning or 'none'})" for name, meaning in names.items())
        raise InputError(
            f"{file}:{unknown.index[0]} has the {column.name} {unknown.iloc[0]!r} (lines of this kind: "
            f"{len(unknown)}); expected one of {known}; {remedy}."
        )
    labels = [names[text] if isinstance(text, str) else None for text in column]
    return pd.Series(labels, column.index, dtype=object)


def read_words(column, names, file, remedy):
    """Return the emotions of raters' words in any case, as `read_names`; "other" may have a comment."""
    words = column.astype("string").str.strip()
    # A comment may hold line breaks.
    plain = words.str.lower().str.replace(r"(?s)^other.*", "other", regex=True)
    plain = plain.replace({"": None, "nan": None})
    return read_names(plain.where(plain.isna() | plain.isin(list(names)), words), names, file, remedy)


def first_answers(votes):
    """Return each rater's first label of a sample, and the numbers of later ones and of rows without any."""
    answered = votes[votes["label"].notna()]
    first = answered.drop_duplicates(["sample", "rater"])
    return first, len(answered) - len(first), len(votes) - len(answered)


def choose_classes(labels, default, classes, label_map):
    """Return the classes to learn and the map, checked against the labels of the corpus.

    Parameters
    ----------
    labels : list of str
        All labels that the corpus has.
    default : list of str
        The classes if `classes` is None, before the map.
    classes : sequence of str or None
        The classes asked for.
    label_map : dict or None
        From label to class, or to None for "not rated".

    Returns
    -------
    classes : list of str
        The classes.
    label_map : dict or None
        The map.

    Raises
    ------
    InputError
        If a name is no label of the corpus, a class is no label and nothing is mapped to it, or classes are
        missing or there twice.
    """
    mapped = dict(label_map or {})
    if unknown := [name for name in mapped if name not in labels]:
        raise InputError(
            f"label_map: the corpus has no label {shorten(unknown)}; it has {shorten(labels, 20)}."
        )
    if classes is None:
        merged = dict.fromkeys(mapped.get(label, label) for label in default)
        return [label for label in merged if label is not None], label_map
    possible = {mapped.get(label, label) for label in labels} - {None}
    if unknown := [name for name in classes if name not in possible]:
        raise InputError(
            f"classes: the corpus has no label {shorten(unknown)}; it has {shorten(sorted(possible), 20)}."
        )
    if not len(classes) or len(set(classes)) < len(classes):
        raise InputError(f"classes must name labels, each once, not {list(classes)}.")
    return list(classes), label_map


def check_no_agreement(no_agreement):
    """Raise InputError if the option is not one of its values."""
    if no_agreement not in NO_AGREEMENT:
        raise InputError(f"no_agreement must be 'keep' or 'drop', not {no_agreement!r}.")


def votes_of_table(votes, samples):
    """Return `Votes` from a table of one vote a row, without a table of samples by raters.

    Parameters
    ----------
    votes : DataFrame
        Columns ``sample``, ``rater`` and ``label``, no row twice.
    samples : Index
        All samples, in order.

    Returns
    -------
    Votes
        The votes, sorted by sample, rater and label.
    """
    raters, labels = (sort_labels(votes[name].unique()) for name in ("rater", "label"))
    place = {
        name: {value: at for at, value in enumerate(found)}
        for name, found in (("rater", raters), ("label", labels))
    }
    sample = samples.get_indexer(votes["sample"])
    rater, label = (votes[name].map(place[name]).to_numpy(dtype=np.intp) for name in ("rater", "label"))
    order = np.lexsort((label, rater, sample))
    weight = np.ones(len(order))
    return Votes(sample[order], rater[order], label[order], weight, len(samples), raters, labels, samples)


def corpus_bunch(
    votes, about, *, no_agreement, describe, consensus=None, as_frame=True, reading=None, **others
):
    """Return the Bunch of a loader.

    Parameters
    ----------
    votes : DataFrame
        Columns ``sample``, ``rater`` and ``label``, one row a vote.
    about : DataFrame
        One row a sample, indexed by its name; the columns become fields of the Bunch.
    no_agreement : {"keep", "drop"}
        What becomes of samples without a consensus.
    describe : callable
        Takes the Bunch and returns its description.
    consensus : ndarray of object or None
        The corpus' own consensus. None takes the majority of the votes.
    as_frame : bool
        Whether the ratings are a DataFrame; otherwise they are `Votes`.
    reading : dict or None
        Parameters of `ratings_from_long` by which the labels are read.
    **others
        Further fields, such as the classes to learn and the map.

    Returns
    -------
    sklearn.utils.Bunch
        The corpus.

    Raises
    ------
    InputError
        If there is no vote, no sample is left, or the DataFrame would take more than 2 GiB.
    """
    if not len(votes):
        raise InputError("There are no ratings to load: no row names a label of the samples asked for.")
    n_raters = votes["rater"].nunique()
    if as_frame and len(about) * n_raters > _MOST_CELLS:
        raise InputError(
            f"A table of {len(about)} samples by {n_raters} raters would take "
            f"{8 * len(about) * n_raters / 2**30:.1f} GiB: set as_frame=False for ratings as votes."
        )
    reading = reading or {}
    Y = (
        ratings_from_long(votes, samples=about.index, **reading)
        if as_frame
        else votes_of_table(votes, about.index)
    )
    consensus = (
        hard_labels(Task(parse_ratings(Y, reading.get("classes")))) if consensus is None else consensus
    )
    if no_agreement == "drop":
        kept = np.flatnonzero([label is not None for label in consensus])
        if not len(kept):
            raise InputError("No sample has a consensus: set no_agreement='keep'.")
        about, consensus = about.iloc[kept], consensus[kept]
        Y = Y.iloc[kept].dropna(axis=1, how="all") if as_frame else Y.take(kept)
    numbers = {name for name in about.columns if about[name].dtype.kind in "if"}
    fields = {name: about[name].to_numpy(None if name in numbers else object) for name in about.columns}
    bunch = Bunch(Y=Y, consensus=consensus, **fields, **others)
    bunch.X = list(bunch.X)
    bunch.DESCR = describe(bunch)
    return bunch
