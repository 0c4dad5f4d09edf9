"""Plain tables: a row a vote, with columns of samples, raters and labels."""

from sklearn_raters.exceptions import InputError


def read(source, question, left_out):
    """Return the table, or yield the records; nothing is left out."""
    if question is not None:
        raise InputError(
            f"question={question!r} is for exports of annotation tools, but {source.file} is read as a plain "
            "table: name its column of labels by label=, or the tool by tool=."
        )
    return source.table if source.records is None else (record for _, record in source.records)
