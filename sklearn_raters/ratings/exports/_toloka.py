"""Results of a pool of Toloka: TSV with columns INPUT:, OUTPUT:, GOLDEN: and ASSIGNMENT:.

https://toloka.ai/docs/guide/result-of-eval
"""

from sklearn_raters.ratings._labels import shorten
from sklearn_raters.ratings.exports._rows import choose_column, leave_out, table_of

EXPECTED = "columns 'INPUT:...', 'OUTPUT:...' and 'ASSIGNMENT:worker_id' of a pool of Toloka"
_OUTPUT, _TASK, _WORKER, _STATUS = (
    "OUTPUT:",
    "ASSIGNMENT:task_id",
    "ASSIGNMENT:worker_id",
    "ASSIGNMENT:status",
)
_NO_VOTES = ("REJECTED", "SKIPPED", "EXPIRED", "ACTIVE")


def recognises(source):
    """Return whether the table is a pool of Toloka."""
    columns = source.example.keys()
    return source.is_table and _WORKER in columns and any(str(name).startswith(_OUTPUT) for name in columns)


def read(source, question, left_out):
    """Return the table; assignments that were rejected, skipped or not finished are left out."""
    table = source.table
    if table is None or _WORKER not in table:
        raise source.refuse(f"its fields are {shorten(source.example)}", EXPECTED)
    if _STATUS in table:
        for status in _NO_VOTES:
            kept = table[_STATUS].astype(str).str.strip().str.upper() != status
            table = leave_out(table, kept, f"assignments with status {status}", left_out)
    outputs = {name.removeprefix(_OUTPUT): name for name in table.columns if name.startswith(_OUTPUT)}
    label = table[outputs[choose_column(outputs, question, source)]]
    inputs = [name for name in table.columns if name.startswith("INPUT:")]
    if not inputs and _TASK not in table:
        raise source.refuse(f"neither a column {_TASK!r} nor inputs name the task", EXPECTED)
    sample = table[_TASK] if _TASK in table else _joined(table, inputs)
    return table_of(table.drop(columns=list(outputs.values())), sample, table[_WORKER], label)


def _joined(table, columns):
    """Return the texts of columns, joined where there are several."""
    first, *others = (table[name].astype(str) for name in columns)
    return first.str.cat(others, sep=" | ") if others else first
