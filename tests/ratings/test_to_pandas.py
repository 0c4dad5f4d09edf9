"""Tables of polars and pyarrow, whose columns are raters as those of pandas."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.datasets import load_rated_audio
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.model_selection import compare, cross_val_predict_raters
from sklearn_raters.ratings import (
    Task,
    inspect_ratings,
    krippendorff_alpha,
    ratings_from_long,
    votes_from_long,
)

polars = pytest.importorskip("polars")
CELLS = {"anna": [1, 2, None, 1, 2, 1] * 5, "ben": [1, 2, 2, None, 2, 1] * 5, "cleo": [1, 1, 2, 1, 2, 2] * 5}
TABLE, SAME = polars.DataFrame(CELLS), pd.DataFrame(CELLS, dtype=object)
X = np.random.default_rng(0).normal(size=(30, 2)) + np.array([1, 2, 2, 1, 2, 1] * 5)[:, None]


def test_the_columns_are_the_raters_and_integers_beside_a_null_stay_integers():
    task = Task(TABLE)
    assert task.raters == ["anna", "ben", "cleo"]
    assert task.classes == [1, 2]
    assert all(type(label) is int for label in task.classes)
    np.testing.assert_array_equal(task.counts, Task(SAME).counts)
    assert krippendorff_alpha(TABLE) == krippendorff_alpha(SAME)
    assert (
        inspect_ratings(TABLE, random_state=0).raters.index.tolist()
        == inspect_ratings(SAME, random_state=0).raters.index.tolist()
    )


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        (polars.Series("anna", ["a", None, "b"]), [[1, 0], [0, 0], [0, 1]]),
        (polars.DataFrame({"anna": [["a", "b"], None, ["b"]]}), [[1, 1], [0, 0], [0, 1]]),
        (
            polars.DataFrame({"r": ["a", None, "b"]}, schema={"r": polars.Categorical}),
            [[1, 0], [0, 0], [0, 1]],
        ),
    ],
)
def test_series_lists_and_categories_are_read(values, counts):
    task = Task(values)
    assert task.counts.tolist() == counts
    assert task.raters == [values.name if isinstance(values, polars.Series) else values.columns[0]]


def test_a_stack_names_the_raters_and_answers_as_of_pandas():
    settings = {"fusion": "mean", "min_ratings": 1, "random_state": 0}
    model = MultiRaterStackingClassifier(LogisticRegression(), **settings)
    fitted, same = (clone(model).fit(X, Y) for Y in (TABLE, SAME))
    assert fitted.raters_ == ["anna", "ben", "cleo"]
    np.testing.assert_array_equal(fitted.predict_proba_raters(X), same.predict_proba_raters(X))
    assert uar_scorer(fitted, X, TABLE) == uar_scorer(same, X, SAME)
    tables = [compare({"m": model}, X, Y, cv=3, baseline=None, random_state=0)["uar"] for Y in (TABLE, SAME)]
    assert tables[0].equals(tables[1])
    of_raters = cross_val_predict_raters(model, X, TABLE, cv=3, method="predict_proba_raters")
    assert of_raters.shape == (30, 3, 2)


def test_long_tables_and_rated_audio_are_read(tmp_path):
    long = {"sample": ["a", "a", "b"], "rater": ["w1", "w2", "w1"], "label": ["x", "y", "x"]}
    table = polars.DataFrame(long)
    expected = ratings_from_long(pd.DataFrame(long))
    pd.testing.assert_frame_equal(ratings_from_long(table), expected)
    assert votes_from_long(table)[0].raters == ["w1", "w2"]
    for name in "ab":
        (tmp_path / f"{name}.wav").write_bytes(b"audio")
    pd.testing.assert_frame_equal(load_rated_audio(table, tmp_path).Y, expected, check_names=False)


def test_a_long_table_in_place_of_ratings_is_told():
    long = polars.DataFrame({"sample": ["a"], "rater": ["w1"], "label": ["x"]})
    with pytest.raises(ValueError, match="give ratings_from_long"):
        Task(long)


def test_tables_of_pyarrow_are_read_with_their_names():
    pyarrow = pytest.importorskip("pyarrow")
    task = Task(pyarrow.table(CELLS))
    assert task.raters == ["anna", "ben", "cleo"]
    assert all(type(label) is int for label in task.classes)
    np.testing.assert_array_equal(task.counts, Task(SAME).counts)
    assert Task(pyarrow.chunked_array([["a"], [None, "b"]])).counts.tolist() == [[1, 0], [0, 0], [0, 1]]
    long = {"sample": [0, 0, 1], "rater": ["anna", "ben", "anna"], "label": [1, 2, None]}
    assert ratings_from_long(pyarrow.table(long)).columns.tolist() == ["anna", "ben"]
