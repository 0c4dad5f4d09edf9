"""rater_summary, krippendorff_alpha and eligible_raters."""

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_raters.ratings import Task, eligible_raters, krippendorff_alpha, rater_summary


def test_summary_by_hand():
    Y = pd.DataFrame(
        [
            ["ang", "ang", "ang"],  # majority ang
            ["hap", "exc", None],  # tie: soft only
            [("ang", "sad"), "sad", "sad"],  # majority sad
            ["fru", "fru", "ang"],  # majority outside the classes: neither
            [None, ("hap", "exc"), "exc"],  # majority exc, which is hap: E2's two votes are one
            ["fru", None, None],  # outside
        ],
        columns=["E1", "E2", "E3"],
        dtype=object,
    )
    table = rater_summary(Task(Y, ["ang", "hap", "sad"], {"exc": "hap"}))
    assert table.index.tolist() == ["crowd_hard", "crowd_soft", "E1", "E2", "E3"]
    assert table[["samples", "single", "multiple"]].to_numpy().tolist() == [
        [3, 3, 0],
        [4, 3, 1],
        [3, 2, 1],
        [4, 4, 0],
        [4, 4, 0],
    ]
    shares = table[["share_ang", "share_hap", "share_sad"]].to_numpy()
    np.testing.assert_allclose(
        shares,
        [
            [1 / 3, 1 / 3, 1 / 3],
            [4 / 11, 4 / 11, 3 / 11],  # 3 ang + 1; hap: 2 + 2; sad: 3
            [2 / 4, 1 / 4, 1 / 4],
            [1 / 4, 2 / 4, 1 / 4],
            [2 / 4, 1 / 4, 1 / 4],
        ],
    )
    # with a majority in the classes: rows 0, 2, 4. E1: 1, 1/2; crowd: 1, 3/4, 1.
    np.testing.assert_allclose(table["agreement"], [1, 2.75 / 3, 0.75, 1, 1])


def test_summary_of_a_rater_without_ratings_and_of_a_lone_rater():
    table = rater_summary(pd.DataFrame({"E1": ["a", "b"], "E2": [None, None]}, dtype=object))
    assert table.loc["E2", ["samples", "single", "multiple"]].tolist() == [0, 0, 0]
    assert table.loc["E2", ["share_a", "share_b", "agreement"]].isna().all()
    assert np.isnan(table.attrs["krippendorff_alpha"])
    with pytest.raises(ValueError, match="named 'crowd_soft'"):
        rater_summary(pd.DataFrame({"crowd_soft": ["a"]}))


def test_summary_holds_alpha_over_all_labels():
    Y = [["a", "a"], ["b", "x"], ["x", "x"], ["y", "b"]]
    table = rater_summary(Task(Y, ["a", "b"], {"y": "b"}))
    merged = [["a", "a"], ["b", "x"], ["x", "x"], ["b", "b"]]
    assert table.attrs["krippendorff_alpha"] == pytest.approx(krippendorff_alpha(merged))
    numbers = rater_summary(Task(Y, [0, 1], {"a": 0, "b": 1, "y": 1}))
    assert numbers.attrs["krippendorff_alpha"] == pytest.approx(krippendorff_alpha(merged))


def test_alpha_by_hand_and_by_the_package():
    # Krippendorff, "Computing Krippendorff's alpha-reliability", example C: 4 raters, 12 units.
    nan = np.nan
    data = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        ]
    )
    assert krippendorff_alpha(data.T) == pytest.approx(0.743, abs=5e-4)
    # two raters, both {a, b} on one sample, a and b on another: distances 0 and 1; of the 12
    # ordered pairs of the four values, 2 are equal, 8 differ by 1/2 and 2 by 1, so the expected
    # disagreement is 6 / 12, the observed 2 / 4.
    assert krippendorff_alpha([[("a", "b"), ("a", "b")], ["a", "b"]]) == pytest.approx(0)


@given(
    st.lists(st.lists(st.sampled_from([1.0, 2.0, 3.0, np.nan]), min_size=3, max_size=3), min_size=2).filter(
        lambda rows: len({x for row in rows if np.isfinite(row).sum() > 1 for x in row if x == x}) > 1
    )
)
def test_alpha_of_single_labels_equals_that_of_the_krippendorff_package(rows):
    package = krippendorff.alpha(np.array(rows).T, level_of_measurement="nominal")
    assert krippendorff_alpha(rows) == pytest.approx(package, abs=1e-12)


def test_alpha_leaves_out_labels_outside_the_classes():
    Y = [["a", "a"], ["b", "b"], ["a", "x"], ["x", "b"]]
    assert krippendorff_alpha(Task(Y, ["a", "b"])) == pytest.approx(1)
    assert krippendorff_alpha(Task(Y, label_map={"x": "a"})) < 1


@pytest.mark.parametrize(
    ("Y", "message"),
    [
        ([["a", None], [None, "b"]], "no sample is rated by two"),
        ([["a", "a"], ["a", "a"]], "one and the same"),
    ],
)
def test_undefined_alpha_is_an_error(Y, message):
    with pytest.raises(ValueError, match=message):
        krippendorff_alpha(Y)


def test_eligible_raters_rate_enough_in_every_group():
    Y = pd.DataFrame(
        {
            "steady": ["a", "b", "a", "x"],
            "absent in 2": ["a", "a", None, None],
            "outside": ["x", "a", "x", ("x", "y")],
            "never": [None] * 4,
        },
        dtype=object,
    )
    groups = [1, 1, 2, 2]
    assert eligible_raters(Y) == ["steady", "absent in 2", "outside"]
    assert eligible_raters(Y, min_ratings=3) == ["steady", "outside"]
    assert eligible_raters(Y, groups=groups) == ["steady", "outside"]
    assert eligible_raters(Task(Y, ["a", "b"]), groups=groups) == ["steady"]
    assert eligible_raters(Task(Y, ["a", "b"], {"y": "a"}), groups=groups) == [
        "steady",
        "outside",
    ]
    assert eligible_raters(Y, groups=groups, min_ratings=3) == []


def test_groups_of_eligible_raters_are_found_by_index():
    Y = pd.DataFrame({"A": ["a", "a", None, None], "B": ["a", "b", "b", "b"]}, index=["s1", "s2", "s3", "s4"])
    groups = pd.Series({"s1": "x", "s3": "y", "s2": "x", "s4": "y"})
    assert eligible_raters(Y, groups=groups) == eligible_raters(Task(Y), groups=groups) == ["B"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"groups": [1, 2, 2]}, "Y has 2, groups has 3"),
        ({"min_ratings": 0}, "min_ratings must be 1 or more, not 0"),
    ],
)
def test_wrong_settings_of_eligible_raters_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        eligible_raters([["a"], ["b"]], **settings)
