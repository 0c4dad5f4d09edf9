"""The statistic of `benchmarks/evidence.py`: intervals over groups and seeds; wins, ties and losses."""

import sys

import numpy as np
import pandas as pd
import pytest

CROWDS = ["five_votes", "one_vote", "two_conventions", "many_raters"]
N_GROUPS, N_SAMPLES = 40, 400
GROUPS = np.repeat(np.arange(N_GROUPS), N_SAMPLES // N_GROUPS)
CODES = np.tile([0, 1], N_SAMPLES // 2)


@pytest.fixture(scope="module")
def table(project):
    """Import the script's module, whose folder is no package."""
    sys.path.insert(0, str(project / "benchmarks"))
    try:
        import _evidence_table

        yield _evidence_table
    finally:
        sys.path.remove(str(project / "benchmarks"))


def scored(table, right, row="row"):
    """Score predictions that are right where `right` is true, for samples of two classes."""
    shares = np.full((N_SAMPLES, 2), 0.5)
    judged = table.Judged(CODES, GROUPS, np.eye(2)[CODES], shares, {})
    proba = np.where(np.eye(2)[CODES] == right[:, None], 0.9, 0.1)
    return table.score(row, judged, table.draw_groups(N_GROUPS), table.Predicted(proba, proba, shares))


def test_an_interval_is_as_wide_as_groups_that_are_right_or_wrong_together_make_it(table):
    rng = np.random.default_rng(0)
    base = {0: scored(table, np.ones(N_SAMPLES, bool))}
    single, of_groups = rng.random(N_SAMPLES) < 0.5, (rng.random(N_GROUPS) < 0.5)[GROUPS]
    # Twice 1.96 standard errors of a share of one half.
    for right, n in [(single, N_SAMPLES), (of_groups, N_GROUPS)]:
        found, low, high = table.difference({0: scored(table, right)}, base, "uar")
        expected = np.mean([right[code == CODES].mean() for code in (0, 1)])
        assert found == pytest.approx(100 * (expected - 1))
        assert high - low == pytest.approx(100 * 2 * 1.96 * np.sqrt(0.25 / n), rel=0.2)
    assert table.difference(base, base, "uar") == [0, 0, 0]


def test_an_interval_holds_what_seeds_differ_in(table):
    base = dict.fromkeys(range(4), scored(table, np.ones(N_SAMPLES, bool)))
    # Every group is alike, so that only seeds differ: 10 or 30 points below.
    seeds = {seed: scored(table, np.arange(N_SAMPLES) % 10 >= n) for seed, n in enumerate([1, 1, 3, 3])}
    found, low, high = table.difference(seeds, base, "uar")
    assert found == pytest.approx(-20)
    assert (low, high) == (pytest.approx(-30, abs=0.1), pytest.approx(-10, abs=0.1))


def test_a_balanced_score_divides_by_the_shares_that_a_row_expects(table):
    shares = np.tile([0.8, 0.2], (N_SAMPLES, 1))
    judged = table.Judged(CODES, GROUPS, np.eye(2)[CODES], shares, {})
    proba = np.where(CODES[:, None] == 0, [0.9, 0.1], [0.6, 0.4])
    predicted = table.Predicted(proba, proba, np.full((N_SAMPLES, 2), 0.5))
    scores = table.score("row", judged, table.draw_groups(N_GROUPS), predicted).scores
    assert (scores["uar"], scores["balanced"], scores["own_balanced"]) == (50, 100, 50)


def test_a_task_is_won_or_lost_where_the_interval_leaves_out_zero(table):
    name = "uar to all views"
    intervals = [(-3, -5, -1), (2, 1, 3), (1, -1, 3), (-1, -3, 0.5)]
    index = pd.MultiIndex.from_tuples([(task, "table", "other") for task in "abcd"])
    index.names = ["task", "family", "row"]
    rows = pd.DataFrame(intervals, index, columns=[name, f"{name}, low", f"{name}, high"])
    own = rows.assign(**dict.fromkeys(rows, 0)).rename(index={"other": "all views"})
    found = table.duels(pd.concat([rows, own]).assign(trainings=1, seconds=1), "uar")
    assert found.loc[("table", "other"), ["win", "tie", "loss"]].tolist() == [1, 2, 1]


def test_a_row_of_the_file_stays_where_fewer_of_its_seeds_are_stored(table, tmp_path):
    def made(rows):
        names = ["task", "family", "row"]
        index = pd.MultiIndex.from_tuples([(task, "table", row) for task, row, _, _ in rows], names=names)
        return pd.DataFrame({"seeds": [row[2] for row in rows], "uar": [row[3] for row in rows]}, index)

    path = tmp_path / "evidence.csv"
    made([("mushra", "a", 5, 50.0), ("mushra", "b", 1, 40.0), ("mushra", "c", 3, 30.0)]).to_csv(path)
    stored = [
        ("mushra", "b", 3, 41.0),
        ("mushra", "c", 2, 31.0),
        ("five_votes", "a", 1, 60.0),
        ("mushra", "d", 1, 9.0),
    ]
    found = table.with_earlier_rows(made(stored), path)
    assert found["uar"].tolist() == [50, 41, 30, 9, 60]
    assert found.index.get_level_values("row").tolist() == ["a", "b", "c", "d", "a"]
    assert table.with_earlier_rows(made(stored), tmp_path / "none.csv").equals(made(stored))


def test_what_is_best_on_half_of_the_tasks_is_confirmed_on_the_others(table):
    scores = pd.DataFrame([[5, 5, 5, 5], [1, 9, 1, 1]], ["even", "once"], list("abcd"))
    # "once" has the mean 5, too, on a half with "b", so the first of the two is best.
    assert table.decide_on_halves(scores).to_dict("index") == {"even": {"best": 6, "confirmed": 6}}
    scores.loc["once", "b"] = 10
    found = table.decide_on_halves(scores).to_dict("index")
    assert found == {"even": {"best": 3, "confirmed": 0}, "once": {"best": 3, "confirmed": 0}}
    assert table.decide_on_halves(scores[["a"]]).empty


def test_the_default_is_decided_on_halves_of_the_tasks_as_the_findings_say(table, project):
    evidence = pd.read_csv(project / "benchmarks" / "results" / "evidence.csv").set_index(
        ["task", "family", "row"]
    )
    by_uar, balanced = (table.fusions_on_halves(evidence, name) for name in ("uar", "own_balanced"))
    assert by_uar.loc["all views"].tolist() == [70, 70]
    best, confirmed = balanced.loc["all views"]
    findings = " ".join((project / "benchmarks" / "README.md").read_text(encoding="utf-8").split())
    assert f"balanced on {best} of 70, and then on the other half in {confirmed}." in findings


def test_figures_of_the_guide_are_measured(project):
    from sklearn_raters.guide import front_ends, which_method

    results = project / "benchmarks" / "results"
    rows = pd.read_csv(results / "evidence.csv")
    table = rows[rows["family"] == "table"].set_index(["task", "row"])
    crowd = table.loc["two_conventions"]["uar"]
    gains = [round(crowd[name] - crowd["all views"]) for name in ("truth_stack", "annot_mix")]
    assert f"{gains[0]} and {gains[1]} points above the stack" in which_method.__doc__
    stack = table.xs("truth_stack", level="row")
    behind = stack[stack["own_balanced to all views, high"] < 0]["own_balanced to all views"]
    behind = behind[~behind.index.isin(CROWDS)]
    assert behind.round(1).to_dict() == {"convabuse binary": -1.0}
    assert "on one task (abuse in two classes, a point behind)" in which_method.__doc__
    speakers = pd.read_csv(results / "new_speakers.csv")
    table = speakers[(speakers["corpus"] == "speechocean762") & (speakers["model"] == "table")]
    uar = 100 * table.set_index(["scaled", "shown"])["uar"]
    fell = f"fell from {uar['unscaled', '1']:.1f} to {uar['by SpeakerScaler', 'all']:.1f} %"
    assert fell in front_ends.__doc__.replace("\n", " ")
