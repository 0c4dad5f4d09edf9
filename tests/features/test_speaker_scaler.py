"""SpeakerScaler: known speakers have their own statistics, new ones start from those of all."""

from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_raters import FramePooler, SpeakerScaler
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.features import _speaker_prior
from sklearn_raters.metrics import make_ratings_scorer, unweighted_average_recall


def made_samples(n_samples, rng=0):
    rng = np.random.default_rng(rng)
    sizes = rng.integers(1, 9, size=n_samples)
    return [rng.normal(loc=5, scale=3, size=(size, 3)) for size in sizes]


@settings(max_examples=30)
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


def voices(n_speakers, n_recordings, rng=0, n_frames=30):
    """Return frames, speakers, and what each recording expresses.

    A voice moves three features together, and what is expressed moves the first alone: of one recording, the
    others tell the voice.
    """
    rng = np.random.default_rng(rng)
    voice = 3 * rng.normal(size=(n_speakers, 1)) + 0.2 * rng.normal(size=(n_speakers, 3))
    size = np.exp(0.2 * rng.normal(size=(n_speakers, 1)))
    speakers = np.repeat(np.arange(n_speakers), n_recordings)
    expressed = rng.normal(size=len(speakers))
    moved = np.outer(expressed, [1, 0, 0]) + 0.2 * rng.normal(size=(len(speakers), 3))
    noise = rng.normal(size=(len(speakers), n_frames, 3))
    return list(voice[speakers, None] + size[speakers, None] * (moved[:, None] + noise)), speakers, expressed


@pytest.fixture(scope="module")
def heard():
    """Frames of 20 speakers, of whom the first 12 are known, and a scaler that is fitted on these."""
    frames, speakers, expressed = voices(20, 30)
    known = speakers < 12
    scaler = SpeakerScaler().fit(
        [x for x, own in zip(frames, known, strict=True) if own], speakers=speakers[known]
    )
    new = [x for x, own in zip(frames, known, strict=True) if not own]
    return {"scaler": scaler, "new": new, "speakers": speakers[~known], "expressed": expressed[~known]}


def error(scaled, heard):
    """Return the mean squared difference to what all recordings of a speaker give."""
    full = SpeakerScaler().fit_transform(heard["new"], speakers=heard["speakers"])
    return np.mean([np.square(one - two).mean() for one, two in zip(scaled, full, strict=True)])


def test_one_recording_of_a_new_speaker_keeps_what_it_expresses(heard):
    alone = heard["scaler"].transform(heard["new"])
    means = np.stack([frames.mean(axis=0) for frames in alone])
    # Its own mean would leave nothing; the statistics of all speakers together, their differences.
    assert error(alone, heard) < 0.1
    apart = [SpeakerScaler().fit_transform([frames], speakers=[0])[0] for frames in heard["new"]]
    assert error(apart, heard) > 0.2
    usual, usual_scale = heard["scaler"].prior_.usual_[:3], np.sqrt(heard["scaler"].prior_.usual_var_)
    assert error([(frames - usual) / usual_scale for frames in heard["new"]], heard) > 1
    assert np.corrcoef(means[:, 0], heard["expressed"])[0, 1] > 0.85


def test_the_statistics_of_a_new_speaker_become_the_own_ones_as_recordings_grow(heard):
    errors = []
    for n in (1, 2, 5, 30):
        chosen = [row for row in range(len(heard["new"])) if row % 30 < n]
        part = {**heard, "new": [heard["new"][row] for row in chosen], "speakers": heard["speakers"][chosen]}
        scaled = heard["scaler"].transform(part["new"], speakers=part["speakers"])
        full = heard["scaler"].transform(heard["new"], speakers=heard["speakers"])
        errors.append(np.mean([np.square(scaled[i] - full[row]).mean() for i, row in enumerate(chosen)]))
    assert errors == sorted(errors, reverse=True)
    assert error(heard["scaler"].transform(heard["new"], speakers=heard["speakers"]), heard) < 0.03


@pytest.mark.parametrize(("between", "within", "least", "most"), [(3, 0.3, 0.9, 1.1), (0.3, 3, -0.1, 0.2)])
def test_how_far_one_recording_moves_a_new_speaker_is_learnt(between, within, least, most):
    rng = np.random.default_rng(0)
    speakers = np.repeat(np.arange(12), 20)
    levels = between * rng.normal(size=12)[speakers] + within * rng.normal(size=240)
    frames = list(levels[:, None, None] + 0.1 * rng.normal(size=(240, 5, 1)))
    scaler = SpeakerScaler().fit(frames, speakers=speakers)
    usual = scaler.mean_.mean()
    scaler.add_speakers([usual + 3 + 0.1 * rng.normal(size=(5, 1))], speakers=["new"])
    assert least < (scaler.mean_[-1].item() - usual) / 3 < most


@pytest.mark.parametrize(("spread", "least", "most"), [(1, 0.9, 1.1), (0, 0.1, 0.65)])
def test_a_new_speaker_has_an_own_deviation_the_sooner_the_more_speakers_differ_in_it(spread, least, most):
    rng = np.random.default_rng(0)
    speakers, deviations = np.repeat(np.arange(24), 30), np.exp(spread * rng.normal(size=(24, 1)))
    table = 0.1 * rng.normal(size=(24, 8))[speakers] + deviations[speakers] * rng.normal(size=(720, 8))
    scaler = SpeakerScaler().fit(table, speakers=speakers)
    usual = scaler.prior_.usual_var_.mean()
    new = 5 * np.sqrt(usual) * rng.normal(size=(20, 8))
    scaler.add_speakers(new, speakers=["new"] * 20)
    moved = np.square(scaler.scale_[-1]).mean() - usual
    assert least < moved / (new.var(axis=0).mean() - usual) < most


@pytest.mark.parametrize("best", [0.5, 2.0])
def test_the_strength_is_that_of_the_least_error_on_held_out_speakers(monkeypatch, best):
    monkeypatch.setattr(_speaker_prior, "MEAN_STRENGTHS", np.array([1e-3, best, 1e3]))
    rng = np.random.default_rng(0)
    speakers = np.repeat(np.arange(24), 30)
    table = rng.normal(size=24)[speakers] + rng.normal(size=720)
    assert SpeakerScaler().fit(table[:, None], speakers=speakers).prior_.mean_strength_ == best


def test_no_answer_depends_on_recordings_of_others(heard):
    together = heard["scaler"].transform(heard["new"], speakers=heard["speakers"])
    for speaker in np.unique(heard["speakers"])[:3]:
        own = np.flatnonzero(heard["speakers"] == speaker)
        alone = heard["scaler"].transform([heard["new"][row] for row in own], speakers=heard["speakers"][own])
        for row, frames in zip(own, alone, strict=True):
            np.testing.assert_allclose(frames, together[row], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_sample_without_speaker_is_by_a_speaker_of_its_own(heard, missing):
    speakers = [missing, "new", missing, "new"]
    scaled = heard["scaler"].transform(heard["new"][:4], speakers=speakers)
    alone = heard["scaler"].transform(heard["new"][:4])
    pair = heard["scaler"].transform(heard["new"][1:4:2], speakers=["new"] * 2)
    for one, two in zip(scaled, [alone[0], pair[0], alone[2], pair[1]], strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)


def test_added_speakers_are_known_by_what_was_added(heard):
    scaler = deepcopy(heard["scaler"])
    expected = scaler.transform(heard["new"][:5], speakers=["ann"] * 5)
    scaler.add_speakers(heard["new"][:2], speakers=["ann"] * 2)
    scaler.add_speakers(heard["new"][2:6], speakers=["ann"] * 3 + ["bob"])
    assert scaler.speakers_.tolist() == [*range(12), "ann", "bob"]
    assert scaler.n_samples_.tolist() == [30] * 12 + [5, 1]
    # Now a single recording is scaled by all of hers.
    for row in range(5):
        (alone,) = scaler.transform(heard["new"][row : row + 1], speakers=["ann"])
        np.testing.assert_allclose(alone, expected[row], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(scaler.mean_[:12], heard["scaler"].mean_)


def test_a_recording_may_count_once_for_its_speaker(heard):
    expected = deepcopy(heard["scaler"]).add_speakers(heard["new"][:3], ["ann", "ann", "bob"])
    scaler = deepcopy(heard["scaler"])
    # Twice in one call, in a later call, and there before as the same recording counted twice.
    scaler.add_speakers(heard["new"][:1] * 2, ["ann"] * 2)
    assert scaler.n_samples_[-1] == 2
    scaler.add_speakers([*heard["new"][:3], heard["new"][1]], ["ann", "ann", "bob", "ann"], once=True)
    scaler.add_speakers(heard["new"][1:3], ["ann", "bob"], once=True)
    assert scaler.speakers_.tolist() == [*range(12), "ann", "bob"]
    assert scaler.n_samples_[-2:].tolist() == [2, 1]
    np.testing.assert_array_equal(scaler.mean_, expected.mean_)
    # Of another speaker, it is another recording.
    assert scaler.add_speakers(heard["new"][:1], ["bob"], once=True).n_samples_[-1] == 2


def test_speakers_of_fit_stay_as_they_are_when_others_are_added(heard):
    scaler = deepcopy(heard["scaler"]).add_speakers(heard["new"][:2], speakers=[3, 99])
    np.testing.assert_array_equal(scaler.mean_[:12], heard["scaler"].mean_)
    assert scaler.speakers_.tolist() == [*range(12), 99]


def test_a_new_speaker_who_reads_like_a_known_one_is_warned_of():
    X = np.arange(8.0).reshape(4, 2)
    scaler = SpeakerScaler().fit(X, speakers=[1, 1, 2, 2])
    with pytest.warns(InputWarning, match=r"speakers 1 and '1' read alike .* \(2 such groups\)"):
        scaler.transform(X, speakers=["1", "1", "2", "2"])
    scaler.transform(X, speakers=["3", "3", "4", None])
    with pytest.warns(InputWarning, match="speakers 1 and '1' read alike but are taken for different"):
        scaler.add_speakers(X[:1], speakers=["1"])
    scaler.transform(X, speakers=["1", "1", "3", "3"])  # both are known now


def test_speakers_cannot_be_added_to_a_scaler_without_speakers():
    scaler = SpeakerScaler().fit(made_samples(3))
    with pytest.raises(InputError, match=r"fitted without speakers.*fit it with speakers="):
        scaler.add_speakers(made_samples(1), speakers=["ann"])


def test_added_speakers_need_names(heard):
    with pytest.raises(InputError, match="add_speakers got no speakers"):
        deepcopy(heard["scaler"]).add_speakers(heard["new"][:1], None)


def test_a_fit_that_fails_leaves_the_scaler_as_it_was(heard):
    scaler = deepcopy(heard["scaler"])
    before = deepcopy(vars(scaler))
    with pytest.raises(InputError, match="has no speaker"):
        scaler.fit([[[1.0, 2.0]], [[3.0, 4.0]]], speakers=["ann", None])
    assert vars(scaler).keys() == before.keys()
    assert scaler.n_features_in_ == 3


def test_rows_of_a_table_are_recordings():
    frames, speakers, expressed = voices(20, 30)
    X = np.stack([own.mean(axis=0) for own in frames])
    scaler = SpeakerScaler().fit(X[:360], speakers=speakers[:360])
    full = SpeakerScaler().fit_transform(X[360:], speakers=speakers[360:])
    alone = scaler.transform(X[360:])
    assert np.corrcoef(alone[:, 0], expressed[360:])[0, 1] > 0.85
    assert np.square(scaler.transform(X[360:], speakers=speakers[360:]) - full).mean() < 0.05


def test_with_two_speakers_a_recording_moves_the_mean_half_way():
    scaler = SpeakerScaler().fit([[[0.0], [2.0]], [[4.0], [6.0]]], speakers=["ann", "bob"])
    scaler.add_speakers([[[9.0], [11.0]]], speakers=["cho"])
    assert scaler.mean_.ravel().tolist() == [1, 5, pytest.approx((3 + 10) / 2)]


@pytest.mark.parametrize("frames", [[[0.1, 1.0]], [[0.1, 1.0], [0.1, 2.0]], [[3e38, -3e38], [-3e38, 3e38]]])
def test_a_new_speaker_may_be_anything(frames):
    samples = [[[0.1, value], [0.1, -value]] for value in range(6)]
    for known in (list("aabbcc"), list("abcdef"), list("aaaaaa")):
        scaled = SpeakerScaler().fit(samples, speakers=known).transform([frames])
        assert np.isfinite(scaled[0]).all()


def test_each_feature_counts_by_itself_where_there_are_thousands(monkeypatch):
    monkeypatch.setattr(_speaker_prior, "MOST_STATISTICS", 5)
    frames, speakers, _ = voices(20, 30)
    scaler = SpeakerScaler().fit(frames[:360], speakers=speakers[:360])
    assert scaler.prior_.to_directions_ is None
    full = SpeakerScaler().fit_transform(frames[360:], speakers=speakers[360:])
    scaled = scaler.transform(frames[360:], speakers=speakers[360:])
    assert np.mean([np.square(one - two).mean() for one, two in zip(scaled, full, strict=True)]) < 0.03


def test_some_of_many_recordings_and_speakers_are_enough(monkeypatch, heard):
    monkeypatch.setattr(_speaker_prior, "MOST_RECORDINGS", 150)
    monkeypatch.setattr(_speaker_prior, "MOST_HELD_OUT", 2)
    frames, speakers, _ = voices(20, 30)
    scaler = SpeakerScaler().fit(frames[:360], speakers=speakers[:360])
    np.testing.assert_array_equal(scaler.mean_, heard["scaler"].mean_)
    assert error(scaler.transform(frames[360:]), heard) < 1.5 * error(
        heard["scaler"].transform(frames[360:]), heard
    )


@pytest.mark.parametrize("routed", [True, False])
def test_new_speakers_in_cross_validation(routed):
    frames, speakers, expressed = voices(12, 20)
    y = (expressed > 0).astype(int)
    stacked = FunctionTransformer(np.vstack)
    model = make_pipeline(SpeakerScaler(), FramePooler(30), stacked, LogisticRegression())
    cv = list(GroupKFold(4).split(frames, groups=speakers))
    with config_context(enable_metadata_routing=routed):
        params = {"speakers": speakers} if routed else {"speakerscaler__speakers": speakers}
        predicted = cross_val_predict(model, frames, y, cv=cv, params=params)
    # scikit-learn gives params to fit alone: in predict, each recording is by a speaker of its own.
    assert unweighted_average_recall(y, predicted, labels=[0, 1]) > 0.85


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
    if "has no speaker" not in message:
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


def test_a_refit_that_fails_leaves_the_scaler_as_it_was():
    X, speakers = np.random.default_rng(0).normal(size=(40, 2)), np.repeat(list("abcd"), 10)
    table = pd.DataFrame(X, columns=["pitch", "energy"])
    scaler = SpeakerScaler().fit(table, speakers=speakers)
    before = scaler.transform(table, speakers=speakers)
    with pytest.raises(ValueError, match="NaN"):
        scaler.fit(np.full((40, 3), np.nan), speakers=speakers)
    np.testing.assert_array_equal(scaler.transform(table, speakers=speakers), before)
    assert scaler.feature_names_in_.tolist() == ["pitch", "energy"]


@pytest.mark.parametrize("value", [0.0, 0.3, -1e6])
@pytest.mark.parametrize("n_frames", [1, 3])
def test_a_feature_that_is_constant_in_fit_is_0_for_new_speakers_too(value, n_frames):
    rng = np.random.default_rng(0)
    means = rng.normal(size=(8, 1, 6)).repeat(5, axis=0)
    X = (means + rng.normal(size=(40, n_frames, 6))).astype(np.float32)
    X[:, :, 2] = value
    scaler = SpeakerScaler().fit(X, speakers=np.repeat(list("abcdefgh"), 5))
    scaled = scaler.transform(X[:4], speakers=["new"] * 4)
    np.testing.assert_allclose(scaled[:, :, 2], 0, atol=1e-6)
    assert (np.abs(scaled[:, :, [0, 1, 3, 4, 5]]).max(axis=(0, 1)) > 0.1).all()
    # A new speaker in whom the feature varies gets finite values.
    X[:2, :, 2] += 1
    assert np.abs(scaler.transform(X[:4], speakers=["new"] * 4)).max() < 20
