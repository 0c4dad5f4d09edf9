"""The choice between features scaled by speaker and original ones, inside a pipeline."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_raters import (
    BLSTMClassifier,
    FrontEndScaler,
    MultiRaterStackingClassifier,
    OpenSmileFunctionals,
    SpeakerScaler,
)
from sklearn_raters.datasets import load_iemocap, make_rated_speech
from sklearn_raters.metrics import uar_scorer

SPEAKERS = np.repeat(np.arange(12), 10)
GRID = {"frontendscaler__scaling": ["training", "speaker", "both"]}


@parametrize_with_checks([FrontEndScaler()])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def made_table(rng=0):
    """Return a table whose speakers differ far more than its classes, and the classes."""
    rng = np.random.default_rng(rng)
    y = np.tile(["calm", "lively"], 60)
    offsets = rng.normal(scale=20, size=(12, 3))[SPEAKERS]
    return rng.normal(2.0 * (y == "lively")[:, None] + offsets, size=(120, 3)), y


def made_frames():
    """Return sequences of 1 to 6 frames."""
    rng = np.random.default_rng(1)
    return [rng.normal(5, 3, size=(rng.integers(1, 7), 3)) + speaker for speaker in SPEAKERS]


def both(X):
    return SpeakerScaler(output="both").fit_transform(X, speakers=SPEAKERS)


@pytest.mark.parametrize("make", [lambda: made_table()[0], made_frames])
@pytest.mark.parametrize("scaling", ["speaker", "training", "both"])
def test_the_chosen_features_are_standardised_over_the_frames_of_fit(make, scaling):
    X = both(make())
    columns = {"speaker": slice(3), "training": slice(3, 6), "both": slice(6)}[scaling]
    train, test = X[:80], X[80:]
    scaler = FrontEndScaler(scaling).fit(train)
    frames = np.concatenate([np.atleast_2d(sample) for sample in train])[:, columns].astype(float)
    expected = (np.atleast_2d(test[3])[:, columns] - frames.mean(axis=0)) / frames.std(axis=0)
    found = scaler.transform(test)
    np.testing.assert_allclose(np.atleast_2d(found[3]), expected, atol=1e-4)
    assert found[3].dtype == np.float32
    assert isinstance(found, type(X))


def test_a_weight_of_two_is_the_sample_twice():
    X = both(made_frames())
    weights = np.where(SPEAKERS < 6, 2.0, 1.0)
    weighted = FrontEndScaler("training").fit(X, sample_weight=weights)
    repeated = FrontEndScaler("training").fit([*X, *X[:60]])
    np.testing.assert_allclose(weighted.mean_, repeated.mean_)
    np.testing.assert_allclose(weighted.scale_, repeated.scale_)


def test_weights_are_paired_with_a_table_by_index():
    names = [f"s{place}" for place in range(120)]
    X, weights = pd.DataFrame(made_table()[0], names), pd.Series(np.arange(120.0), names)
    scaler = FrontEndScaler().fit(X, sample_weight=weights)
    mixed = FrontEndScaler().fit(X, sample_weight=weights[::-1])
    np.testing.assert_array_equal(mixed.mean_, scaler.mean_)


def test_after_a_fit_that_fails_the_earlier_one_still_serves():
    X = pd.DataFrame(both(made_table()[0]), columns=list("abcdef"))
    scaler = FrontEndScaler("speaker").fit(X)
    expected = scaler.transform(X)
    for wrong in (np.ones((120, 5)), np.full((120, 4), 1e5), [np.ones((2, 3))]):
        with pytest.raises(ValueError, match=r"halves|has a value of size"):
            scaler.fit(wrong)
        assert scaler.n_features_in_ == 6
        np.testing.assert_array_equal(scaler.transform(X), expected)
        assert scaler.get_feature_names_out().tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(("of_the_speaker", "best"), [(False, "speaker"), (True, "training")])
def test_a_search_finds_the_scaling_without_metadata_routing(of_the_speaker, best):
    X, y = made_table()
    if of_the_speaker:  # as quality of pronunciation: the class is the speaker's
        y = np.where(X[:, 0] > np.median(X[:, 0]), "good", "poor")
    pipe = make_pipeline(FrontEndScaler(), LogisticRegression())
    grid = {"frontendscaler__scaling": ["training", "speaker"]}
    search = GridSearchCV(pipe, grid, cv=GroupKFold(4)).fit(both(X), y, groups=SPEAKERS)
    assert search.best_params_["frontendscaler__scaling"] == best
    training, speaker = search.cv_results_["mean_test_score"]
    assert abs(training - speaker) > 0.2


def test_views_of_a_stack_may_be_pipelines_or_searches_over_the_front_end():
    X, y = made_table()
    Y = np.column_stack([y, np.roll(y, 2), y])
    pipe = make_pipeline(FrontEndScaler(), LogisticRegression())
    views = GridSearchCV(pipe, GRID, cv=GroupKFold(3))
    stack = MultiRaterStackingClassifier(views, fusion="mean", random_state=0)
    stack.fit(both(X), Y, groups=SPEAKERS)
    assert uar_scorer(stack, both(made_table(rng=5)[0]), Y) > 0.8
    grid = {"estimator__frontendscaler__scaling": ["training", "speaker"]}
    outer = GridSearchCV(stack.set_params(estimator=pipe), grid, scoring=uar_scorer, cv=GroupKFold(3))
    assert outer.fit(both(X), Y, groups=SPEAKERS).best_params_ == {
        "estimator__frontendscaler__scaling": "speaker"
    }


def test_frames_of_a_network_go_through_the_same_search():
    X = both(made_frames())
    y = np.tile(["a", "b"], 60)
    network = BLSTMClassifier(
        dense_units=4, lstm_units=4, representation_units=4, max_epochs=1, random_state=0
    )
    search = GridSearchCV(make_pipeline(FrontEndScaler(), network), GRID, cv=GroupKFold(2))
    search.fit(X, y, groups=SPEAKERS)
    n_features = search.best_estimator_[-1].n_features_in_
    assert n_features == (6 if search.best_params_["frontendscaler__scaling"] == "both" else 3)


def test_names_of_the_chosen_features():
    import pandas as pd

    table = pd.DataFrame(made_table()[0], columns=["pitch", "energy", "rate"])
    X = SpeakerScaler(output="both").set_output(transform="pandas").fit_transform(table, speakers=SPEAKERS)
    scaler = FrontEndScaler("speaker").set_output(transform="pandas")
    names = ["pitch_by_speaker", "energy_by_speaker", "rate_by_speaker"]
    assert scaler.fit_transform(X).columns.tolist() == names


@pytest.mark.parametrize("scaling", ["speaker", "training"])
def test_features_that_are_no_halves_are_refused(scaling):
    X = np.random.default_rng(0).normal(size=(50, 5))
    with pytest.raises(ValueError, match="n_features = 5, which cannot be halves"):
        FrontEndScaler(scaling).fit(X)
    original = np.column_stack([X[:, 0], -8000 * np.abs(X[:, 1]), X[:, 2:4]])
    with pytest.raises(
        ValueError, match=r"Feature 1 of X has a value of size \d+(.\d+)?; features scaled by"
    ):
        FrontEndScaler(scaling).fit(original)


def test_functionals_that_are_not_scaled_by_speaker_are_refused(tmp_path):
    corpus = load_iemocap(make_rated_speech(tmp_path / "made", n_sessions=2, n_utterances=24, random_state=0))
    X = OpenSmileFunctionals().fit_transform(corpus.X)
    for n_rows in (1, 8, len(X)):
        with pytest.raises(ValueError, match="has a value of size"):
            FrontEndScaler("training").fit(X[:n_rows])
    scaled = SpeakerScaler(output="both").fit_transform(X, speakers=corpus.speakers)
    assert FrontEndScaler("training").fit_transform(scaled).shape == (len(X), 988)


@pytest.mark.parametrize("seed", range(6))
def test_any_part_of_features_scaled_by_speaker_is_taken(seed):
    # Heavy tails, speakers far apart, few rows of many features, and speakers of any number of rows.
    rng = np.random.default_rng(seed)
    speakers = rng.choice(12, size=300, p=rng.dirichlet(np.ones(12)))
    offsets = 100 * rng.standard_cauchy(size=(12, 988))
    X = offsets[speakers] + rng.standard_cauchy(size=(300, 988))
    X = SpeakerScaler(output="both").fit_transform(X, speakers=speakers)
    for n_rows in (1, 2, 8, 25, 300):
        part = rng.choice(len(X), n_rows, replace=False)
        for scaling in ("speaker", "training"):
            assert FrontEndScaler(scaling).fit(X[part]).transform(X).shape == (300, 988)
    # Rows that a rater picked by their content: the low ones of high speakers, the high ones of low speakers.
    picked = np.sign(X[:, 0]) != np.sign(X[:, 988])
    assert FrontEndScaler("speaker").fit(X[picked]).n_features_in_ == 2 * 988


def test_a_wrong_choice_is_refused():
    with pytest.raises(ValueError, match="'scaling' parameter of FrontEndScaler"):
        FrontEndScaler("none").fit(np.ones((3, 2)))
