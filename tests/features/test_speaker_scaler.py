"""SpeakerScaler: each speaker is scaled by the speaker's frames alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_raters import FramePooler, SpeakerScaler
from sklearn_raters.metrics import make_ratings_scorer, unweighted_average_recall


def made_samples(n_samples, rng=0):
    rng = np.random.default_rng(rng)
    sizes = rng.integers(1, 9, size=n_samples)
    return [rng.normal(loc=5, scale=3, size=(size, 3)) for size in sizes]


@given(st.lists(st.sampled_from(["ann", "bob", "cho"]), min_size=1, max_size=12))
def test_z_scores_over_each_speakers_frames(speakers):
    samples = made_samples(len(speakers))
    scaled = SpeakerScaler().fit_transform(samples, speakers=speakers)
    for speaker in set(speakers):
        mine = [place for place, name in enumerate(speakers) if name == speaker]
        before = np.concatenate([samples[place] for place in mine])
        after = np.concatenate([scaled[place] for place in mine])
        deviation = before.std(axis=0) if len(before) > 1 else 1.0
        expected = (before - before.mean(axis=0)) / deviation
        np.testing.assert_allclose(after, expected, atol=1e-4)
        assert after.dtype == np.float32


def test_without_speakers_all_samples_are_taken_as_by_one_speaker():
    samples = made_samples(4)
    scaler = SpeakerScaler().fit(samples)
    named = SpeakerScaler().fit_transform(samples, speakers=["x"] * 4)
    for one, two in zip(scaler.transform(samples), named, strict=True):
        np.testing.assert_array_equal(one, two)
    assert list(scaler.speakers_) == [None]
    # The statistics come from fit, so a sample is scaled in the same way alone and among others.
    np.testing.assert_array_equal(scaler.transform(samples[:1])[0], scaler.transform(samples)[0])


def test_a_speaker_of_fit_keeps_the_statistics_of_fit():
    scaler = SpeakerScaler().fit([[[0.0], [2.0]], [[100.0], [300.0]]], speakers=[7, 9])
    np.testing.assert_array_equal(scaler.mean_, [[1], [200]])
    np.testing.assert_array_equal(scaler.scale_, [[1], [100]])
    (scaled,) = scaler.transform([[[500.0]]], speakers=[9])
    np.testing.assert_array_equal(scaled, [[3]])


def test_a_new_speaker_is_scaled_by_own_frames_only():
    scaler = SpeakerScaler().fit([[[0.0], [2.0]]], speakers=["ann"])
    new = [[[10.0], [30.0]], [[2.0]], [[50.0]]]
    scaled = scaler.transform(new, speakers=["bob", "ann", "bob"])
    spread = np.std([10, 30, 50])
    np.testing.assert_allclose(scaled[0], [[-20 / spread], [0]], rtol=1e-6)
    np.testing.assert_allclose(scaled[1], [[1]])
    np.testing.assert_allclose(scaled[2], [[20 / spread]], rtol=1e-6)
    assert list(scaler.speakers_) == ["ann"]


@pytest.mark.parametrize("value", [0.0, 0.1, 1e6 + 0.1, -3e-39])
def test_constant_features_and_single_frames_become_zero(value):
    constant = np.full((1000, 2), value, dtype=np.float32)
    constant[:, 1] = np.arange(1000)
    single = np.array([[value, 12.5]])
    scaled = SpeakerScaler().fit_transform([constant, single], speakers=["ann", "bob"])
    assert (scaled[0][:, 0] == 0).all()
    assert scaled[0][:, 1].std() == pytest.approx(1)
    assert (scaled[1] == 0).all()


def test_speakers_scale_alike_alone_and_together():
    samples, speakers = made_samples(6), ["ann", "bob", "ann", "cho", "bob", "ann"]
    together = SpeakerScaler().fit_transform(samples, speakers=speakers)
    for speaker in set(speakers):
        mine = [place for place, name in enumerate(speakers) if name == speaker]
        alone = SpeakerScaler().fit_transform(
            [samples[place] for place in mine], speakers=[speaker] * len(mine)
        )
        for place, sample in zip(mine, alone, strict=True):
            np.testing.assert_array_equal(together[place], sample)


def test_forms_of_x_are_kept():
    cube = np.random.default_rng(0).normal(size=(3, 4, 2))
    scaled = SpeakerScaler().fit_transform(cube, speakers=["a", "b", "a"])
    as_list = SpeakerScaler().fit_transform(list(cube), speakers=["a", "b", "a"])
    assert scaled.shape == cube.shape
    np.testing.assert_array_equal(scaled, np.stack(as_list))
    table = SpeakerScaler().fit_transform(cube[:, 0], speakers=["a", "b", "a"])
    assert table.shape == (3, 2)
    assert (table[1] == 0).all()


def test_speakers_in_any_container():
    import pandas as pd

    samples = made_samples(3)
    expected = SpeakerScaler().fit_transform(samples, speakers=["a", "b", "a"])
    for speakers in (
        np.array(["a", "b", "a"]),
        np.array(["a", "b", "a"], dtype=object),
        pd.Series(["a", "b", "a"], index=[5, 6, 7]),
    ):
        scaled = SpeakerScaler().fit_transform(samples, speakers=speakers)
        np.testing.assert_array_equal(np.concatenate(scaled), np.concatenate(expected))


@pytest.mark.parametrize(
    ("speakers", "message"),
    [
        (["a", "b"], "X has 3, speakers has 2"),
        (["a", None, "b"], "Sample 1 has no speaker"),
        (["a", "b", float("nan")], "Sample 2 has no speaker"),
        ([["a"], ["b"], ["c"]], "The speaker of sample 0 in speakers"),
    ],
)
def test_wrong_speakers_are_named(speakers, message):
    samples = made_samples(3)
    with pytest.raises(ValueError, match=message):
        SpeakerScaler().fit(samples, speakers=speakers)
    with pytest.raises(ValueError, match=message):
        SpeakerScaler().fit(samples).transform(samples, speakers=speakers)


def test_speakers_are_routed_by_default():
    samples, speakers = made_samples(6), np.array(["a", "b"] * 3)
    expected = SpeakerScaler().fit_transform(samples, speakers=speakers)
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(SpeakerScaler(), FramePooler(1))
        routed = pipeline.fit_transform(samples, speakers=speakers)
        again = pipeline.transform(samples, speakers=speakers)
    for want, first, second in zip(expected, routed, again, strict=True):
        np.testing.assert_array_equal(first, want)
        np.testing.assert_array_equal(second, want)


def test_speakers_reach_cross_validation():
    samples, speakers = made_samples(6), np.array(list("aabbcc"))
    with config_context(enable_metadata_routing=True):
        model = make_pipeline(SpeakerScaler(), DummyClassifier())
        scorer = make_ratings_scorer(unweighted_average_recall).set_score_request(speakers=True)
        scores = cross_validate(
            model,
            samples,
            [0, 1] * 3,
            cv=GroupKFold(3),
            scoring=scorer,
            params={"speakers": speakers, "groups": speakers},
            return_estimator=True,
        )
    assert [list(fitted[0].speakers_) for fitted in scores["estimator"]] == [
        [name for name in "abc" if name not in fold]
        for fold in [speakers[test] for _, test in GroupKFold(3).split(samples, groups=speakers)]
    ]


def test_speakers_by_name_of_the_step_without_routing():
    samples, speakers = made_samples(4), ["a", "b", "a", "b"]
    pipeline = make_pipeline(SpeakerScaler(), FramePooler(1))
    scaled = pipeline.fit_transform(samples, speakerscaler__speakers=speakers)
    expected = SpeakerScaler().fit_transform(samples, speakers=speakers)
    np.testing.assert_array_equal(np.concatenate(scaled), np.concatenate(expected))


def test_transform_without_the_speakers_of_fit_is_an_error():
    frames = np.arange(24.0).reshape(4, 3, 2)
    scaler = SpeakerScaler().fit(frames, speakers=list("aabb"))
    with pytest.raises(ValueError, match=r"fitted with speakers .* transform got none"):
        scaler.transform(frames)


def test_a_scorer_passes_speakers_to_a_pipeline():
    rng = np.random.default_rng(0)
    speakers, y = np.repeat(np.arange(8), 10), np.tile([0, 1], 40)
    # The speakers' means differ more than the classes'.
    X = rng.normal(size=(80, 1, 2)) + 4 * y[:, None, None] + 100 * speakers[:, None, None]
    with config_context(enable_metadata_routing=True):
        scorer = make_ratings_scorer(unweighted_average_recall).set_score_request(speakers=True)
        pipe = make_pipeline(SpeakerScaler(), FramePooler(1), Flat(), LogisticRegression())
        params = {"speakers": speakers, "groups": speakers}
        scores = cross_validate(pipe, X, y, params=params, cv=GroupKFold(4), scoring=scorer)["test_score"]
    assert scores.min() > 0.85


class Flat(FunctionTransformer):
    def transform(self, X):
        return np.asarray(X).reshape(len(X), -1)


@pytest.mark.parametrize("form", [list, np.array])
def test_both_puts_the_original_features_after_the_scaled_ones(form):
    X = form(np.random.default_rng(0).normal(size=(6, 4, 3)).tolist())
    speakers = ["ann", "bob"] * 3
    both = np.stack(SpeakerScaler(output="both").fit_transform(X, speakers=speakers))
    scaled = np.stack(SpeakerScaler().fit_transform(X, speakers=speakers))
    np.testing.assert_array_equal(both, np.concatenate([scaled, np.float32(X)], axis=2))


def test_both_names_the_features_of_a_table():
    import pandas as pd

    table = pd.DataFrame({"pitch": [1.0, 3.0], "energy": [0.0, 2.0]})
    scaler = SpeakerScaler(output="both").set_output(transform="pandas")
    names = ["pitch_by_speaker", "energy_by_speaker", "pitch", "energy"]
    assert scaler.fit_transform(table, speakers=["ann", "ann"]).columns.tolist() == names


def test_both_without_speakers_is_refused_in_one_line():
    scaler = SpeakerScaler(output="both")
    with pytest.raises(ValueError, match=r"got no speakers\. Give the speaker of each sample") as caught:
        scaler.fit(made_samples(3))
    assert "\n" not in str(caught.value)
    assert not hasattr(scaler, "mean_")


def test_a_wrong_output_is_refused():
    with pytest.raises(ValueError, match="'output' parameter of SpeakerScaler"):
        SpeakerScaler(output="halves").fit(made_samples(3))
