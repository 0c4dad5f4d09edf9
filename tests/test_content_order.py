"""Orders of samples that come from what the samples are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_raters._seeds import content_order
from sklearn_raters.ratings import Task

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = RNG.choice(["a", "b", None], size=(40, 3), p=[0.4, 0.3, 0.3])
Y[:, 0] = np.where(Y[:, 0] == None, "a", Y[:, 0])  # noqa: E711, elementwise
TASK = Task(Y)
NAMES = [f"sample {place:02}" for place in range(40)]
FORMS = {
    "table": X,
    "squares overflow": X * 1e200,
    "few values": X.round().clip(-1, 1) + 0.0,
    "equal deviations": np.eye(3)[np.arange(40) % 3],
    "one value": np.zeros((40, 2)),
    "missing values": np.where(X > 1, np.nan, X),
    "list of rows": X.tolist(),
    "data frame": pd.DataFrame(X),
    "sparse": scipy.sparse.csr_array(np.where(X > 0, X, 0)),
    "sequences": [np.outer(np.arange(1, 3 + place % 4), row) for place, row in enumerate(X)],
    "texts": NAMES,
    "paths": [Path(name) for name in NAMES],
    "a column of texts": pd.DataFrame({"pitch": X[:, 0].round(), "said": NAMES}),
}


def rows_of(X, rows):
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    return [X[row] for row in rows] if isinstance(X, list) else X[rows]


def content(X, Y, order):
    """Return the samples and their ratings in an order, as texts that can be compared."""
    X = X.toarray() if hasattr(X, "toarray") else np.asarray(X) if hasattr(X, "iloc") else X
    return [repr((np.asarray(X[row]).tolist(), np.asarray(Y)[row].tolist())) for row in order]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.permutations(range(40)))
def test_the_places_of_the_samples_do_not_matter(form, places):
    moved_X, moved_Y = rows_of(FORMS[form], places), Y[places]
    expected, found = content_order(FORMS[form], TASK), content_order(moved_X, Task(moved_Y))
    assert sorted(found) == list(range(40))
    assert content(FORMS[form], Y, expected) == content(moved_X, moved_Y, found)


@pytest.mark.parametrize(
    ("changed_X", "changed_Y"),
    [
        (X[:, [2, 0, 1]], Y),
        (X * [1000, 0.1, 7] + [5, 0, -3], Y),
        (np.column_stack([X, np.full(40, 0.1)]), Y),
        (X.astype(np.float32), Y),
        (scipy.sparse.csr_array(X), Y),
        (X, Y[:, [2, 0, 1]]),
        (X, pd.DataFrame(Y, columns=["zoe", "ann", "m"])),
        (X, np.where(Y == "a", "zoe", Y)),
        (X, np.column_stack([np.full(40, None), Y])),
        (np.vstack([X, X[:3] + 9]), np.vstack([Y, np.full((3, 3), None)])),
    ],
    ids=[
        "columns",
        "units",
        "a constant",
        "float32",
        "sparse",
        "raters",
        "names",
        "labels",
        "no votes",
        "unrated",
    ],
)
def test_what_must_not_matter_does_not_change_the_order(changed_X, changed_Y):
    expected, found = content_order(X, TASK), content_order(changed_X, Task(changed_Y))
    assert found[:40].tolist() == expected.tolist()
    assert found[40:].tolist() == list(range(40, len(found)))


def test_sparse_rows_with_entries_in_parts_have_the_order_of_whole_entries():
    table = FORMS["sparse"]
    parts = np.repeat(table.data / 2, 2), np.repeat(table.indices, 2), 2 * table.indptr
    in_parts = scipy.sparse.csr_array(parts, table.shape)
    np.testing.assert_array_equal(content_order(in_parts, TASK), content_order(table, TASK))
    assert len(in_parts.data) == 2 * len(table.data)  # the caller's own stays as it is


def test_samples_of_weight_0_come_last_as_if_they_were_not_there():
    weight = np.where(np.arange(40) < 4, 0.0, 2.0)
    order = content_order(X, TASK, weight)
    assert order[-4:].tolist() == [0, 1, 2, 3]
    assert order[:-4].tolist() == (4 + content_order(X[4:], Task(Y[4:]))).tolist()


def test_the_order_is_not_that_of_the_votes():
    said = np.repeat([0, 1], 20)
    order = content_order(RNG.normal(size=(40, 1)), Task(said))
    assert 5 <= said[order[:20]].sum() <= 15


def test_a_table_of_arrow_has_the_order_of_its_rows():
    pyarrow = pytest.importorskip("pyarrow")
    rng = np.random.default_rng(0)
    table, task = pd.DataFrame(rng.normal(size=(12, 2)), columns=["a", "b"]), Task(rng.integers(2, size=12))
    expected = content_order(table.to_numpy(), task)
    assert content_order(pyarrow.Table.from_pandas(table), task).tolist() == expected.tolist()
