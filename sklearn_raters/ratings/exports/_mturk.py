"""Batch results of Amazon Mechanical Turk: CSV.

https://docs.aws.amazon.com/AWSMechTurk/latest/AWSMechanicalTurkRequester/Introduction.html
"""

import json

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import shorten
from sklearn_raters.ratings.exports._rows import (
    choose_column,
    leave_out,
    map_rows,
    map_texts,
    one_or_several,
    table_of,
)

EXPECTED = "columns 'HITId', 'WorkerId', 'AssignmentStatus' and 'Answer...' of a batch of Mechanical Turk"
_ANSWER, _JSON, _ON = "Answer.", "Answer.taskAnswers", "on"
# Name of the question of radio buttons, which have names of their own only.
_RADIO = "radio buttons"


def recognises(source):
    """Return whether the table is a batch of Mechanical Turk."""
    return source.is_table and {"HITId", "WorkerId", "AssignmentStatus"} <= source.example.keys()


def read(source, question, left_out):
    """Return the table; rejected assignments are left out."""
    table = source.table
    if table is None or not {"HITId", "WorkerId"} <= {*table.columns}:
        raise source.refuse(f"its fields are {shorten(source.example)}", EXPECTED)
    if "AssignmentStatus" in table:
        kept = table["AssignmentStatus"].astype(str).str.strip().str.lower() != "rejected"
        table = leave_out(table, kept, "rejected assignments", left_out)
    if "Reject" in table:
        kept = table["Reject"].fillna("").astype(str).str.strip() == ""
        table = leave_out(table, kept, "rejected assignments", left_out)
    answers = [name for name in table.columns if name.startswith(_ANSWER) and name != _JSON]
    questions = {}
    for name in answers:
        questions.setdefault(name.removeprefix(_ANSWER).partition(".")[0], []).append(name)
    # Radio buttons have a field each: "Answer.happy.on".
    radio = {name for name, columns in questions.items() if columns == [f"{_ANSWER}{name}.{_ON}"]}
    if radio:
        questions = {name: columns for name, columns in questions.items() if name not in radio}
        questions[_RADIO] = [f"{_ANSWER}{name}.{_ON}" for name in sorted(radio)]
    if _JSON in table:
        parsed = map_texts(table[_JSON], lambda text: _task_answers(text, source))
        names = dict.fromkeys(name for found in parsed for name in found)
        question = choose_column({**questions, **names}, question, source)
        label = parsed.map(lambda found: one_or_several(_chosen(found.get(question))))
    else:
        question = choose_column(questions, question, source)
        label = _from_columns(table[questions[question]])
    table = table.drop(columns=[*answers, *({_JSON} & {*table.columns})])
    return table_of(table, table["HITId"], table["WorkerId"], label)


def _from_columns(columns):
    """Return the labels of a question that has a column, or one for each choice."""
    texts = columns.fillna("").apply(lambda column: column.astype(str).str.strip())
    ticks = texts.apply(lambda column: column.str.lower())
    if ticks.isin(["true", "false", ""]).all(axis=None) and any(name.count(".") > 1 for name in columns):
        choices = [name.removeprefix(_ANSWER).removesuffix(f".{_ON}").split(".", 1)[-1] for name in columns]
        return map_rows(
            ticks,
            lambda row: one_or_several(
                [name for name, tick in zip(choices, row, strict=True) if tick == "true"]
            ),
        )
    if columns.shape[1] > 1:
        raise InputError(
            f"The question has the columns {', '.join(columns)}, which are not all true or false: name the "
            "one of the labels by tool='table' and label=."
        )
    # Crowd HTML elements separate several choices of one field by "|".
    return map_texts(
        columns.iloc[:, 0], lambda text: one_or_several([part for part in text.split("|") if part.strip()])
    )


def _task_answers(text, source):
    """Return the answers by question in the JSON of Crowd HTML elements."""
    try:
        found = json.loads(text)
        answers = {name: value for part in found for name, value in part.items()}
        radio = {name: value[_ON] for name, value in answers.items() if _is_radio(value)}
        rest = {name: value for name, value in answers.items() if name not in radio}
        return {**rest, _RADIO: radio} if radio else rest
    except (ValueError, TypeError, AttributeError):
        raise source.refuse(f"column {_JSON!r} holds {text!r}", "a list of answers in JSON") from None


def _is_radio(answer):
    """Return whether an answer is that of a radio button: {"on": True}."""
    return isinstance(answer, dict) and answer.keys() == {_ON}


def _chosen(answer):
    """Return the labels of an answer: a text, {"label": ...}, {"labels": [...]}, or {choice: True}."""
    if isinstance(answer, dict):
        for name in ("label", "labels"):
            if isinstance(answer.get(name), str | list):
                return answer[name] if isinstance(answer[name], list) else [answer[name]]
        return [name for name, chosen in answer.items() if chosen is True]
    return answer if isinstance(answer, list) else [answer]
