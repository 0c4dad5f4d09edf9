"""Pictures show the numbers that they are made of, and refuse what cannot be drawn."""

import builtins
from itertools import pairwise
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_raters import (
    BLSTMClassifier,
    FramePooler,
    MultiRaterStackingClassifier,
    OpenSmileFrames,
    SpectralFrames,
)
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.metrics import expected_calibration_error
from sklearn_raters.plots import (
    AgreementDisplay,
    AttentionDisplay,
    ClassUseDisplay,
    ComparisonDisplay,
    DisagreementDisplay,
    LossCurvesDisplay,
    RaterConfusionsDisplay,
    ReliabilityDisplay,
    as_svg,
)
from sklearn_raters.ratings import Task

Y = pd.DataFrame(
    {
        "ann": ["calm", "calm", "sad", None],
        "bob": ["sad", "calm", "sad", "sad"],
        "cleo": ["sad", None, None, "sad"],
    }
)


@pytest.fixture(autouse=True)
def _close():
    plt.switch_backend("agg")
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def networks():
    """Return a fitted pipeline of small networks on recordings, and the recordings."""
    rng = np.random.default_rng(0)
    recordings = [(rng.normal(0, 0.1, 8000).astype(np.float32), 16000) for _ in range(8)]
    ratings = np.array([["calm", "calm"], ["sad", "sad"]] * 4, dtype=object)
    net = BLSTMClassifier(dense_units=4, lstm_units=3, representation_units=4, max_epochs=3)
    stack = MultiRaterStackingClassifier(net, fusion="mean", start_from=None, random_state=0)
    return make_pipeline(OpenSmileFrames(), FramePooler(5), stack).fit(recordings, ratings), recordings


def test_bars_of_class_use_are_the_shares_of_each_raters_votes():
    display = ClassUseDisplay.from_ratings(Y)
    assert display.names == ["majority", "all votes", "ann", "bob", "cleo"]
    widths = np.array([bar.get_width() for bar in display.ax_.patches]).reshape(2, 5)
    np.testing.assert_allclose(widths[0], [25, 100 / 3, 200 / 3, 25, 0])
    np.testing.assert_allclose(widths.sum(axis=0), 100)
    assert [text.get_text().strip() for text in display.ax_.texts] == ["4", "4", "3", "4", "2"]


def test_class_use_draws_the_raters_with_the_most_samples():
    assert ClassUseDisplay.from_ratings(Y, max_raters=1).names == ["majority", "all votes", "bob"]
    with pytest.raises(InputError, match="max_raters must be 1 or more, or None, got 0"):
        ClassUseDisplay.from_ratings(Y, max_raters=0)


def test_a_rater_without_votes_has_an_empty_bar_in_class_use():
    display = ClassUseDisplay.from_ratings(Y.assign(dan=None))
    assert display.names[-1] == "dan"
    assert [bar.get_width() for bar in display.ax_.patches][5::6] == [0, 0]


def camps():
    """Return ratings of six raters, of whom every second one turns the classes round."""
    truth = np.random.default_rng(0).integers(2, size=60)
    turned = np.column_stack([truth ^ (rater % 2) for rater in range(6)])
    return pd.DataFrame(np.array(["a", "b"], dtype=object)[turned], columns=list("uvwxyz"))


def test_agreement_is_ordered_so_that_camps_stand_side_by_side():
    display = AgreementDisplay.from_ratings(camps())
    assert sorted(map(sorted, (display.raters[:3], display.raters[3:]))) == [list("uwy"), list("vxz")]
    assert np.nanmin(display.agreement[:3, :3]) == 1
    assert display.agreement[:3, 3:].max() == 0
    shown = display.ax_.images[0].get_array().filled(np.nan)
    np.testing.assert_allclose(shown, 100 * display.agreement)
    assert np.isnan(shown.diagonal()).all()


@pytest.mark.parametrize("display", [AgreementDisplay, ClassUseDisplay])
def test_names_of_fifty_raters_do_not_overlap(display):
    votes = np.random.default_rng(0).choice(["calm", "sad"], (20, 50)).astype(object)
    names = [f"rater number {number}" for number in range(50)]
    ax = display.from_ratings(pd.DataFrame(votes, columns=names)).ax_
    ax.figure.canvas.draw()
    for ticks in (ax.get_xticklabels(), ax.get_yticklabels()):
        boxes = [tick.get_window_extent() for tick in ticks]
        assert not any(one.overlaps(two) for one, two in pairwise(boxes))
        assert min(tick.get_fontsize() for tick in ticks) >= 6


def test_agreement_needs_common_samples():
    display = AgreementDisplay.from_ratings(Y, min_samples=2)
    assert np.isnan(display.agreement).sum() == 3 + 2  # ann and cleo share one sample
    with pytest.raises(InputError, match=r"No two raters share 4 sample\(s\)"):
        AgreementDisplay.from_ratings(Y, min_samples=4)
    assert len(AgreementDisplay.from_ratings(camps(), max_raters=4).raters) == 4


def test_confusions_are_drawn_in_shares_of_the_rows():
    display = RaterConfusionsDisplay.from_ratings(camps()[list("uwvy")], n_columns=3)
    assert display.raters == list("uwvy")
    shown = display.axes_[2].images[0].get_array()
    np.testing.assert_allclose(shown, [[0, 100], [100, 0]])
    assert [text.get_text() for text in display.axes_[2].texts] == ["0", "100", "100", "0"]
    with pytest.raises(InputError, match="No rater rated a sample on which the other"):
        RaterConfusionsDisplay.from_ratings([["a"], ["b"]])


def test_points_and_lines_of_a_comparison_are_its_differences_and_intervals():
    columns = {"uar": [0.5, 0.6], "difference": [0, 0.1], "low": [0, 0.02], "high": [0, 0.2]}
    display = ComparisonDisplay.from_comparison(pd.DataFrame(columns, index=["one", "two"]), sort=True)
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["two   60.0", "one   50.0"]
    _, interval, point, *_ = display.ax_.lines
    np.testing.assert_allclose(interval.get_xdata(), [2, 20])
    np.testing.assert_allclose(point.get_xdata(), [10])
    assert display.ax_.get_xlabel() == "UAR minus that of one (points)"


def test_a_comparison_is_drawn_by_its_table():
    table = pd.DataFrame({name: [0.5] for name in ("uar", "difference", "low", "high")}, index=["one"])
    assert ComparisonDisplay.from_comparison(SimpleNamespace(table=table)).table is table
    with pytest.raises(InputError, match="The table has no difference, high, low, uar"):
        ComparisonDisplay.from_comparison(None)


def test_a_comparison_without_a_baseline_is_refused():
    with pytest.raises(InputError, match=r"no difference, high, low: give the table .* with a baseline="):
        ComparisonDisplay.from_comparison(pd.DataFrame({"uar": [0.5]}))


def test_disagreement_needs_two_votes_and_counts_pairs_of_votes():
    display = DisagreementDisplay.from_predictions(Y, np.full((4, 2), [0.2, 0.8]))
    # The first sample has one pair of three that agrees.
    np.testing.assert_allclose(display.observed, [2 / 3, 0, 0, 0])
    np.testing.assert_allclose(display.predicted, 1 - 0.04 - 0.64)
    assert np.isnan(display.correlation_)
    with pytest.raises(InputError, match="None of the 4 samples has two votes"):
        DisagreementDisplay.from_predictions(
            Y[["ann"]].assign(bob=[None, None, None, "sad"]), [[0.5, 0.5]] * 4
        )


def test_disagreement_as_predicted_lies_on_the_diagonal():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet([1, 1], 3000)
    votes = np.array([rng.choice(["a", "b"], 4, p=share) for share in shares], dtype=object)
    display = DisagreementDisplay.from_predictions(votes, shares)
    x, means = np.float64(display.ax_.lines[1].get_data())
    np.testing.assert_allclose(means, x, atol=0.04)
    assert display.correlation_ > 0.3


def test_reliability_shows_all_answers_of_a_stack_with_their_errors():
    rng = np.random.default_rng(0)
    X, ratings = rng.normal(size=(60, 2)), rng.choice(["a", "b"], (60, 3)).astype(object)
    stack = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean", random_state=0).fit(X, ratings)
    display = ReliabilityDisplay.from_estimator(stack, X, ratings)
    assert set(display.answers) == {"consensus", "shares", "raters"}
    target, proba = display.answers["raters"]
    assert len(target) == 180
    assert display.calibration_errors_["raters"] == expected_calibration_error(target, proba)
    # The raters of the votes are those of the probabilities, in whatever order the columns are.
    turned = pd.DataFrame(ratings).iloc[:, ::-1]
    again = ReliabilityDisplay.from_estimator(stack, X, turned)
    assert again.calibration_errors_ == pytest.approx(display.calibration_errors_)


def test_reliability_refuses_nothing_to_draw_and_other_shapes():
    with pytest.raises(InputError, match="No answer is given"):
        ReliabilityDisplay.from_predictions(Y)
    with pytest.raises(InputError, match=r"proba_raters must have shape \(4, 3, 2\)"):
        ReliabilityDisplay.from_predictions(Y, proba_raters=np.ones((4, 2, 2)))
    with pytest.raises(InputError, match="No rating of these raters"):
        ReliabilityDisplay.from_predictions(Y, proba_raters=np.ones((4, 1, 2)) / 2, raters=["eve"])
    clf = LogisticRegression().fit([[0], [1]], ["calm", "sad"])
    with pytest.raises(InputError, match="the estimator 'calm', 'sad': give the Task these classes"):
        ReliabilityDisplay.from_estimator(clf, [[0]] * 4, Task(Y, classes=["sad", "calm"]))


def test_loss_curves_hold_the_losses_of_every_view(networks):
    pipeline, _ = networks
    display = LossCurvesDisplay.from_estimator(pipeline)
    assert set(display.curves) == {"crowd_hard", "crowd_soft", 0, 1}
    recorded = pipeline[-1].estimators_[0].net_.history[:, "train_loss"]
    np.testing.assert_allclose(display.ax_.lines[0].get_ydata(), recorded)
    with pytest.raises(InputError, match="LogisticRegression holds no trained network"):
        LossCurvesDisplay.from_estimator(LogisticRegression().fit([[0], [1]], [0, 1]))


def test_validation_losses_are_dashed():
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    net = BLSTMClassifier(dense_units=4, lstm_units=3, max_epochs=2, early_stopping=True, random_state=0)
    lines = LossCurvesDisplay.from_estimator(net.fit(X, y)).ax_.lines
    assert [line.get_linestyle() for line in lines[:2]] == ["-", "--"]


def test_attention_covers_the_recording_with_each_frames_weight(networks):
    pipeline, recordings = networks
    display = AttentionDisplay.from_estimator(pipeline, recordings[0], view=1)
    frames = pipeline[:-1].transform(recordings[:1])
    weights = pipeline[-1].estimators_[pipeline[-1].views_.index(1)].attention(frames)[0]
    (mesh,) = display.axes_[0].collections
    np.testing.assert_allclose(mesh.get_array().ravel(), len(weights) * weights, rtol=1e-5)
    assert display.axes_[1].get_xlim() == (0, 0.5)
    same = AttentionDisplay.from_estimator(pipeline[-1], recordings[0], frames, view=1)
    np.testing.assert_allclose(same.weights, weights)


def test_attention_of_spectral_frames_needs_no_opensmile(networks, monkeypatch):
    monkeypatch.setattr("sklearn_raters.features._smile._smile", None)
    pulses = np.zeros(16000)
    pulses[::80] = 0.5  # 200 Hz
    pulses[12000:] = np.random.default_rng(0).normal(0, 0.1, 4000)
    spectral = make_pipeline(SpectralFrames(), *networks[0][1:])
    times, f0 = AttentionDisplay.from_estimator(spectral, (pulses, 16000), view=1).pitch
    assert f0[times < 0.6] == pytest.approx(200, rel=0.01)
    assert np.isnan(f0[times > 0.9]).mean() > 0.5


def test_attention_refuses_other_views_samples_and_estimators(networks):
    pipeline, recordings = networks
    with pytest.raises(InputError, match="no view 'eve': its views are"):
        AttentionDisplay.from_estimator(pipeline, recordings[0], view="eve")
    with pytest.raises(InputError, match="one sample that is drawn, got 2"):
        AttentionDisplay.from_estimator(pipeline, recordings[0], recordings[:2])
    with pytest.raises(InputError, match="LogisticRegression has no attention"):
        AttentionDisplay.from_estimator(LogisticRegression().fit([[0], [1]], [0, 1]), recordings[0])


def test_axes_can_be_given():
    _, ax = plt.subplots()
    assert ClassUseDisplay.from_ratings(Y, ax=ax).ax_ is ax
    assert DisagreementDisplay.from_predictions(Y, [[0.5, 0.5]] * 4, ax=ax).ax_ is ax


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'sklearn-raters\[plot\]'"):
        ClassUseDisplay.from_ratings(Y)


def test_a_picture_as_svg_holds_names_as_they_are_and_leaves_no_figure():
    Y = pd.DataFrame({"$\\frac{1": ["<b>", "名前"], "bell\x07": ["名前", "名前"]})
    svg, display = as_svg(lambda: ClassUseDisplay.from_ratings(Y))
    assert "$\\frac{1" in svg
    assert "&lt;b&gt;" in svg
    assert "名前" in svg
    assert "\x07" not in svg
    assert display.names[2:] == ["$\\frac{1", "bell\x07"]
    assert as_svg(lambda: ClassUseDisplay.from_ratings(Y))[0] == svg
    with pytest.raises(InputError, match="give the table that compare returns"):
        as_svg(lambda: ComparisonDisplay.from_comparison(pd.DataFrame({"uar": [1.0]})))
    assert not plt.get_fignums()


def test_samples_with_votes_for_no_class_are_told_of():
    task = Task([["calm", "calm"], ["sad", "sad"], ["angry", "angry"], [None, None]], classes=["calm", "sad"])
    with pytest.warns(
        InputWarning, match="1 of 3 rated samples have votes for none of the classes 'calm', 's"
    ):
        display = ReliabilityDisplay.from_predictions(task, np.full((4, 2), 0.5))
    assert len(display.answers["consensus"][0]) == 2


def test_pairs_with_few_common_samples_have_no_agreement_unless_asked_for():
    with pytest.raises(InputError, match=r"No two raters share 5 sample\(s\).*lower min_samples"):
        AgreementDisplay.from_ratings(Y)
    assert AgreementDisplay.from_ratings(Y, min_samples=2).raters


def test_attention_needs_the_frames_where_the_estimator_takes_no_recordings(networks):
    fitted, recordings = networks
    with pytest.raises(InputError, match=r"takes no recordings .*Give X, a list of the recording's frames"):
        AttentionDisplay.from_estimator(fitted[-1], recordings[0])


def test_attention_is_drawn_on_two_axes():
    display = AttentionDisplay(weights=[1.0], signal=np.zeros(10), sampling_rate=16000, pitch=([], []))
    with pytest.raises(InputError, match="axes must be two Axes"):
        display.plot(axes=plt.subplots()[1])
