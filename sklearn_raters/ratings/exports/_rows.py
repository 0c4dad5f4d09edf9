"""What the readers of all tools share: rows of votes, labels of a cell, and the choice of one question."""

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import shorten

ROLES = ("sample", "rater", "label")


def each_record(source, votes, expected):
    """
    Yield the rows of each record of an export.

    Parameters
    ----------
    source : Source
        The export.
    votes : callable
        Function from a record to rows and their answers. It raises ValueError, or another error of Python, if
        the record is not as expected.
    expected : str
        The shape of the tool's exports, for messages.

    Yields
    ------
    dict, dict
        A row, and the label by question.

    Raises
    ------
    InputError
        If a record is not as expected, with its place.
    """
    if source.records is None:
        raise source.refuse("it is a table", expected)
    for number, record in source.records:
        try:
            yield from votes(record)
        except InputError:
            raise
        except ValueError as error:
            raise source.refuse(error, expected, number) from error
        except KeyError as error:
            raise source.refuse(f"the field {error} is missing", expected, number) from error
        except (TypeError, AttributeError) as error:
            raise source.refuse(f"a field holds something else ({error})", expected, number) from error


def make_row(sample, rater, fields):
    """
    Return a row with further fields; those called like a role get another name.

    Parameters
    ----------
    sample, rater : object
        Names of the sample and the rater.
    fields : dict
        Further values, such as the text of the sample.

    Returns
    -------
    dict
        The row, still without a label.
    """
    further = {f"{name}_in_file" if name in ROLES else name: value for name, value in fields.items()}
    return {"sample": sample, "rater": rater, "label": None, **further}


def one_or_several(labels):
    """Return the only label of a list, a tuple of several, None of an empty list; anything else unchanged."""
    if not isinstance(labels, list):
        return labels
    return tuple(labels) if len(labels) > 1 else next(iter(labels), None)


def choose_answers(pairs, question, source):
    """
    Yield rows with the answers to one question as labels.

    Parameters
    ----------
    pairs : iterable of (dict, dict)
        Rows, and the label by question of each.
    question : str or None
        The question. None takes the only one.
    source : Source
        The export, for messages.

    Yields
    ------
    dict
        The rows; the label of a rater who did not answer the question is None.

    Raises
    ------
    InputError
        If there are several questions and none is named, or no such question.
    """
    pairs, names = iter(pairs), {}
    for row, answers in pairs:
        names.update(dict.fromkeys(answers))
        if question is None and len(names) > 1:
            for _, more in pairs:
                names.update(dict.fromkeys(more))
            raise several_questions(names, source)
        row["label"] = one_or_several(answers.get(next(iter(names), None) if question is None else question))
        yield row
    check_question(question, names, source)


def check_question(question, names, source):
    """Raise InputError if a question is named that the export does not have."""
    if question is not None and question not in names:
        raise InputError(
            f"{source.file} has no answers to question={question!r}; its questions are "
            f"{shorten(names, 30) or 'none'}."
        )


def several_questions(names, source):
    """Return the error of an export with several questions, of which none is named."""
    return InputError(
        f"{source.file} holds answers to {len(names)} questions: {shorten(names, 30)}. Name the one whose "
        "answers are the labels by question=."
    )


def choose_column(questions, question, source):
    """
    Return the name of a table's question.

    Parameters
    ----------
    questions : collection of str
        Names of the questions.
    question : str or None
        The question. None takes the only one.
    source : Source
        The export, for messages.

    Returns
    -------
    str
        The question.

    Raises
    ------
    InputError
        If there are several questions and none is named, or no such question.
    """
    check_question(question, questions, source)
    if question is None and len(questions) != 1:
        if not questions:
            raise InputError(f"{source.file} holds no answers: none of its columns holds labels.")
        raise several_questions(questions, source)
    return next(iter(questions)) if question is None else question


def table_of(table, sample, rater, label):
    """
    Return a table with columns of samples, raters and labels.

    Parameters
    ----------
    table : DataFrame
        The further columns.
    sample, rater, label : Series
        The new columns.

    Returns
    -------
    DataFrame
        The table; further columns called like a role get another name.
    """
    table = table.rename(columns={name: f"{name}_in_file" for name in ROLES})
    return table.assign(sample=sample, rater=rater, label=label)


def leave_out(table, kept, what, left_out):
    """Return the rows of a table that are kept, and count the others in `left_out`."""
    if not kept.all():
        left_out[what] += int((~kept).sum())
    return table[kept]


def map_texts(column, read):
    """Return a column with each distinct text read once."""
    return column.map({text: read(text) for text in column.dropna().unique()}).astype(object)


def map_rows(columns, read):
    """
    Apply a function to each row, once to equal ones.

    Parameters
    ----------
    columns : DataFrame
        Texts.
    read : callable
        Function from a list of the cells of a row to a label.

    Returns
    -------
    Series
        The labels.
    """
    import pandas as pd

    names = columns.columns.tolist()
    rows = columns.drop_duplicates().itertuples(index=False, name=None)
    labels = [read(list(row)) for row in rows]
    labels = np.fromiter(labels, dtype=object, count=len(labels))
    code = columns.groupby(names, sort=False, dropna=False).ngroup().to_numpy()
    return pd.Series(labels[code], index=columns.index, dtype=object)
