"""Pictures show the numbers that they are made of, and refuse what cannot be drawn."""

import sys
from itertools import combinations, pairwise
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from sklearn_raters import (
    BLSTMClassifier,
    FramePooler,
    MultiRaterStackingClassifier,
    OpenSmileFrames,
    SpectralFrames,
    plots,
)
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.metrics import expected_calibration_error
from sklearn_raters.model_selection import compare
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
from sklearn_raters.plots._style import class_colours
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


@pytest.fixture(scope="module")
def fifty():
    """Return ratings by fifty raters of long names."""
    votes = np.random.default_rng(0).choice(["calm", "sad"], (20, 50)).astype(object)
    return pd.DataFrame(votes, columns=[f"rater number {number}" for number in range(50)])


def check_readable(texts):
    """Check that texts side by side do not overlap, and are not too small."""
    boxes = [text.get_window_extent() for text in texts]
    assert not any(one.overlaps(two) for one, two in pairwise(boxes))
    assert min(text.get_fontsize() for text in texts) >= 6


@pytest.mark.parametrize("display", [AgreementDisplay, ClassUseDisplay])
def test_names_of_fifty_raters_do_not_overlap(display, fifty):
    ax = display.from_ratings(fifty).ax_
    ax.figure.canvas.draw()
    for ticks in (ax.get_xticklabels(), ax.get_yticklabels()):
        check_readable(ticks)


def test_confusions_of_fifty_raters_can_be_told_apart(fifty):
    display = RaterConfusionsDisplay.from_ratings(fifty)
    display.figure_.draw_without_rendering()
    titles = [ax.title for ax in display.axes_]
    assert len({title.get_text() for title in titles}) == 50
    check_readable(titles)
    for ax in (display.axes_[0], display.axes_[40]):
        check_readable(ax.get_yticklabels())
    check_readable(display.axes_[40].get_xticklabels())
    # The titles of a row stand above its matrices, not in those of the row before.
    for above, below in zip(display.axes_[:40], display.axes_[10:], strict=True):
        assert not above.get_window_extent().overlaps(below.title.get_window_extent())


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


def test_the_baseline_of_a_comparison_is_told_from_a_model_that_answers_alike():
    X, y = [[0.0], [1.0]] * 6, [["a"], ["b"]] * 6
    models = {"alike": DummyClassifier(), "base": DummyClassifier(), "tree": DecisionTreeClassifier()}
    table = compare(models, X, y, cv=3, baseline="base", random_state=0)
    assert "minus that of base (" in ComparisonDisplay.from_comparison(table, sort=True).ax_.get_xlabel()
    read = table.copy()
    read.attrs = {}
    assert "minus that of the baseline (" in ComparisonDisplay.from_comparison(read).ax_.get_xlabel()


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
    assert display.ax_.get_ylabel() == "Share of pairs of votes that differ"
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


def test_counts_of_anonymous_votes_are_as_many_votes():
    cube = np.array([[[3, 1]], [[2, 2]], [[4, 0]]])
    display = DisagreementDisplay.from_predictions(Task(cube, ["a", "b"]), np.full((3, 2), 0.5))
    np.testing.assert_allclose(display.observed, [3 / 6, 4 / 6, 0])


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


def test_the_legend_of_the_reliability_does_not_lie_on_the_curves():
    answer = np.eye(2)[[0, 0, 1]], np.full((3, 2), [0.75, 0.25])
    display = ReliabilityDisplay(answers=dict.fromkeys(("consensus", "shares", "raters"), answer)).plot()
    display.figure_.canvas.draw()
    (legend,) = display.figure_.legends
    box = legend.get_window_extent()
    assert box.y1 < display.ax_.xaxis.label.get_window_extent().y0
    assert min(box.x0, box.y0) >= 0
    assert box.x1 <= display.figure_.bbox.x1
    ax = display.figure_.add_subplot()
    assert display.plot(ax=ax).ax_.get_legend().get_frame_on()


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
    alone = AttentionDisplay.from_estimator(make_pipeline(pipeline[-1]), recordings[0], frames, view=1)
    np.testing.assert_allclose(alone.weights, weights)


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


SCORES = pd.DataFrame({"uar": [0.5], "difference": 0.0, "low": 0.0, "high": 0.0}, index=["one"])
ON_AXES = {
    AgreementDisplay: lambda ax: AgreementDisplay.from_ratings(Y, min_samples=2, ax=ax),
    ClassUseDisplay: lambda ax: ClassUseDisplay.from_ratings(Y, ax=ax),
    ComparisonDisplay: lambda ax: ComparisonDisplay.from_comparison(SCORES, ax=ax),
    DisagreementDisplay: lambda ax: DisagreementDisplay.from_predictions(Y, [[0.5, 0.5]] * 4, ax=ax),
    LossCurvesDisplay: lambda ax: LossCurvesDisplay(curves={"net": {"train": [2.0, 1.0]}}).plot(ax=ax),
    ReliabilityDisplay: lambda ax: ReliabilityDisplay.from_predictions(Y, [[0.4, 0.6]] * 4, ax=ax),
}
ON_SEVERAL = {
    AttentionDisplay: (
        2,
        lambda axes: AttentionDisplay(
            weights=[1.0], signal=np.zeros(10), sampling_rate=16000, pitch=([], [])
        ).plot(axes=axes),
    ),
    RaterConfusionsDisplay: (3, lambda axes: RaterConfusionsDisplay.from_ratings(Y, axes=axes)),
}


def test_every_display_is_drawn_on_axes_that_are_given():
    assert {*ON_AXES, *ON_SEVERAL} == {
        getattr(plots, name) for name in plots.__all__ if name.endswith("Display")
    }


@pytest.mark.parametrize("display", ON_AXES)
def test_one_axes_can_be_given(display):
    figure, (other, ax) = plt.subplots(1, 2)
    drawn = ON_AXES[display](ax)
    assert drawn.ax_ is ax
    assert drawn.figure_ is figure
    assert ax.has_data()
    assert not other.has_data()
    assert plt.get_fignums() == [figure.number]


@pytest.mark.parametrize("display", ON_SEVERAL)
def test_several_axes_can_be_given(display):
    n_axes, draw = ON_SEVERAL[display]
    figure, axes = plt.subplots(1, n_axes)
    drawn = draw(axes)
    assert list(drawn.axes_) == list(axes)
    assert drawn.figure_ is figure
    assert all(ax.has_data() for ax in axes)
    assert plt.get_fignums() == [figure.number]
    with pytest.raises(InputError, match=r"axes must be (two|3) Axes"):
        draw(axes[1:])


# Of G. Machado, M. Oliveira, L. Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency" (2009): linear RGB as people see it who lack a kind of cones.
LACKING = {
    "red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def least_distance(colours, seen):
    """Return the smallest distance of two colours in CIELAB, as they are seen."""
    values = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ np.transpose(seen), 0, 1) @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = root.T
    lab = np.column_stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])
    return min(np.linalg.norm(one - two) for one, two in combinations(lab, 2))


@pytest.mark.parametrize("cones", LACKING)
def test_colours_of_classes_can_be_told_apart_without_a_kind_of_cones(cones):
    assert least_distance(class_colours(list("abcdef")), LACKING[cones]) > 15
    assert least_distance(["tab:red", "tab:green", "tab:brown"], LACKING["red"]) > 15  # told by lightness
    assert least_distance(["tab:red", "tab:green", "tab:brown"], LACKING["green"]) < 8


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
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


@pytest.mark.parametrize("display", [ReliabilityDisplay, DisagreementDisplay])
def test_samples_and_ratings_with_an_index_are_paired_by_it(display):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2)), [f"s{number}" for number in range(40)])
    ratings = pd.DataFrame({name: np.where(X[0] > 0, "a", "b") for name in ("ann", "bob")}, X.index)
    ratings.loc["s3", "ann"] = "a" if ratings.loc["s3", "bob"] == "b" else "b"
    stack = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean", random_state=0).fit(X, ratings)
    drawn = display.from_estimator(stack, X, ratings)
    turned = display.from_estimator(stack, X, ratings[::-1])
    found, again = (
        getattr(one, "answers", None) or {"": (one.observed, one.predicted)} for one in (drawn, turned)
    )
    for name, pair in found.items():
        for one, other in zip(pair, again[name], strict=True):
            np.testing.assert_array_equal(one, other)


def test_names_that_matplotlib_takes_for_a_sign_or_a_formula_are_shown_as_they_are():
    names = ["_low", "$\\frac{1$"]
    displays = [
        ClassUseDisplay.from_ratings(pd.DataFrame({"$x_$": names, "$y^$": names})),
        LossCurvesDisplay(curves={name: {"train": [2.0, 1.0]} for name in names}).plot(),
    ]
    for display in displays:
        display.figure_.draw_without_rendering()
        shown = [text.get_text().replace(r"\$", "$") for text in display.ax_.get_legend().get_texts()]
        assert sorted(shown) == sorted(names)
    RaterConfusionsDisplay.from_ratings(
        pd.DataFrame(dict.fromkeys(("$x_$", "$y^$", "z"), names))
    ).figure_.draw_without_rendering()
    table = SCORES.set_axis(["$x_$"])
    ComparisonDisplay.from_comparison(table).figure_.draw_without_rendering()


def test_numbers_of_raters_may_be_those_of_numpy():
    assert (
        len(AgreementDisplay.from_ratings(camps(), min_samples=np.int64(5), max_raters=np.int64(4)).raters)
        == 4
    )
    assert len(ClassUseDisplay.from_ratings(camps(), max_raters=np.int64(1)).names) == 3
    assert RaterConfusionsDisplay.from_ratings(camps(), max_raters=np.int32(2)).raters == ["u", "v"]
