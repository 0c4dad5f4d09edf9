"""The evaluation: its rows and folds, several seeds, a time limit, and what it prints and writes."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_raters import cli
from sklearn_raters.cli import _duration, _jobs
from sklearn_raters.cli._corpus import evaluation_folds, open_corpus
from sklearn_raters.cli._evaluation import plan_evaluation
from sklearn_raters.cli._front_end import SETS, Features, speakers_to_scale_by
from sklearn_raters.cli._jobs import scale_for
from sklearn_raters.cli._parser import parse
from sklearn_raters.cli._seeds import over_seeds
from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets import make_rated_speech
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import class_recalls
from sklearn_raters.networks import BLSTMClassifier, RaterNetClassifier
from sklearn_raters.persistence import load

N, RATERS = 60, ("w1", "w2", "w3")


@pytest.fixture
def plan(tmp_path):
    """Return a function from options to the plan of an evaluation, and its corpus of no real audio."""
    truth = np.random.default_rng(0).choice(["sad", "glad"], N)
    for n in range(N):
        (tmp_path / f"c{n:02d}.wav").write_bytes(b"audio")

    def plan(*words, raters=RATERS):
        votes = [f"c{n:02d},{rater},{truth[n]},s{n % 12}" for n in range(N) for rater in raters]
        (tmp_path / "votes.csv").write_text("\n".join(["sample,rater,label,speaker", *votes]))
        data = ["--ratings", str(tmp_path / "votes.csv"), "--audio", str(tmp_path), "--min-ratings=5"]
        options = parse(["evaluate", *data, *words])
        with open_corpus(options) as corpus:
            return plan_evaluation(options, corpus), corpus

    return plan


def test_the_rows_are_views_networks_of_raters_and_classifiers_on_functionals(plan):
    names = ["crowd-hard", "crowd-soft", *RATERS, "crowd pair", "all views", "mean of posteriors"]
    found = plan()[0]
    frames, functionals = Features("frames", {"new": "other frames"}), Features("functionals", {})
    features = {"frames": frames, "functionals": functionals}
    assert list(found.models(features)) == [*names, "logistic regression", "logistic stack"]
    assert found.baseline == "crowd-hard"
    found = plan("--models", "annot_mix,logistic_stack,crowd_layer", "--epochs=3", "--class-weight=none")[0]
    models = found.models(features)
    assert list(models) == ["annot_mix", "crowd_layer", "logistic stack"]
    assert found.baseline is None
    (network, *own), (stack, *given) = models["annot_mix"], models["logistic stack"]
    assert own == ["frames", {"new": "other frames"}]
    assert isinstance(network, RaterNetClassifier)
    assert (network.raters, network.max_epochs, network.learning_rate) == ("annot_mix", 3, "auto")
    assert (given, stack.estimator) == (["functionals", {}], None)
    assert stack.views == ["crowd_hard", "crowd_soft", *RATERS]


def test_classifiers_on_functionals_get_the_settings_of_the_networks(plan):
    words = ["--alpha=0.5", "--seed=3", "--fusion=mixture", "--class-weight=none", "--views=crowd_hard,w2"]
    found = plan(*words)[0]
    networks, stack = found.on_frames["all views"], found.on_functionals["logistic stack"]
    assert isinstance(networks.estimator, BLSTMClassifier)
    for name, value in networks.get_params(deep=False).items():
        if name != "estimator":
            assert getattr(stack, name) == value, name
    alone = found.on_functionals["logistic regression"]
    assert (alone.views, alone.fusion) == (["crowd_hard"], "mean")
    assert found.on_frames["crowd-hard"].fusion == "mean"


def test_fine_tuning_is_for_networks_and_the_other_stack_says_what_it_takes(plan, capsys):
    assert plan("--fusion=fine_tune")[0].on_functionals["logistic stack"].fusion == "pool"
    assert "logistic stack: fused by pool" in capsys.readouterr().err


def test_unknown_models_and_a_rater_called_as_a_model_are_refused(plan, capsys):
    with pytest.raises(SystemExit):
        parse(["evaluate", "--models", "views,crowdlayer"])
    assert "crowd_layer" in capsys.readouterr().err
    with pytest.raises(InputError, match="A rater is called 'logistic stack'"):
        plan(raters=["logistic stack", "w2"])


@pytest.mark.parametrize(
    ("words", "described", "groups"),
    [
        ([], "5 folds of utterances with similar shares of the classes", False),
        (["--folds=4", "--speaker-column=speaker"], "4 folds of speakers with similar", True),
        (["--folds=12", "--speaker-column=speaker"], "each of 12 speakers left out", True),
    ],
)
def test_folds_that_are_not_sessions_are_stratified_by_the_consensus(plan, words, described, groups):
    found, corpus = plan("--models=logistic", *words)
    assert found.description.startswith(described)
    labels = hard_labels(corpus.task)
    share = np.mean([label == "sad" for label in labels])
    for train, test in found.folds:
        if groups:
            assert not set(corpus.sessions[train]) & set(corpus.sessions[test])
        if "similar" in described:
            assert abs(np.mean([label == "sad" for label in labels[test]]) - share) < (0.2 if groups else 0.1)
    assert sorted(np.concatenate([test for _, test in found.folds])) == list(range(N))


def test_the_folds_of_every_seed_are_those_of_the_first(plan):
    first, corpus = plan("--models=logistic")
    other = parse(["evaluate", "--models=logistic", "--seed=9", "--min-ratings=5"])
    again = plan_evaluation(other, corpus, (first.folds, first.description))
    assert again.folds is first.folds
    assert again.on_functionals["logistic regression"].random_state == 9
    assert [test.tolist() for _, test in evaluation_folds(other, corpus)[0]] != [
        test.tolist() for _, test in first.folds
    ]


def test_seeds_give_means_their_spread_and_an_interval_over_groups():
    rng = np.random.default_rng(0)
    truth = np.array(["a", "b", None] * 40, dtype=object)
    groups, results = np.repeat(range(12), 10), []
    for _ in range(3):
        predictions = pd.DataFrame({"consensus": truth})
        rows = {}
        for name, hit in [("crowd-hard", 0.6), ("all views", 0.9)]:
            right = rng.random(120) < hit
            predictions[name] = np.where(
                right, np.where(truth == "a", "a", "b"), np.where(truth == "a", "b", "a")
            )
            known = predictions["consensus"].notna()
            recalls = class_recalls(truth[known], predictions[name][known].to_numpy(), labels=["a", "b"])
            rows[name] = {"uar": recalls.mean(), "difference": np.nan, "low": np.nan, "high": np.nan}
        table = pd.DataFrame.from_dict(rows, orient="index")
        results.append(SimpleNamespace(table=table, predictions=predictions))
    table = over_seeds(results, ["a", "b"], groups, "crowd-hard", 0)
    uars = pd.DataFrame([result.table["uar"] for result in results])
    assert table["uar"].tolist() == pytest.approx(uars.mean().tolist())
    assert table["uar_sd"].tolist() == pytest.approx(uars.std(ddof=1).tolist())
    gain = table.loc["all views"]
    assert gain["difference"] == pytest.approx(table["uar"]["all views"] - table["uar"]["crowd-hard"])
    assert gain["low"] < gain["difference"] < gain["high"]
    # Seeds of one sample are no further samples: the interval is as wide as that of their mean.
    alone = over_seeds(results[:1] * 3, ["a", "b"], groups, "crowd-hard", 0).loc["all views"]
    assert alone["uar_sd"] == 0
    single = over_seeds(results[:1] * 9, ["a", "b"], groups, "crowd-hard", 0).loc["all views"]
    assert (alone[["low", "high"]] == single[["low", "high"]]).all()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluated") / "made"
    return make_rated_speech(folder, n_sessions=2, n_utterances=48, random_state=0)


@pytest.fixture(scope="module")
def run_words(made):
    words = ["--corpus", "iemocap", "--root", str(made), "--cache", str(made.parent / "cache"), "--n-jobs=1"]
    return [*words, "--epochs=1", "--views=crowd_hard", "--classes=neutral,anger"]


def test_a_run_that_the_time_limit_stops_writes_nothing_and_the_same_command_continues(
    run_words, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(_duration, "_FEW", 0)
    words = ["evaluate", *run_words, "--models=views", "--out", str(tmp_path / "table.csv")]
    assert cli.main([*words, "--time-limit=1e-9"]) == 4
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert "The trainings take about" in errors
    assert "Stopped after --time-limit 1e-09" in errors.splitlines()[-1]
    assert not list(tmp_path.iterdir())
    assert cli.main([*words[:-2], "--out", str(tmp_path / "t.csv"), "--time-limit=9"]) == 0
    assert (tmp_path / "t.csv").is_file()
    assert cli.main(["evaluate", "--time-limit=5"]) == 2
    assert "needs --cache" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "by_speaker"),
    [
        ([], True),
        (["--scaling=training"], False),
        (["--corpus=speechocean762", "--root=x"], False),
        (["--corpus=speechocean762", "--root=x", "--scaling=speaker"], True),
        (["--ratings=votes.csv", "--audio=x"], True),
    ],
)
def test_features_are_scaled_by_speaker_unless_their_classes_are_the_speakers_own(words, by_speaker):
    corpus = SimpleNamespace(speakers=["ann", "bob"])
    found = speakers_to_scale_by(parse(["evaluate", *words]), corpus)
    assert found == (corpus.speakers if by_speaker else None)


@pytest.mark.parametrize("scaling", ["speaker", "training"])
def test_what_differs_between_speakers_is_scaled_away_or_kept(plan, scaling):
    words = ["--models=logistic", "--speaker-column=speaker", f"--scaling={scaling}"]
    found, corpus = plan(*words)
    of_speaker = np.unique(corpus.speakers, return_inverse=True)[1]
    X = of_speaker[:, None] + np.random.default_rng(0).normal(0, 0.1, (N, 2))
    scaled = scale_for(
        parse(["evaluate", "--ratings=votes.csv", "--audio=x", *words]), found, corpus, {"functionals": X}
    )["functionals"]
    means = [scaled.X[of_speaker == one].mean() for one in range(of_speaker.max() + 1)]
    assert np.ptp(means) == pytest.approx(0, abs=1e-6) if scaling == "speaker" else np.ptp(means) > 2
    assert list(scaled.conditions) == (["new_speaker"] if scaling == "speaker" else [])


def test_only_the_features_that_the_models_need_are_computed(run_words, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(SETS, "frames", None)
    monkeypatch.setattr(_duration, "_FEW", 0)
    words = ["evaluate", *run_words, "--out", str(tmp_path / "table.csv")]
    assert cli.main([*words, "--models=logistic"]) == 0
    printed, errors = capsys.readouterr()
    assert "logistic regression" in printed
    assert "lld45" not in errors
    assert re.search(r"The trainings take about \S+ s in one process, less what --cache holds: ", errors)


def test_json_holds_the_table_its_meaning_and_the_files_and_quiet_says_nothing_else(
    run_words, tmp_path, capsys, no_pictures
):
    files = ["--out", str(tmp_path / "table.csv"), "--save-model", str(tmp_path / "model.bin")]
    files += ["--report", str(tmp_path / "page.html")]
    models = ["--models=views,logistic,logistic_stack,crowd_layer", "--seeds=2", "--model=crowd_layer"]
    assert cli.main(["evaluate", *run_words, *files, *models, "--json", "--quiet"]) == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    result = json.loads(printed)
    table = pd.read_csv(tmp_path / "table.csv")
    names = ["crowd-hard", "crowd_layer", "logistic regression", "logistic stack"]
    assert [row["model"] for row in result["models"]] == table["model"].tolist() == names
    assert [row["uar"] for row in result["models"]] == pytest.approx(table["uar"].tolist())
    assert table["uar_sd"].notna().all()
    assert result["baseline"] == "crowd-hard"
    assert result["meaning"].count(". ") == 1
    assert 0 < result["seconds"]["audio"] < result["seconds"]["run"]
    assert isinstance(load(tmp_path / "model.bin")[-1], RaterNetClassifier)
    assert {path.name for path in tmp_path.iterdir()} == {"table.csv", "table.toml", "model.bin", "page.html"}
    assert set(result["files"].values()) == {str(path) for path in tmp_path.iterdir()}
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    of_one = "Of seed 0 alone; the scores above are means over the seeds 0 to 1."
    assert page.count(f'<p class="note">{of_one}</p>') == 2
    assert page.count(f'<p class="note">Answers of models: {of_one}</p>') == 2
    config = parse(["evaluate", "--config", str(tmp_path / "table.toml")])
    assert (config.seeds, config.model, config.views) == (2, "crowd_layer", ["crowd_hard"])


def test_a_rater_who_is_called_as_a_column_of_predictions_is_refused_before_audio_is_read(plan):
    for name in ("fold", "votes", "consensus"):
        with pytest.raises(InputError, match=f"A rater is called '{name}', .*: rename the rater. Reserved"):
            plan("--models", "views", raters=("w1", name))


def test_the_files_are_written_where_the_table_cannot_be_printed(run_words, tmp_path, capsys, monkeypatch):
    def fail(*given):
        raise UnicodeEncodeError("charmap", "гнев", 0, 4, "the encoding lacks these letters")

    monkeypatch.setattr(_jobs, "print_comparison", fail)
    assert cli.main(["evaluate", *run_words, "--models=views", "--out", str(tmp_path / "table.csv")]) == 2
    assert "the encoding lacks these letters" in capsys.readouterr().err
    assert pd.read_csv(tmp_path / "table.csv")["model"].tolist() == ["crowd-hard"]
