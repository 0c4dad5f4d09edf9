"""The command that looks at raters: read a table, compute, print, and write CSV files."""

import json
import os
from math import isfinite
from numbers import Number

from sklearn.utils import Bunch

from sklearn_raters._files import check_writable, full_path, replacing_all
from sklearn_raters.cli._config import check_own, write_config
from sklearn_raters.cli._corpus import check_missing_label, make_task, named_labels, print_status
from sklearn_raters.cli._inputs import check_results
from sklearn_raters.cli._inspection_tables import print_inspection
from sklearn_raters.cli._output import print_json, records
from sklearn_raters.cli._report import check_outputs, write_rater_report
from sklearn_raters.consensus import check_classes
from sklearn_raters.datasets import find_audio, value_by_sample
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import inspect_ratings, is_missing, read_by_line, shorten, votes_from_long

# Tables that --output writes, a file each; `pandas` objects of `inspect_ratings`.
TABLES = ("coverage", "raters", "pairs", "confusions", "hints", "camps", "self_agreement", "samples")


def inspect(options):
    """Print tables on the raters and samples of ratings; write them to the folder of --output."""
    folder = None if options.output is None else _check_folder(options.output)
    check_outputs(options)
    if options.report is None and not options.audio is options.text_column is None:
        raise InputError("--audio and --text-column are for the page of --report: give it too.")
    files = {} if folder is None else _files_in(folder)
    if options.report is not None:
        files["report"] = check_writable(options.report)
    check_results(files, options)
    if folder is not None:
        _check_replaced(files, options.output)
    votes, samples, content, texts = _read(options)
    audio = None if options.audio is None else find_audio(samples, options.audio)[0]
    names = None if options.bins is None else options.bins["names"]
    task = make_task(Bunch(Y=votes, classes=names, label_map=None), options)
    if options.classes is not None:
        check_classes(task)
    if not options.ordered and len(task.classes) > 2 and all(isinstance(one, Number) for one in task.classes):
        print_status(
            "The classes are numbers: give --ordered if they are degrees, or --bins for ranges of them."
        )
    found = inspect_ratings(
        task, ordered=options.ordered, samples=samples, content=content, random_state=options.seed
    )
    if folder is not None:
        folder.mkdir(exist_ok=True)
    unmade = [path for name, path in files.items() if name in found and found[name] is None]
    files = {name: path for name, path in files.items() if path not in unmade}
    try:
        with replacing_all(files) as partial:
            if folder is not None:
                _write(found, partial)
                write_config(options, files["settings"], partial["settings"])
            if options.report is not None:
                shown = {"audio": audio, "texts": texts}
                write_rater_report(options, task, found, shown, partial["report"])
        for path in unmade:
            path.unlink(missing_ok=True)  # of an earlier run
    finally:  # after the files, which stay if it cannot be printed, and also if they cannot be written
        if options.json:
            print_json(_as_json(found))
        else:
            print_inspection(found, task, options.top)
    if folder is not None:
        print_status(f"All tables in full: {folder}")
    if options.report is not None:
        print_status(f"Report: {options.report}")
    return 0


def _read(options):
    """Return the votes of the table, and the name, the content and the text of each sample, None without."""
    columns = {name: getattr(options, f"{name}_column") for name in ("sample", "rater", "label")}
    table = read_by_line(options.ratings, options.tool, question=options.question, **columns)
    reading = {name: getattr(options, name) for name in ("missing_label", "label_separator", "bins")}
    named = named_labels(options)
    check_missing_label(table, options)
    votes, samples = votes_from_long(table, **reading, classes=named, numbers=True)
    keys = table[["sample", "rater"]].assign(label=table["label"].map(repr))
    if repeated := int(keys[table["label"].notna()].duplicated().sum()):
        print_status(
            f"{repeated:,} rows repeat the sample, rater and label of another row: they count as one vote."
        )
    return votes, samples, *(_of_samples(table, options, name) for name in ("repeat_column", "text_column"))


def _of_samples(table, options, option):
    """Return what the column that an option names holds of each sample; None without the option."""
    given = getattr(options, option)
    if given is None:
        return None
    column = table.attrs["columns"].get(given, given)
    if column not in table.columns:
        in_file = {new: old for old, new in table.attrs["columns"].items()}
        raise InputError(
            f"--{option.replace('_', '-')} {given}: the columns of {options.ratings} are "
            f"{shorten([in_file.get(name, name) for name in table.columns])}. Name one of them."
        )
    # In a table of texts an empty cell is an empty text, in Parquet a missing value.
    empty = None if option == "repeat_column" else ""
    shown = table[["sample"]].copy()
    shown[column] = [empty if _is_blank(value) else value for value in table[column]]
    return value_by_sample(shown, "sample", column)


def _is_blank(value):
    return is_missing(value) or (isinstance(value, str) and not value.strip())


def _as_json(found):
    """Return all tables as lists of dicts, and coverage and alpha with its interval as dicts."""
    tables = {name: found[name] for name in TABLES if name != "coverage" and found[name] is not None}
    tables["raters"] = tables["raters"].rename_axis("rater")
    tables = {name: records(table) for name, table in tables.items()}
    tables["coverage"] = json.loads(found.coverage.to_json())
    alpha = {name: value if isfinite(value) else None for name, value in found.alpha._asdict().items()}
    return {"alpha": alpha, "alpha_error": found.alpha_error, **tables}


def _check_folder(path):
    """Return the folder to write to, made if its parent exists; raise if it cannot be written to."""
    folder = full_path(path)
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"--output {folder} is a file: name a folder.")
    if not folder.parent.is_dir():
        raise FileNotFoundError(f"--output: there is no folder {folder.parent} to make {folder.name} in.")
    if not os.access(folder if folder.exists() else folder.parent, os.W_OK | os.X_OK):
        raise PermissionError(f"--output: the folder {folder} is not writable: name another one.")
    return folder


def _files_in(folder):
    """Return the files that may be written into the folder, by what they hold."""
    files = {name: folder / f"{name}.csv" for name in (*TABLES, "alpha")}
    return files | {"settings": folder / "inspect.toml"}


def _check_replaced(files, output):
    """Raise InputError if a file of the folder would be replaced that no run of this command has written."""
    present = [name for name in (*TABLES, "alpha", "settings") if files[name].exists()]
    for name in present:
        check_writable(files[name])
    check_own(files["settings"], "inspect", "--output", output)
    if present and "settings" not in present:
        raise InputError(
            f"--output {output}: the run writes a table to {files[present[0]]}, a file of yours, as no "
            f"{files['settings'].name} beside it tells of an earlier run: give another --output."
        )


def _write(found, files):
    """Write each table to a CSV file."""
    for name in TABLES:
        table = found[name]
        if table is None:
            continue
        numbered = list(table.index) == list(range(len(table))) if name != "samples" else False
        table.to_csv(files[name], index=not numbered)
    alpha = "\n".join(f"{name},{value}" for name, value in found.alpha._asdict().items())
    files["alpha"].write_text(f"name,value\n{alpha}\n", encoding="utf-8")
