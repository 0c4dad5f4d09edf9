"""Graphs of ONNX answer as their models do; what has no graph is refused."""

import sys

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_wine
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    BaggingClassifier,
    GradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from made import TRUTH, X, Y, make_rated, small_blstm, small_stack
from sklearn_raters import (
    CalibratedRatersClassifier,
    DeepEnsembleClassifier,
    FramePooler,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)
from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence import to_onnx
from sklearn_raters.stacking import FUSIONS

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("skl2onnx")
METHODS = {
    "probabilities": "predict_proba",
    "soft_labels": "predict_soft_labels",
    "raters": "predict_proba_raters",
}
NEW = make_rated(60, seed=3).X
WINE, CULTIVARS = load_wine(return_X_y=True)  # its features are far from 0 and of several scales
TWO = CULTIVARS < 2


def ragged(X):
    """Return rows as sequences of one to four frames that differ."""
    frames = [np.tile(row, (1 + place % 4, 1)) for place, row in enumerate(X)]
    return [(part + 0.1 * np.arange(len(part))[:, None]).astype(np.float32) for part in frames]


def padded(sequences, value):
    longest = max(map(len, sequences)) + 2
    return np.stack(
        [np.pad(part, ((0, longest - len(part)), (0, 0)), constant_values=value) for part in sequences]
    )


def run(path, inputs):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


def assert_same(model, path, *, sequences=False, answers=tuple(METHODS)):
    """Compare all answers of a model's graph with the model's."""
    to_onnx(model, path)
    if sequences:
        samples = ragged(NEW)
        inputs = {"lengths": np.array([len(part) for part in samples]), "frames": padded(samples, 9.0)}
    else:
        samples, inputs = NEW, {"X": NEW}
    found = run(path, inputs)
    assert sorted(found) == sorted(answers)
    for name, values in found.items():
        np.testing.assert_allclose(values, getattr(model, METHODS[name])(samples), rtol=0, atol=1e-5)
    return found


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.onnx"


def test_the_default_stack(path):
    assert_same(MultiRaterStackingClassifier(random_state=0).fit(X, Y), path)


@pytest.mark.parametrize("fusion", [*[name for name in FUSIONS if name != "fine_tune"], GaussianNB()])
def test_every_fusion_on_a_table(fusion, path):
    assert_same(small_stack(fusion=fusion, class_weight=None).fit(X, Y), path)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_every_fusion_of_networks_on_sequences(fusion, path):
    stack = small_stack(small_blstm(max_epochs=1), fusion=fusion)
    found = assert_same(stack.fit(ragged(X), Y), path, sequences=True)
    samples = ragged(NEW)  # the padding changes nothing
    lengths = np.array([len(part) for part in samples])
    again = run(path, {"frames": padded(samples, -3.0), "lengths": lengths})
    for name, values in found.items():
        np.testing.assert_allclose(again[name], values, rtol=0, atol=1e-6)


@pytest.mark.parametrize("views", [["crowd_hard"], ["raters"], ["crowd_soft", "E2"]])
def test_some_views_only(views, path):
    answers = ["probabilities", "soft_labels", *(["raters"] if views != ["crowd_hard"] else [])]
    for fusion in ("pool", "mean"):
        assert_same(small_stack(views=views, fusion=fusion).fit(X, Y), path, answers=answers)


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(5, random_state=0),
        GradientBoostingClassifier(n_estimators=3),
        make_pipeline(StandardScaler(), RandomForestClassifier(3, random_state=0)),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=2),
        CalibratedClassifierCV(LinearSVC(), cv=2),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_views_of_scikit_learn(estimator, path):
    assert_same(small_stack(estimator, fusion="mean").fit(X, Y), path)


def test_two_classes_and_classes_that_a_view_has_not_seen(path):
    assert_same(small_stack(classes=["sad", "angry"]).fit(X, Y), path)
    few = Y.copy()
    few["E1"] = few["E1"].where(few["E1"] != "sad", None)
    assert_same(small_stack(alpha=0, fusion="mean").fit(X, few), path)


def test_estimators_around_a_stack(path):
    assert_same(CalibratedRatersClassifier(small_stack(), cv=2).fit(X, Y), path)
    assert_same(DeepEnsembleClassifier(small_stack(), n_estimators=2, random_state=0).fit(X, Y), path)
    shared = make_pipeline(StandardScaler(), LogisticRegression())
    assert_same(small_stack(shared, shared_steps=1).fit(X, Y), path)
    mixed = small_stack(LogisticRegression(), view_params={"E1": small_blstm(max_epochs=1)})
    assert_same(mixed.fit(X, Y), path)
    pipeline = make_pipeline(StandardScaler(), small_stack(small_blstm(max_epochs=1))).fit(X, Y)
    to_onnx(pipeline, path)
    found = run(path, {"X": NEW})["probabilities"]
    np.testing.assert_allclose(found, pipeline.predict_proba(NEW), rtol=0, atol=1e-5)


def test_single_classifiers(path):
    for model in (small_blstm(), SoftmaxLayerClassifier(max_epochs=2, random_state=0)):
        assert_same(model.fit(ragged(X), TRUTH), path, sequences=True, answers=["probabilities"])
    for model in (SoftTargetClassifier(LogisticRegression()), LogisticRegression()):
        to_onnx(model.fit(X, TRUTH), path)
        found = run(path, {"X": NEW})["probabilities"]
        np.testing.assert_allclose(found, model.predict_proba(NEW), rtol=0, atol=1e-5)


def test_the_metadata_name_classes_and_raters(path):
    to_onnx(small_stack().fit(X, Y), path)
    metadata = onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map
    assert metadata == {"classes": "angry\nneutral\nsad", "raters": "E1\nE2\nE3"}


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: RaterNetClassifier(max_epochs=1).fit(X, Y), "RaterNetClassifier cannot become a graph"),
        (
            lambda: make_pipeline(FramePooler(2), small_blstm(max_epochs=1)).fit(ragged(X), TRUTH),
            r"pipeline\[1:\]",
        ),
        (lambda: small_stack(SVC()).fit(X, Y), "SVC has no predict_proba"),
        (
            lambda: small_blstm(max_epochs=1).fit(X, TRUTH).set_params(precision="bfloat16"),
            "precision='bfloat16' cannot",
        ),
    ],
)
def test_what_has_no_graph_is_refused_in_one_line_and_leaves_no_file(model, message, path):
    with pytest.raises(InputError, match=message) as caught:
        to_onnx(model(), path)
    assert "\n" not in str(caught.value)
    assert not path.exists()


def test_a_graph_that_differs_from_its_model_is_not_written(path, monkeypatch):
    model = small_stack().fit(X, Y)
    monkeypatch.setattr(type(model), "predict_proba", lambda self, X: np.full((len(X), 3), 1 / 3))
    with pytest.raises(InputError, match="differs from the model by up to 0"):
        to_onnx(model, path)
    assert not path.exists()


@pytest.mark.parametrize(
    "model",
    [
        LinearDiscriminantAnalysis(),
        make_pipeline(StandardScaler(), LinearDiscriminantAnalysis()),
        BaggingClassifier(n_estimators=5, random_state=0),
        BaggingClassifier(make_pipeline(StandardScaler(), DecisionTreeClassifier()), n_estimators=3),
        StackingClassifier([("bayes", GaussianNB()), ("tree", DecisionTreeClassifier(random_state=0))]),
    ],
    ids=["discriminant", "scaled discriminant", "bagging", "bagging of scaled trees", "stacking"],
)
@pytest.mark.parametrize("kept", [TWO, CULTIVARS >= 0], ids=["two classes", "three classes"])
def test_features_far_from_0_and_of_several_scales(model, kept, path):
    samples, labels = WINE[kept], CULTIVARS[kept]
    to_onnx(model.fit(samples[::2], labels[::2]), path)
    found = run(path, {"X": samples})["probabilities"]
    np.testing.assert_allclose(found, model.predict_proba(samples), rtol=0, atol=1e-5)


@pytest.mark.parametrize("scale", [1, 100])
@pytest.mark.parametrize("mean", [0, 5, 1e4])
def test_a_wrong_graph_is_seen_wherever_the_model_learnt(mean, scale, path):
    """Of a bagged discriminant analysis with two classes, skl2onnx doubles the logits."""
    labels = np.arange(200) % 2
    samples = mean + scale * (np.random.default_rng(0).normal(size=(200, 3)) + labels[:, None])
    model = BaggingClassifier(LinearDiscriminantAnalysis(), n_estimators=2).fit(samples, labels)
    with pytest.raises(InputError, match="in its probabilities, more than 1e-05, on drawn samples: give X"):
        to_onnx(model, path)
    with pytest.raises(InputError, match="on X: use `save`"):
        to_onnx(model, path, X=samples)
    assert not path.exists()


def test_trees_that_round_no_sample_are_seen(path, monkeypatch):
    monkeypatch.setattr("sklearn_raters.persistence._onnx.round_for_trees", lambda part: None)
    model = BaggingClassifier(n_estimators=5, random_state=0).fit(WINE[::2], CULTIVARS[::2])
    with pytest.raises(InputError, match="differs from the model by up to 0"):
        to_onnx(model, path)


def test_the_comparison_is_on_the_samples_given(path):
    model = LogisticRegression().fit(X, TRUTH)
    asked = []
    model.predict_proba = lambda X: asked.append(X) or LogisticRegression.predict_proba(model, X)
    to_onnx(model, path, X=NEW.tolist())
    np.testing.assert_array_equal(asked, [NEW])
    network = small_blstm(max_epochs=1).fit(ragged(X), TRUTH)
    to_onnx(network, path, X=ragged(NEW))
    with pytest.raises(InputError, match="BLSTMClassifier was fitted on a list"):
        to_onnx(network, path, X=[])
    to_onnx(SoftmaxLayerClassifier(max_epochs=1).fit(X, TRUTH), path, X=NEW)
    with pytest.raises(ValueError, match="1D array"):
        to_onnx(model, path, X=NEW[0])


@pytest.mark.parametrize("output", METHODS)
def test_the_comparison_is_of_all_outputs(output, path, monkeypatch):
    model = small_stack().fit(X, Y)
    right = getattr(model, METHODS[output])
    monkeypatch.setattr(type(model), METHODS[output], lambda self, X: 1 - right(X))
    with pytest.raises(InputError, match=f"in its {output}, more"):
        to_onnx(make_pipeline(StandardScaler().fit(X), model), path)


def test_an_unfitted_model_and_a_missing_library_are_named(path, monkeypatch):
    with pytest.raises(NotFittedError):
        to_onnx(small_stack(), path)
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(
        ImportError, match=r"needs skl2onnx, which is not installed: pip install 'sklearn-raters\[onnx\]'"
    ):
        to_onnx(small_stack(), path)


@pytest.mark.parametrize("form", [pd.DataFrame, csr_array])
def test_a_graph_is_compared_on_samples_in_every_form_of_a_table(form, tmp_path):
    for model in (SoftmaxLayerClassifier(max_epochs=1), LogisticRegression()):
        to_onnx(model.fit(X, TRUTH), tmp_path / "model.onnx", form(X))
        assert (tmp_path / "model.onnx").is_file()
        (tmp_path / "model.onnx").unlink()


@pytest.mark.parametrize(
    ("model", "y", "message"),
    [
        (BaggingClassifier(SVC(), n_estimators=2), CULTIVARS, "answers its probabilities in the shape"),
        (
            MultiOutputClassifier(LogisticRegression(max_iter=1)),
            np.c_[TWO, ~TWO],
            "several labels of a sample",
        ),
        (DecisionTreeClassifier(), np.c_[TWO, ~TWO], "several labels of a sample"),
    ],
)
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_a_model_whose_answers_no_graph_has_is_refused(model, y, message, tmp_path):
    with pytest.raises(InputError, match=message):
        to_onnx(model.fit(WINE, y), tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
