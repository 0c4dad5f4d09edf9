"""A loaded model answers bit for bit as the saved one; what cannot be saved is told in one line."""

import json
import sys
from contextlib import suppress

import numpy as np
import pytest
import sklearn
import torch
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, f_classif, mutual_info_classif
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

import sklearn_raters
from made import CLASSES, FEW, GROUPS, TRUTH, X, Y, as_sequences, small_blstm, small_stack
from sklearn_raters import (
    CalibratedRatersClassifier,
    DeepEnsembleClassifier,
    FramePooler,
    FrontEndScaler,
    KernelFeatures,
    LayerWeighting,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
    SpeakerScaler,
)
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.networks import RATER_MODELS
from sklearn_raters.persistence import load, save
from sklearn_raters.persistence._archive import FORMAT, pack, unpack
from sklearn_raters.stacking import FUSIONS, truth_stack

ANSWERS = [
    "predict",
    "predict_proba",
    "predict_soft_labels",
    "predict_proba_raters",
    "predict_proba_views",
    "decision_function",
    "transform",
]
TEXTS = [f"{label} and word{place % 7}" for place, label in enumerate(TRUTH)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model"


def assert_loads_alike(model, path, samples=X):
    """Save and load a model; its answers and the bytes of a second file must be the same."""
    save(model, path)
    content = path.read_bytes()
    save(model, path)
    assert path.read_bytes() == content
    loaded = load(path)
    assert type(loaded) is type(model)
    answers = {}
    for name in ANSWERS:
        with suppress(AttributeError):  # a view that has no probabilities has some answers only
            answers[name] = getattr(model, name)(samples)
    assert answers
    for name, expected in answers.items():
        found = getattr(loaded, name)(samples)
        if isinstance(expected, list):
            assert all(np.array_equal(one, other) for one, other in zip(expected, found, strict=True))
        else:
            assert np.asarray(expected).dtype == np.asarray(found).dtype
            assert np.array_equal(expected, found), name
    return loaded


# Every estimator of the package by its name, but for those that read audio or texts.
FITTED = {
    "BLSTMClassifier": lambda: small_blstm(early_stopping=True).fit(X, TRUTH),
    "CalibratedRatersClassifier": lambda: CalibratedRatersClassifier(small_stack(), cv=2).fit(X, Y),
    "DeepEnsembleClassifier": lambda: DeepEnsembleClassifier(
        small_stack(small_blstm(max_epochs=1)), n_estimators=2, random_state=0
    ).fit(FEW.X, FEW.Y),
    "FramePooler": lambda: FramePooler(2).fit(as_sequences(X)),
    "FrontEndScaler": lambda: FrontEndScaler().fit(np.hstack([X, X])),
    "KernelFeatures": lambda: KernelFeatures(20).fit(X),
    "LayerWeighting": lambda: LayerWeighting(2).fit(np.hstack([X, X]), TRUTH),
    "MultiRaterStackingClassifier": lambda: MultiRaterStackingClassifier(random_state=0).fit(X, Y),
    "RaterNetClassifier": lambda: RaterNetClassifier(max_epochs=2, random_state=0).fit(FEW.X, FEW.Y),
    "SoftTargetClassifier": lambda: SoftTargetClassifier(LogisticRegression()).fit(X, TRUTH),
    "SoftmaxLayerClassifier": lambda: SoftmaxLayerClassifier(max_epochs=2, random_state=0).fit(X, TRUTH),
    "SpeakerScaler": lambda: SpeakerScaler().fit(X),
}
SAMPLES = {
    "FramePooler": as_sequences(X),
    "FrontEndScaler": np.hstack([X, X]),
    "LayerWeighting": np.hstack([X, X]),
}
READERS = {
    *("OpenSmileFrames", "OpenSmileFunctionals", "SpectralFrames", "SpectralFunctionals"),
    *("SpeechEncoderFrames", "TextEncoder"),
}


def test_every_estimator_is_tested():
    assert FITTED.keys() | READERS == set(sklearn_raters.__all__)


@pytest.mark.parametrize("name", FITTED)
def test_every_estimator_answers_alike_after_it_was_loaded(name, path):
    assert_loads_alike(FITTED[name](), path, SAMPLES.get(name, X))


@pytest.mark.parametrize("fusion", [*FUSIONS, LogisticRegression()])
def test_a_stack_of_networks_with_every_fusion(fusion, path):
    stack = small_stack(small_blstm(max_epochs=1), fusion=fusion)
    assert_loads_alike(stack.fit(FEW.X, FEW.Y), path)


def test_a_network_of_sequences_keeps_its_attention_and_its_losses(path):
    model = small_blstm(max_epochs=2).fit(as_sequences(FEW.X), FEW.truth)
    loaded = assert_loads_alike(model, path, as_sequences(X))
    for one, other in zip(model.attention(as_sequences(X)), loaded.attention(as_sequences(X)), strict=True):
        assert np.array_equal(one, other)
    assert loaded.net_.history[:, "train_loss"] == model.net_.history[:, "train_loss"]
    assert "BLSTMNet" in str(loaded.net_)


@pytest.mark.parametrize("name", RATER_MODELS)
def test_every_rater_model(name, path):
    model = RaterNetClassifier(name, max_epochs=1, random_state=0).fit(FEW.X, FEW.Y)
    loaded = assert_loads_alike(model, path)
    for method in ("rater_confusion", "predict_disagreement"):
        assert hasattr(loaded, method) == hasattr(model, method)
        if hasattr(model, method):
            assert np.array_equal(getattr(loaded, method)(X), getattr(model, method)(X))


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(5, random_state=0),
        HistGradientBoostingClassifier(max_iter=3),
        GradientBoostingClassifier(n_estimators=3),
        make_pipeline(StandardScaler(), SVC()),
        GaussianNB(),
        SGDClassifier(loss="log_loss", random_state=0),
        CalibratedClassifierCV(LogisticRegression(), cv=2),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=2),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_a_stack_of_scikit_learns_classifiers(estimator, path):
    assert_loads_alike(small_stack(estimator).fit(X, Y), path)


FORESTS = [
    RandomForestClassifier(7, random_state=0),
    RandomForestClassifier(1, class_weight="balanced_subsample", random_state=0),
    ExtraTreesClassifier(7, random_state=0),
    BaggingClassifier(DecisionTreeClassifier(class_weight={0: 2.0, 1: 1.0, 2: 1.0}), 4),
    AdaBoostClassifier(n_estimators=4),
    GradientBoostingClassifier(n_estimators=4, random_state=0),
    HistGradientBoostingClassifier(max_iter=4),
    DecisionTreeClassifier(),
    ExtraTreeClassifier(),
]


@pytest.mark.parametrize("estimator", FORESTS, ids=lambda estimator: type(estimator).__name__)
def test_forests_of_every_kind_come_back_as_they_were(estimator, path):
    model = clone(estimator).fit(X, TRUTH)
    loaded = assert_loads_alike(model, path)
    before = path.read_bytes()
    save(loaded, path)
    assert path.read_bytes() == before
    trees, again = (getattr(one, "estimators_", getattr(one, "_predictors", [])) for one in (model, loaded))
    assert type(trees) is type(again)
    assert np.shape(trees) == np.shape(again)
    for one, other in zip(np.ravel(trees), np.ravel(again), strict=True):
        assert type(one) is type(other)
        assert list(vars(one)) == list(vars(other))


def test_a_forest_is_described_once_however_many_trees_it_has(path):
    sizes = []
    for n_trees in (10, 80):
        save(RandomForestClassifier(n_trees, max_depth=2, random_state=0).fit(X, TRUTH), path)
        sizes.append(len(unpack(path)["structure.json"]))
    assert sizes[1] < sizes[0] + 20


def test_a_forest_whose_trees_were_changed_by_hand_comes_back(path):
    model = RandomForestClassifier(3, random_state=0).fit(X, TRUTH)
    model.estimators_[1].max_depth = 2
    model.estimators_[1].random_state = None
    loaded = assert_loads_alike(model, path)
    assert [tree.max_depth for tree in loaded.estimators_] == [None, 2, None]
    assert loaded.estimators_[1].random_state is None
    model.estimators_[2].note = "more"
    assert assert_loads_alike(model, path).estimators_[2].note == "more"


def test_files_are_compressed_but_for_what_would_shrink_to_almost_nothing(path):
    few = np.random.default_rng(0).integers(7, size=2 * 10**5)
    save(FunctionTransformer(kw_args={"value": few}).fit(X), path)
    assert path.stat().st_size < 2e5
    save(FunctionTransformer(kw_args={"value": np.zeros(2 * 10**5)}).fit(X), path)
    assert not load(path).kw_args["value"].any()
    assert path.stat().st_size > 1.6e6


@pytest.mark.parametrize(
    "estimator",
    [KNeighborsClassifier(algorithm="brute"), MLPClassifier(max_iter=5)],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_classifiers_that_do_not_take_soft_labels(estimator, path):
    assert_loads_alike(small_stack(estimator, views=["crowd_hard"]).fit(X, Y), path)


def test_a_stack_with_settings_of_its_own_for_views_classes_and_splits(path):
    stack = small_stack(
        view_params={"E1": {"C": 3.0}, "crowd_hard": SVC()},
        cv=KFold(3),
        fusion="logistic",
        classes=["neutral", "angry"],
        label_map={"sad": "angry"},
        class_weight={"angry": 2.0, "neutral": 1.0},
    )
    loaded = assert_loads_alike(stack.fit(X, Y), path)
    assert loaded.label_map == {"sad": "angry"}
    assert loaded.get_params()["view_params"]["E1"] == {"C": 3.0}
    assert clone(loaded).fit(X, Y).predict(X).tolist() == stack.predict(X).tolist()


def test_labels_and_raters_that_are_numbers(path):
    codes = Y.map(lambda cell: CLASSES.index(cell) if isinstance(cell, str) else None).to_numpy(dtype=float)
    stack = small_stack(class_weight={0: 1.0, 1: 2.0, 2: 1.0}).fit(X, codes)
    loaded = assert_loads_alike(stack, path)
    assert loaded.raters_ == stack.raters_ == [0, 1, 2]
    assert loaded.class_weight == stack.class_weight


@pytest.mark.parametrize(
    "value",
    [
        {False: 1, True: 2},
        {np.False_: 1, np.True_: 2},
        {None: "a", "b": None},
        {1: "a", "1": "b"},
        {(1, "a"): {(2,): 3}, "x": {False: [{True: 1}]}},
        {0.5: 1, float("inf"): 2, -3: 4, np.int64(7): 5, np.str_("s"): 6},
        frozenset({1, 2}),
        {3, 5},
        range(2, 9, 3),
        slice(1, None, 2),
        [1.5, float("nan"), -0.0, 10**30, True, None, "ä\n", b"bytes", (1, [2, ()])],
        np.array([(1, 2), None, [3], {"a": 1}, True, np.float32(0.1)], dtype=object),
        np.array([["a", None], [1, 2.5]], dtype=object),
        np.array([1, 2], dtype=">i4"),
        np.array(["a", "bcd"]),
        np.array([b"a"]),
        np.array(3.5),
        np.float32(0.1),
        np.str_("text"),
        np.zeros((0, 3)),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
        np.array([1 + 2j]),
        np.arange(3, dtype=np.float16),
        np.dtype("float32"),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_values_of_every_kind_come_back_as_they_were(value, path):
    save(FunctionTransformer(kw_args={"value": value}).fit(X), path)
    found = load(path).kw_args["value"]
    assert repr(found) == repr(value)
    assert type(found) is type(value)
    if isinstance(value, np.ndarray):
        assert found.dtype == value.dtype
        assert found.flags.f_contiguous == value.flags.f_contiguous


def test_memory_maps_of_workers_become_arrays(path, tmp_path):
    mapped = np.memmap(tmp_path / "values", dtype=float, mode="w+", shape=(3,))
    mapped[:] = 1.5
    save(FunctionTransformer(kw_args={"value": mapped}).fit(X), path)
    found = load(path).kw_args["value"]
    assert type(found) is np.ndarray
    assert found.tolist() == [1.5, 1.5, 1.5]


@pytest.mark.parametrize("shape", [(), (1, 1), (0, 2)])
def test_arrays_of_objects_that_would_change_their_shape_are_refused(shape, path):
    cells = np.empty(shape, dtype=object)
    cells[...] = [(1, 2)] if shape == () else None
    if shape == (1, 1):
        cells[0, 0] = (1, 2)
    with pytest.raises(InputError, match="array of objects of shape"):
        save(FunctionTransformer(kw_args={"value": cells}).fit(X), path)


def test_texts_with_and_without_shared_steps(path):
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    for steps in (0, 1):
        assert_loads_alike(small_stack(model, shared_steps=steps).fit(TEXTS, Y), path, TEXTS)


def test_pipelines_around_the_estimators(path):
    columns = ColumnTransformer([("all", StandardScaler(), slice(0, 4))])
    for steps in ([StandardScaler(), small_stack()], [columns, small_stack(small_blstm(max_epochs=1))]):
        assert_loads_alike(make_pipeline(*steps).fit(FEW.X, FEW.Y), path)
    frames = as_sequences(FEW.X)
    pipeline = make_pipeline(FramePooler(2), small_blstm(max_epochs=1)).fit(frames, FEW.truth)
    assert_loads_alike(pipeline, path, as_sequences(X))


def test_searches_around_the_estimators(path):
    with sklearn.config_context(enable_metadata_routing=True):
        search = GridSearchCV(
            make_pipeline(StandardScaler(), small_stack()),
            {"multiraterstackingclassifier__estimator__C": [0.1, 1.0]},
            scoring=uar_scorer,
            cv=GroupKFold(2),
        ).fit(X, Y, groups=GROUPS)
        loaded = assert_loads_alike(search, path)
        assert loaded.score(X, Y) == search.score(X, Y)
    assert loaded.best_params_ == search.best_params_
    assert loaded.cv_results_["mean_test_score"].tolist() == search.cv_results_["mean_test_score"].tolist()
    search = GridSearchCV(small_blstm(max_epochs=1), {"dropout": [0, 0.5]}, cv=2, scoring="accuracy")
    assert_loads_alike(search.fit(FEW.X, FEW.truth), path)
    assert_loads_alike(truth_stack(LogisticRegression(), random_state=0).fit(X, Y), path)


def test_a_tree_of_neighbours_must_be_trusted_since_it_cannot_be_checked(path):
    model = KNeighborsClassifier(algorithm="kd_tree").fit(X, TRUTH)
    save(model, path)
    with pytest.raises(InputError, match=r"names sklearn.neighbors._kd_tree.KDTree, which is not trusted"):
        load(path)
    loaded = load(path, trusted=["sklearn.neighbors._kd_tree.KDTree"])
    assert np.array_equal(loaded.predict_proba(X), model.predict_proba(X))


def test_sparse_arrays_in_a_model(path):
    assert_loads_alike(KNeighborsClassifier().fit(csr_matrix(X), TRUTH), path)


def test_a_random_state_and_settings_of_skorch(path):
    assert_loads_alike(small_stack(random_state=np.random.RandomState(3)).fit(X, Y), path)
    settings = {"optimizer": torch.optim.AdamW, "optimizer__weight_decay": 1e-3}
    loaded = assert_loads_alike(small_blstm(max_epochs=1, net_params=settings).fit(X, TRUTH), path)
    assert loaded.net_params == settings
    loaded.fit(X, TRUTH)


def test_a_loaded_network_can_be_trained_further(path):
    model = small_blstm(warm_start=True).fit(X, TRUTH)
    save(model, path)
    loaded = load(path)
    assert np.array_equal(loaded.fit(X, TRUTH).predict_proba(X), model.fit(X, TRUTH).predict_proba(X))


class OwnTrunk(torch.nn.Module):
    """A trunk of the user's own, with a buffer, a fixed weight, and a recurrent layer."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.BatchNorm1d(5), torch.nn.ReLU())
        self.recurrent = torch.nn.GRU(5, 3, batch_first=True)
        self.register_buffer("scale", torch.full((3,), 2.0), persistent=False)
        self.layers[0].bias.requires_grad_(False)

    def forward(self, rows):
        """Return the representation."""
        states, _ = self.recurrent(self.layers(rows)[:, None])
        return states[:, 0] * self.scale


def test_a_trunk_of_the_users_own_is_loaded_if_its_type_is_trusted(path):
    torch.manual_seed(0)
    model = RaterNetClassifier(trunk=OwnTrunk(), max_epochs=1, random_state=0).fit(FEW.X, FEW.Y)
    save(model, path)
    name = f"{OwnTrunk.__module__}.OwnTrunk"
    assert name in unpack(path)["README.md"].decode()
    with pytest.raises(InputError, match=rf"names {name}, which is not trusted.*trusted=\['{name}'\]"):
        load(path)
    for trusted in ([OwnTrunk], [name]):
        loaded = load(path, trusted=trusted)
        assert np.array_equal(loaded.predict_proba_raters(X), model.predict_proba_raters(X))
    assert not loaded.trunk.layers[0].bias.requires_grad
    assert loaded.trunk.layers[0].weight.requires_grad
    with pytest.raises(InputError, match="trusted must be a list"):
        load(path, trusted=True)
    with pytest.raises(InputError, match="trusted holds 3"):
        load(path, trusted=[3])


def test_modules_of_torch_need_no_trust(path):
    trunk = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.LayerNorm(6), torch.nn.Tanh())
    assert_loads_alike(RaterNetClassifier(trunk=trunk, max_epochs=1).fit(FEW.X, FEW.Y), path)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (LogisticRegression(), "This LogisticRegression is not fitted: call fit"),
        (small_stack(), "This MultiRaterStackingClassifier is not fitted"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "This Pipeline is not fitted"),
        ({"a": 1}, "A model to save is a fitted estimator; this is .*dict"),
        (LogisticRegression, "A model to save is a fitted estimator"),
        (None, "A model to save is a fitted estimator"),
        (FunctionTransformer(lambda x: x).fit(X), "<lambda>, which cannot be found.*by def or class"),
        (FunctionTransformer(kw_args={"a": 1 + 2j}).fit(X), "has no form without pickle"),
    ],
)
def test_what_cannot_be_saved_is_told_in_one_line_and_leaves_no_file(model, message, path):
    path.write_text("earlier")
    with pytest.raises(InputError, match=message) as caught:
        save(model, path)
    assert "\n" not in str(caught.value)
    assert path.read_text() == "earlier"
    assert [*path.parent.iterdir()] == [path]


def test_modules_that_are_more_than_data_are_refused(path):
    hooked, tensor = torch.nn.Linear(4, 3), torch.nn.Linear(4, 3)
    half = torch.nn.Linear(4, 3)
    model = RaterNetClassifier(trunk=hooked, max_epochs=1, random_state=0).fit(FEW.X, FEW.Y)
    hooked.register_forward_hook(print)
    tensor.more = torch.ones(3)
    for trunk, message in [
        (hooked, "hooks are code"),
        (tensor, "tensor 'more' as an attribute"),
        (half.bfloat16(), "bfloat16"),
    ]:
        model.trunk = trunk
        with pytest.raises(InputError, match=message):
            save(model, path)


def test_the_folder_of_a_cache_is_left_out_and_the_model_keeps_it(path, tmp_path):
    (tmp_path / "cache").mkdir()
    stack = small_stack(memory=str(tmp_path / "cache")).fit(X, Y)
    loaded = assert_loads_alike(stack, path)
    assert loaded.memory is None
    assert stack.memory == str(tmp_path / "cache")


def test_missing_files_and_folders_are_named(path):
    with pytest.raises(FileNotFoundError, match="train one first"):
        load(path)
    with pytest.raises(IsADirectoryError, match="is a folder: name the model file"):
        load(path.parent)
    with pytest.raises(FileNotFoundError, match="make it first"):
        save(LogisticRegression().fit(X, TRUTH), path / "none" / "file")


def test_other_versions_are_told_by_name(path):
    model = LogisticRegression().fit(X, TRUTH)
    save(model, path)
    parts = unpack(path)
    manifest = json.loads(parts["manifest.json"])
    assert manifest["versions"]["scikit-learn"] == sklearn.__version__
    manifest["versions"] |= {"scikit-learn": "0.99", "numpy": "0.1"}
    path.write_bytes(pack({**parts, "manifest.json": json.dumps(manifest).encode()}))
    with pytest.warns(InputWarning, match=f"scikit-learn 0.99, and this is {sklearn.__version__}"):
        assert np.array_equal(load(path).predict_proba(X), model.predict_proba(X))
    manifest["versions"] |= {"sklearn-raters": "7.0"}
    path.write_bytes(pack({**parts, "manifest.json": json.dumps(manifest).encode(), "structure.json": b"{}"}))
    with pytest.raises(InputError, match=r"saved with sklearn-raters 7.0.*scikit-learn 0.99 \(here"):
        load(path)


def test_another_format_is_told_by_its_number(path, monkeypatch):
    save(LogisticRegression().fit(X, TRUTH), path)
    parts = unpack(path)
    monkeypatch.setattr("sklearn_raters.persistence._archive.FORMAT", FORMAT + 1)
    path.write_bytes(pack(parts))
    monkeypatch.undo()
    with pytest.raises(
        InputError, match=r"has format 6, written by sklearn-raters 0.1.0, but .* format 5: inst"
    ):
        load(path)


def test_the_card_says_what_the_model_knows_and_what_it_is_told(path):
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2).fit(X, TRUTH)
    save(search, path)
    card = unpack(path)["README.md"].decode()
    assert card.startswith("# LogisticRegression\n")
    assert f"Mean over the search's folds: {search.best_score_:.4f}" in card
    assert "angry, neutral, sad" in card
    assert f"scikit-learn {sklearn.__version__}" in card
    assert "openSMILE" not in card
    save(small_stack().fit(X, Y), path, card={"Data": "IEMOCAP", "Front end": "OpenSmileFrames()"})
    card = unpack(path)["README.md"].decode()
    assert "## Data\n\nIEMOCAP" in card
    assert f"| E1 | {Y['E1'].notna().sum()} |" in card
    assert "audEERING Research License" in card


def test_weights_are_named_after_their_place(path):
    from safetensors.numpy import load as read_tensors

    save(small_stack(small_blstm(max_epochs=1), fusion="mean").fit(FEW.X, FEW.Y), path)
    parts = unpack(path)
    tensors = read_tensors(parts["arrays.safetensors"])
    assert any("estimators_.0" in name and name.endswith("dense.0.parameters.weight.npy") for name in tensors)
    structure = json.loads(parts["structure.json"])
    assert structure["content"]["content"]["alpha"] == 0.75
    assert sys.getsizeof(parts["structure.json"]) < 100_000


def test_the_home_of_an_unknown_user_is_refused_in_one_line():
    with pytest.raises(InputError, match="there is no home folder ~nobody-of-this-name"):
        load("~nobody-of-this-name/model")


@pytest.mark.parametrize("score", [f_classif, mutual_info_classif])
def test_a_selection_of_features_is_loaded_with_its_score_function(path, score):
    model = make_pipeline(SelectKBest(score, k=1), LogisticRegression()).fit(X, TRUTH)
    save(model, path)
    loaded = load(path)
    assert loaded[0].score_func is score
    assert np.array_equal(loaded.predict_proba(X), model.predict_proba(X))
