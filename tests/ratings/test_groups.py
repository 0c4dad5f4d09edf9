"""Groups of samples: every form of one name a sample is taken, and nothing else."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from made import FEW, small_stack
from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier, SoftTargetClassifier
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.model_selection import compare, cross_val_predict_raters, paired_bootstrap
from sklearn_raters.ratings import check_groups, eligible_raters


@pytest.mark.parametrize(
    "form",
    [list, tuple, np.array, pd.Series, pd.Index, pd.Categorical, lambda g: pd.Series(g, dtype="Int64")],
)
def test_any_list_of_names_is_taken(form):
    assert check_groups(form([3, 1, 1]), 3).tolist() == [3, 1, 1]


def test_without_groups_there_are_none():
    assert check_groups(None) is None


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([1, None, 2], "Sample 1 has no group"),
        ([1.0, np.nan, 2], "Sample 1 has no group"),
        (["a", np.nan, "b"], "Sample 1 has no group"),
        ([1, pd.NA, 2], "Sample 1 has no group"),
        (np.array(["2020", "NaT", "2021"], dtype="M8[Y]"), "Sample 1 has no group"),
        (np.ma.masked_array([1, 2, 3], [False, True, False]), "Sample 1 has no group"),
        ([1, 2], "groups has 2 entries for 3 samples"),
        ([[1], [2], [3]], "The group of sample 0 in groups is a list: give one name"),
        ([[1], [1, 2], [3]], "The group of sample 0"),
        ([(1, 2)] * 3, "The group of sample 0"),
        ([{"a": 1}] * 3, "The group of sample 0"),
        ([{1}] * 3, "The group of sample 0"),
        (np.ones((3, 2)), r"groups has the shape \(3, 2\)"),
        (pd.DataFrame({"a": [1, 2, 3]}), r"groups has the shape \(3, 1\)"),
        (np.array(3), r"groups has the shape \(\)"),
        (["a", 1, "b"], "groups mix strings .* and numbers"),
        ("abc", "must be a list of one group"),
        ({1, 2, 3}, "must be a list of one group"),
        ({"a": 1}, "must be a list of one group"),
        (3, "must be a list of one group"),
        ([object(), object(), object()], "cannot be put in order"),
    ],
)
def test_what_is_no_list_of_names_is_refused(groups, message):
    with pytest.raises(InputError, match=message):
        check_groups(groups, 3)


ENTRIES = {
    "stack": lambda groups: small_stack().fit(FEW.X, FEW.Y, groups=groups),
    "default stack": lambda groups: MultiRaterStackingClassifier().fit(FEW.X, FEW.Y, groups=groups),
    "network": lambda groups: BLSTMClassifier().fit(FEW.X, FEW.truth, groups=groups),
    "soft targets": lambda groups: SoftTargetClassifier(LogisticRegression()).fit(
        FEW.X, FEW.truth, groups=groups
    ),
    "compare": lambda groups: compare({"a": small_stack()}, FEW.X, FEW.Y, groups=groups, baseline="a"),
    "predictions": lambda groups: cross_val_predict_raters(small_stack(), FEW.X, FEW.Y, groups=groups),
    "bootstrap": lambda groups: paired_bootstrap(FEW.truth, FEW.truth, FEW.truth, groups),
    "eligible raters": lambda groups: eligible_raters(FEW.Y, groups=groups),
}


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("gap", [None, np.nan])
def test_a_gap_in_the_groups_is_refused_by_every_entry_point_before_training(entry, gap):
    groups = [gap, *FEW.groups[1:].tolist()]
    with pytest.raises(InputError, match="Sample 0 has no group"):
        ENTRIES[entry](groups)


@pytest.mark.parametrize("alike", [["Ann", "ann"], ["s1", " s1"], ["1", "01"]])
def test_groups_that_a_person_reads_as_one_are_warned_of(alike):
    with pytest.warns(InputWarning, match="The groups .* read alike but are taken for different groups"):
        assert check_groups([*alike, "Bob"]).tolist() == [*alike, "Bob"]
    with pytest.warns(InputWarning, match="The speakers .* read alike"):
        check_groups(alike, name="speakers")


def test_a_gap_in_a_nullable_array_is_named():
    with pytest.raises(InputError, match="Sample 1 has no group"):
        small_stack().fit(FEW.X, FEW.Y, groups=pd.array([0, None, *FEW.groups[2:]], dtype="Int64"))


def test_a_number_and_its_text_are_not_one_group():
    with pytest.raises(InputError, match="mix"):
        eligible_raters([["a"], ["b"]], groups=[1, "1"])
