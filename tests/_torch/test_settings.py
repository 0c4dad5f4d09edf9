"""Settings: which values are allowed, and the errors for others."""

import math

import pytest
import torch

from sklearn_raters._torch.settings import Choice, Number, Widths, check_settings
from sklearn_raters._torch.trunks import check_trunk

SHARE = Number(0, 1, limits_allowed=False)
COUNT = Number(1, integer=True)


@pytest.mark.parametrize(
    ("setting", "allowed", "refused"),
    [
        (Number(0), [0, 0.5, 10**9], [-1e-9, math.nan, math.inf, "1", None]),
        (SHARE, [0.5], [0, 1, 1.5]),
        (COUNT, [1, 7], [0, 1.0, "1"]),
        (Choice(("a", "b")), ["a", "b"], ["c", 1, ["a"]]),
        (Widths(), [(), (3,), [4, 5]], [3, (0,), (2.0,), "3"]),
    ],
    ids=str,
)
def test_values_within_the_range_are_allowed(setting, allowed, refused):
    assert all(setting.allows(value) for value in allowed)
    assert not any(setting.allows(value) for value in refused)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"share": 1}, "params has share=1; it must be a number between 0 and 1, both excluded"),
        ({"count": 0}, "params has count=0; it must be an integer of at least 1"),
        ({"kind": "c"}, "params has kind='c'; it must be 'a' or 'b'"),
        ({"widths": 3}, "params has widths=3; it must be a list or tuple of positive integers"),
        ({None: 1, 3: 1}, r"params has \[3, None\]; the model has"),
        ({"size": 3}, r"params has \['size'\]; the model has the settings \['count', 'free', 'kind',"),
    ],
)
def test_errors_name_the_setting_and_what_is_allowed(given, message):
    ranges = {"share": SHARE, "count": COUNT, "kind": Choice(("a", "b")), "widths": Widths()}
    settings = {"parameter": "params", "owner": "the model"}
    check_settings({"free": object(), "count": 3}, [*ranges, "free"], ranges, **settings)
    with pytest.raises(ValueError, match=message):
        check_settings(given, [*ranges, "free"], ranges, **settings)


@pytest.mark.parametrize(
    ("trunk", "params", "error", "message"),
    [
        ("blstm", {"hidden_units": (3,)}, ValueError, "'hidden_units'.*'blstm'.*'dense_units'"),
        ("dense", {"lstm_units": 3}, ValueError, "'lstm_units'.*'dense'.*'hidden_units'"),
        ("auto", {"lstm_units": 0}, ValueError, "lstm_units=0.*integer of at least 1"),
        ("auto", {"lstm_units": 3, "hidden_units": (3,)}, ValueError, "'hidden_units'"),
        (torch.nn.Linear(2, 2), {"lstm_units": 3}, ValueError, "a trunk of your own has the settings"),
        (torch.nn.Linear, {}, TypeError, "trunk must be .* or a torch.nn.Module, not <class"),
    ],
)
def test_trunks_and_their_settings_are_checked(trunk, params, error, message):
    with pytest.raises(error, match=message):
        check_trunk(trunk, params)


@pytest.mark.parametrize("params", [{}, {"lstm_units": 3, "precision": "bfloat16"}, {"hidden_units": [3, 4]}])
def test_the_automatic_trunk_takes_the_settings_of_blstm_or_dense(params):
    check_trunk("auto", params)
