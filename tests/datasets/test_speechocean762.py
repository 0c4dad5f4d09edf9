"""load_speechocean762 on the recorded subset, and on small corpora in both layouts."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from made import check_corpus
from sklearn_raters.datasets import load_speechocean762
from sklearn_raters.exceptions import InputError

SCORES = {
    "000010011": {"prosodic": [10, 9, 8.5, 7, 6.5], "total": [8.9, 9.0, 6.9, 5.0, 4.9]},
    "000010035": {"prosodic": [8, 8, 8, 5, 0], "total": [10, 0, 7.0, 8.9, 9.1]},
    "000030012": {"prosodic": [4, 4, 5, 6, None], "total": [1, 2, 3, 4, 5]},
}
SPEAKERS = {"000010011": "0001", "000010035": "0001", "000030012": "0003"}
PARTS = {"train": ["000030012"], "test": ["000010011", "000010035"]}


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "resource").mkdir()
    (tmp_path / "resource/scores-detail.json").write_text(json.dumps(SCORES))
    for part, names in PARTS.items():
        folder = tmp_path / part
        folder.mkdir()
        wav = [f"{name}\tWAVE/SPEAKER{SPEAKERS[name]}/{name}.WAV\n" for name in names]
        (folder / "wav.scp").write_text("".join(wav))
        (folder / "utt2spk").write_text("".join(f"{name} {SPEAKERS[name]}\n" for name in names))
        speaker = SPEAKERS[names[0]]
        (folder / "spk2gender").write_text(f"{speaker} {'m' if speaker == '0001' else 'f'}\n")
        (folder / "spk2age").write_text(f"{speaker} 6\n")
    for name, speaker in SPEAKERS.items():
        path = tmp_path / f"WAVE/SPEAKER{speaker}/{name}.WAV"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF")
    return tmp_path


@pytest.fixture
def subset(tmp_path):
    rows = ["utterance,speaker,gender,rater,accuracy,fluency,prosodic,completeness,total"]
    for name, speaker in SPEAKERS.items():
        for position in range(5):
            prosodic, total = (SCORES[name][task][position] for task in ("prosodic", "total"))
            score = "" if prosodic is None else prosodic
            rows.append(f"{name},{speaker},m,expert{position + 1},5,8,{score},1.0,{total}")
    (tmp_path / "ratings.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "flac").mkdir()
    for name in SPEAKERS:
        (tmp_path / "flac" / f"{name}.flac").write_bytes(b"fLaC")
    return tmp_path


def test_the_recorded_subset_has_the_published_counts(speechocean762):
    corpus = load_speechocean762(speechocean762)
    assert corpus.Y.shape == (1010, 5)
    assert list(corpus.Y.columns) == [f"expert{k}" for k in range(1, 6)]
    assert corpus.classes == ["poor", "unstable", "good", "excellent"]
    assert set(Counter(corpus.speakers).values()) == {10}
    assert len(set(corpus.speakers)) == 101
    assert all(name.startswith("0" + s) for name, s in zip(corpus.Y.index, corpus.speakers, strict=True))
    assert Counter(corpus.genders) == {"f": 560, "m": 450}
    assert all(Path(path).stat().st_size for path in corpus.X[::100])

    majority = corpus.consensus[corpus.consensus != None]  # noqa: E711
    assert round(100 * len(majority) / 1010) == 79
    shares = {label: round(100 * n / len(majority)) for label, n in Counter(majority).items()}
    assert shares == {"poor": 8, "unstable": 15, "good": 48, "excellent": 29}
    unanimous = corpus.Y.nunique(axis=1) == 1
    assert round(100 * unanimous.mean(), 1) == 3.5
    excellent = 100 * (corpus.Y == "excellent").mean()
    assert round(excellent["expert1"]) == 44
    assert round(excellent["expert5"]) == 2


def test_both_layouts_of_a_corpus_give_the_same_ratings(archive, subset):
    # Both fixtures write into one folder, so the subset's table is deleted after reading.
    table = load_speechocean762(subset)
    (subset / "ratings.csv").unlink()
    whole = load_speechocean762(archive)
    assert list(table.Y.index) == ["000010011", "000010035", "000030012"]
    assert list(whole.Y.index) == ["000030012", "000010011", "000010035"]
    assert whole.Y.loc[table.Y.index].equals(table.Y)
    assert table.speakers.tolist() == ["0001", "0001", "0003"]
    assert whole.speakers.tolist() == ["0003", "0001", "0001"]
    assert whole.genders.tolist() == ["f", "m", "m"]
    assert whole.X[0] == str(archive / "WAVE/SPEAKER0003/000030012.WAV")
    assert table.X[0] == str(subset / "flac/000010011.flac")


def test_scores_are_cut_by_hand(archive):
    corpus = load_speechocean762(archive)
    check_corpus(corpus)
    assert corpus.Y.loc["000010011"].tolist() == ["excellent", "excellent", "good", "good", "unstable"]
    assert corpus.Y.loc["000010035"].tolist() == ["good", "good", "good", "unstable", "poor"]
    assert corpus.Y.loc["000030012"].tolist()[:4] == ["poor", "poor", "unstable", "unstable"]
    assert corpus.Y.isna().sum().sum() == 1
    assert corpus.consensus.tolist() == [None, None, "good"]
    assert corpus.sessions.tolist() == corpus.speakers.tolist()
    assert corpus.label_map is None


def test_a_score_equal_to_a_cut_belongs_to_the_class_above(archive):
    Y = load_speechocean762(archive, "total").Y
    assert Y.loc["000010011"].tolist() == ["good", "excellent", "unstable", "unstable", "poor"]
    assert Y.loc["000010035"].tolist() == ["excellent", "poor", "good", "good", "excellent"]


def test_cuts_of_another_rubric(subset):
    assert set(load_speechocean762(subset, "fluency").Y.to_numpy().ravel()) == {"good"}
    by_own_rubric = load_speechocean762(subset, "fluency", cuts=(4, 6, 8))
    assert set(by_own_rubric.Y.to_numpy().ravel()) == {"excellent"}
    assert "unstable from 4, good from 6" in by_own_rubric.DESCR


def test_older_archives_have_the_scores_at_the_root(archive):
    (archive / "resource/scores-detail.json").rename(archive / "scores-detail.json")
    assert load_speechocean762(archive).Y.shape == (3, 5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"task": "completeness"}, r"task must be one of prosodic.*not 'completeness'"),
        ({"cuts": (5, 7)}, "cuts must be three rising scores"),
        ({"cuts": (5, 5, 7)}, "cuts must be three rising scores"),
        ({"cuts": (7, 5, 9)}, "cuts must be three rising scores"),
        ({"cuts": (5, float("nan"), 9)}, "cuts must be three rising scores"),
        ({"cuts": (5, 7, float("inf"))}, "cuts must be three rising scores"),
        ({"cuts": ("5", "7", "9")}, "cuts must be three rising scores"),
    ],
)
def test_wrong_parameters_are_named_before_files_are_read(settings, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        load_speechocean762(tmp_path / "nowhere", **settings)


@pytest.mark.parametrize(
    ("place", "message"),
    [("nowhere", "no folder .*nowhere; give the folder"), ("WAVE", "neither ratings.csv nor train/; give")],
)
def test_wrong_folders_are_named(archive, place, message):
    with pytest.raises(FileNotFoundError, match=message):
        load_speechocean762(archive / place)


def test_missing_and_empty_files_are_named(archive):
    (archive / "WAVE/SPEAKER0001/000010011.WAV").write_bytes(b"")
    with pytest.raises(ValueError, match=r"Empty audio files, of 0 bytes \(1\): .*000010011.WAV'; copy"):
        load_speechocean762(archive)
    (archive / "WAVE/SPEAKER0001/000010011.WAV").unlink()
    with pytest.raises(FileNotFoundError, match=r"an audio file \(1\): .*000010011.WAV'; copy"):
        load_speechocean762(archive)
    (archive / "test/utt2spk").unlink()
    with pytest.raises(FileNotFoundError, match=r"no file .*utt2spk; copy it again"):
        load_speechocean762(archive)


def test_scores_that_are_no_text_are_an_error(archive):
    path = archive / "resource" / "scores-detail.json"
    content = bytearray(path.read_bytes())
    content[5] = 0xA9
    path.write_bytes(content)
    with pytest.raises(InputError, match="is not a complete JSON file"):
        load_speechocean762(archive)


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("resource/scores-detail.json", "", r"scores-detail.json is empty \(0 bytes\)"),
        ("resource/scores-detail.json", '{"000010011": {"pro', "is not a complete JSON file"),
        ("resource/scores-detail.json", "version https://git-lfs.github.com/spec/v1\n", "lfs pull"),
        ("resource/scores-detail.json", "{}", "3 utterances of wav.scp have no scores"),
        ("train/utt2spk", "000010011 0001\n", "1 utterances.*no speaker in utt2spk: '000030012'"),
        ("train/wav.scp", "000010011\n", "wav.scp gives no value for '000010011'"),
    ],
)
def test_broken_files_of_the_archive(archive, path, text, message):
    (archive / path).write_text(text)
    with pytest.raises(ValueError, match=message):
        load_speechocean762(archive)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([1, 2, 3], "no list of 5 prosodic scores for '000010035'"),
        (None, "no list of 5 prosodic scores for '000010035'"),
        ([1, 2, 3, 4, 11], "expert5 scores utterance 000010035 11; scores lie between 0 and 10"),
    ],
)
def test_broken_scores(archive, scores, message):
    broken = SCORES | {"000010035": {"prosodic": scores}}
    (archive / "resource/scores-detail.json").write_text(json.dumps(broken))
    with pytest.raises(ValueError, match=message):
        load_speechocean762(archive)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("prosodic", "prosody", "lacks the columns prosodic; it has utterance, speaker"),
        ("expert2", "expert1", "two scores of utterance 000010011 by expert1"),
        ("1.0,", '"1.0,', "cannot be read as CSV"),
        ("10,1.0", "ten,1.0", "holds 'ten' as a prosodic score of utterance 000010011 by expert1"),
    ],
)
def test_broken_tables_of_the_subset(subset, old, new, message):
    path = subset / "ratings.csv"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=message):
        load_speechocean762(subset)


def test_a_table_without_rows_is_an_error(subset):
    path = subset / "ratings.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    with pytest.raises(ValueError, match="has no rows"):
        load_speechocean762(subset)


def test_speakers_and_sessions_share_no_memory(subset):
    corpus = load_speechocean762(subset)
    assert not np.shares_memory(corpus.speakers, corpus.sessions)
