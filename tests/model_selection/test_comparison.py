"""A comparison with all that was predicted: its columns, its files, how it was made."""

import json
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.svm import LinearSVC

from made import CLASSES, make_rated, small_stack
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import class_recalls, judged_answers
from sklearn_raters.model_selection import compare, cross_val_predict_raters
from sklearn_raters.ratings import Task

DATA = make_rated(90)
SORTED = sorted(CLASSES)
SETTINGS = {"groups": DATA.groups, "cv": 3, "random_state": 0, "n_bootstrap": 20, "return_comparison": True}


@pytest.fixture(scope="module")
def found():
    models = {
        "chance": DummyClassifier(),
        "labels": LinearSVC(),
        "search": GridSearchCV(LogisticRegression(), {"C": [0.5, 2]}, cv=2),
        "stack": small_stack(fusion="mean"),
    }
    Y = DATA.Y.set_axis([f"clip{number}" for number in range(90)])
    return compare(models, DATA.X, Y, baseline="chance", **SETTINGS)


def of_stack(method):
    stack = small_stack(fusion="mean", random_state=0)
    return cross_val_predict_raters(stack, DATA.X, DATA.Y, groups=DATA.groups, cv=3, method=method)


def test_the_predictions_have_a_column_for_all_that_is_said(found):
    def of(model, *kinds):
        return [model, *(f"{model}_{kind}_{label}" for kind in kinds for label in SORTED)]

    views = [f"stack_view_{name}" for name in ("crowd_hard", "crowd_soft", "E1", "E2", "E3")]
    expected = ["fold", "consensus", "votes", *of("chance", "p"), *of("labels"), *of("search", "p")]
    assert list(found.predictions) == [*expected, *of("stack", "p", "share"), *views]
    assert found.predictions.index.name == "sample"
    assert found.predictions.index[0] == "clip0"
    assert found.tested.tolist() == list(range(90))


@pytest.mark.parametrize(("kind", "method"), [("p", "predict_proba"), ("share", "predict_soft_labels")])
def test_the_distributions_are_those_of_the_model_alone(found, kind, method):
    columns = found.predictions[[f"stack_{kind}_{label}" for label in SORTED]]
    np.testing.assert_allclose(columns.to_numpy(), of_stack(method))


def test_the_views_say_their_most_probable_class(found):
    expected = np.array(SORTED)[of_stack("predict_proba_views").argmax(axis=2)]
    columns = found.predictions.filter(like="stack_view_")
    assert (columns.to_numpy() == expected).all()


def test_the_votes_are_what_each_rater_said_before_labels_are_merged():
    Y = pd.DataFrame({"ann": ["a", ("b", "c"), None] * 6, 7: ["a", "b", "c"] * 6})
    task = Task(Y, ["a", "b"], {"c": "b"})
    X = np.arange(18)[:, None]
    votes = compare({"m": DummyClassifier()}, X, task, cv=2, baseline=None, return_comparison=True)
    said = votes.predictions["votes"].map(json.loads).tolist()
    assert said[:3] == [{"ann": "a", "7": "a"}, {"ann": ["b", "c"], "7": "b"}, {"7": "c"}]


def test_the_answers_are_judged_as_if_all_folds_were_one(found):
    given = {
        "proba": of_stack("predict_proba"),
        "soft_labels": of_stack("predict_soft_labels"),
        "proba_raters": of_stack("predict_proba_raters"),
    }
    expected = judged_answers(DATA.Y, **given)
    assert set(found.judged["stack"]) == {"consensus", "shares", "raters"}
    for kind, pair in expected.items():
        for values, wanted in zip(found.judged["stack"][kind], pair, strict=True):
            assert values.sum(axis=0) == pytest.approx(wanted.sum(axis=0))
    assert set(found.judged["search"]) == {"consensus"}
    assert found.judged["labels"] == {}


def test_the_fits_tell_sizes_seconds_and_what_searches_chose(found):
    fits = found.fits
    runs = [[model, fold] for model in found.table.index for fold in range(3)]
    assert fits[["model", "fold"]].to_numpy().tolist() == runs
    rated = fits["model"] == "stack"
    assert (fits["train_samples"] + fits["test_samples"] == 90)[rated].all()
    seconds = fits.groupby("model")["fit_seconds"].sum()
    assert seconds["stack"] == pytest.approx(found.table["fit_seconds"]["stack"])
    assert fits["chosen"][fits["model"] == "search"].str.fullmatch(r"\{'C': (0\.5|2)\}").all()
    assert (fits["chosen"][fits["model"] != "search"] == "").all()
    assert found.settings["groups"] == str(len(set(DATA.groups)))
    assert found.settings["folds"] == "3"
    assert found.models["labels"] == "LinearSVC()"
    assert found.versions["numpy"] == np.__version__


def test_models_that_take_no_ratings_are_given_the_samples_with_a_consensus_only():
    Y = [["a", "a"], ["b", "b"], ["a", "b"]] * 4
    models = {"labels": DummyClassifier(), "majority": small_stack(views=["crowd_hard"], fusion="mean")}
    found = compare(models, np.arange(12.0)[:, None], Y, cv=2, baseline=None, return_comparison=True)
    assert found.fits["train_samples"].tolist() == [4, 4, 6, 6]
    assert found.fits["test_samples"].tolist() == [6, 6, 6, 6]


def read_lines(path):
    return pd.read_json(path, lines=True)


@pytest.mark.parametrize(
    ("ending", "read"), [(".csv", pd.read_csv), (".jsonl", read_lines), (".PARQUET", pd.read_parquet)]
)
def test_the_predictions_are_written_as_their_file_ends(found, tmp_path, ending, read):
    path = tmp_path / f"all{ending}"
    found.write_predictions(path)
    again = read(path).set_index("sample")
    assert list(again) == list(found.predictions)
    assert again["votes"].tolist() == found.predictions["votes"].tolist()
    np.testing.assert_allclose(again["stack_p_sad"], found.predictions["stack_p_sad"])
    assert again["consensus"].isna().sum() == found.predictions["consensus"].isna().sum()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_names_of_several_types_are_written_as_text(tmp_path):
    Y = pd.DataFrame({"ann": [1, 2] * 5, "bob": [1, 2] * 5}, index=[*range(9), "last"])
    models = {3: DummyClassifier()}
    found = compare(models, np.zeros((10, 1)), Y, cv=2, baseline=None, return_comparison=True)
    found.write_predictions(tmp_path / "all.parquet")
    again = pd.read_parquet(tmp_path / "all.parquet")
    assert again["sample"].tolist() == [*map(str, range(9)), "last"]
    assert again["3"].tolist() == found.predictions[3].tolist()
    assert again["consensus"].tolist() == [1, 2] * 5


def test_files_of_other_kinds_and_missing_pyarrow_are_refused(found, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"all\.txt ends in none of \.csv, \.jsonl and \.parquet"):
        found.write_predictions(tmp_path / "all.txt")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"pyarrow, which is not installed: .*\[tables\]"):
        found.write_predictions(tmp_path / "all.parquet")


def test_two_columns_of_one_name_are_refused_before_any_training():
    models = {"m": DummyClassifier(), "m_p_sad": DummyClassifier()}
    with pytest.raises(InputError, match="column 'm_p_sad' twice, of model 'm_p_sad' and of model 'm'"):
        compare(models, DATA.X, DATA.Y, baseline="m", **SETTINGS)
    models = {3: DummyClassifier(), "3": DummyClassifier()}
    with pytest.raises(InputError, match="column '3' twice"):
        compare(models, DATA.X, DATA.Y, baseline=None, **SETTINGS)


def test_views_that_are_models_themselves_are_not_asked_again():
    found = compare(small_stack(fusion="mean"), DATA.X, DATA.Y, baseline="crowd-hard", **SETTINGS)
    assert "all views" in found.table.index
    assert not [name for name in found.predictions if "_view_" in name]


def test_a_notebook_shows_the_table(found):
    html = found._repr_html_()
    assert "Comparison(4 models, 90 tested samples, 3 folds)" in html
    assert f"{found.table['uar']['stack']:.3f}" in html


def test_a_model_tested_in_another_condition_has_a_column_for_it():
    model = LogisticRegression(), DATA.X, {"mirrored": -DATA.X}
    found = compare({"m": model}, None, DATA.Y, baseline=None, **SETTINGS)
    assert list(found.predictions)[3:5] == ["m", "m_in_mirrored"]
    judged = found.predictions[found.predictions["consensus"].notna()]
    recalls = class_recalls(judged["consensus"], judged["m_in_mirrored"], labels=SORTED)
    assert recalls.mean() == pytest.approx(found.table.loc["m", "uar_mirrored"])
    assert "UAR mirrored" in found.to_html(max_samples=0)


def test_untested_samples_have_no_row():
    folds = [(np.arange(45), np.arange(45, 80))]
    settings = {**SETTINGS, "cv": folds, "groups": None, "baseline": None}
    found = compare({"m": DummyClassifier()}, DATA.X, DATA.Y, **settings)
    assert found.tested.tolist() == found.predictions.index.tolist() == list(range(45, 80))


@pytest.mark.parametrize("fusion", ["pool", "logistic"])
def test_views_without_probabilities_leave_what_needs_them_empty(fusion):
    models = {"stack": small_stack(LinearSVC(), fusion=fusion)}
    found = compare(models, DATA.X, DATA.Y, baseline=None, **SETTINGS)
    assert found.table.loc["stack", "uar"] > 0.7
    assert np.isnan(found.table.loc["stack", "rater_error_rate"]) == (fusion == "logistic")
    assert "stack_view_E1" not in found.predictions


def test_samples_may_be_named_by_several_levels():
    levels = [DATA.groups, np.arange(90)]
    Y = DATA.Y.set_axis(pd.MultiIndex.from_arrays(levels, names=["session", "clip"]))
    found = compare({"chance": DummyClassifier()}, DATA.X, Y, baseline=None, **SETTINGS)
    assert found.predictions.index[:2].tolist() == [(0, 0), (0, 1)]
    assert found.predictions.index.name == "sample"
