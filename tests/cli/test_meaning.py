"""What the table means in a few sentences, and what a run took."""

import pandas as pd
import pytest

from sklearn_raters.cli._meaning import meaning, spent
from sklearn_raters.cli._parser import parse


def frame(rows):
    return pd.DataFrame.from_dict(rows, orient="index", columns=["uar", "difference", "low", "high"])


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            [0.646, 0.041, 0.022, 0.060],
            "All views are 4.1 points above crowd-hard; the 95 % interval, 2.2 to 6.0, excludes 0.",
        ),
        (
            [0.585, -0.02, -0.05, 0.01],
            "All views are 2.0 points below crowd-hard; the 95 % interval, -5.0 to 1.0, includes 0, so that "
            "this may be chance.",
        ),
    ],
)
def test_the_difference_is_told_with_its_interval_and_chance(row, sentence):
    told = meaning(frame({"crowd-hard": [0.605, 0, 0, 0], "all views": row}), 4, "crowd-hard")
    best = "all views with 64.6" if row[0] > 0.605 else "crowd-hard with 60.5"
    assert told == f"{sentence} UAR by chance is 25; the highest of 2 models is {best}."


def test_without_a_baseline_the_only_model_is_told():
    told = meaning(frame({"logistic stack": [0.676, 0, 0, 0]}), 2, None)
    assert told == "The only model is logistic stack with 67.6 percent. UAR by chance is 50."


def test_what_to_do_is_told_where_new_speakers_cost_three_points():
    rows = frame({"crowd-hard": [0.605, 0, 0, 0], "all views": [0.643, 0.038, 0.022, 0.060]})
    told = meaning(rows, 4, "crowd-hard")
    assert meaning(rows.assign(uar_new_speaker=[0.5, 0.614]), 4, "crowd-hard") == told
    advice = meaning(rows.assign(uar_new_speaker=[0.6, 0.540]), 4, "crowd-hard").removeprefix(told)
    assert advice == (
        " Where a recording is all there is of a new speaker, all views have 54.0 percent, 10.3 points less. "
        "To lose less, give predict several recordings of a speaker and name the speaker (--speaker, or "
        "--speakers folder); if speakers will always be new, evaluate with --scaling training too, and take "
        "it if its UAR is above 54.0."
    )
    only = rows.loc[["crowd-hard"]].assign(uar_new_speaker=0.4)
    assert " crowd-hard has 40.0 percent, 20.5 points less." in meaning(only, 4, "crowd-hard")


def test_every_option_of_the_advice_is_one_of_its_command():
    parse(["evaluate", "--scaling", "training"])
    parse(["predict", "model.bin", "a.wav", "--speaker", "ann"])
    parse(["predict", "model.bin", "ann", "--speakers", "folder"])


def test_the_seconds_of_the_run_and_of_models_are_named():
    told = spent({"run": 388.2, "audio": 35.0}, 2)
    assert told.startswith("The run took 388 s in 2 processes, 35 s of them for the corpus and its audio.")
    assert '"s alone"' in told
    assert "in one process" in spent({"run": 1.0, "audio": 0.5}, 1)
