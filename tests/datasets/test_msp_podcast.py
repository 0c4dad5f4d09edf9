"""load_msp_podcast on small trees of each published shape."""

import json

import pandas as pd
import pytest

from made import check_corpus
from sklearn_raters._align import align_samples
from sklearn_raters.datasets import load_msp_podcast
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import Task

CONSENSUS = """FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set
MSP-PODCAST_0001_0008.wav,H,5.2,4.4,4.0,12,Male,Train
MSP-PODCAST_0001_0019.wav,X,3.0,3.5,3.25,Unknown,Female,Train
MSP-PODCAST_0023_0003.wav,O,4.0,NaN,4.0,7,Female,Test1
"""
NAMES = ["MSP-PODCAST_0001_0008.wav", "MSP-PODCAST_0001_0019.wav", "MSP-PODCAST_0023_0003.wav"]
# File, rater, primary emotion, further emotions.
RATINGS = [
    (NAMES[0], "WORKER00000002", "Happy", "Happy,Excited"),
    (NAMES[0], "WORKER00000001", "Happy", "Happy"),
    (NAMES[0], "WORKER00000003", "Other-(glad; a bit)", "Other-(glad; a bit),Amused"),
    (NAMES[1], "WORKER00000001", "Neutral", "Neutral"),
    (NAMES[1], "WORKER00000002", "Sad", ""),
    (NAMES[2], "WORKER00000003", "Other", "Concerned"),
    (NAMES[2], "WORKER00000001", "Contempt", "Disgust,Annoyed"),
]


def as_json():
    detail = {}
    for name, rater, major, second in RATINGS:
        scores = {"EmoAct": 5.0, "EmoDom": 4.0, "EmoVal": 4.0}
        entry = {"EmoClass_Major": major, "EmoClass_Second": second, **scores}
        detail.setdefault(name, {})[rater] = entry
    return json.dumps(detail)


def as_table():
    head = "FileName,Workers,EmoClass_Major,EmoClass_Second,EmoAct,EmoDom,EmoVal"
    rows = [f'{name},{rater},"{major}","{second}",5.0,4.0,4.0' for name, rater, major, second in RATINGS]
    return "\n".join([head, *rows]) + "\n"


def as_details():
    rows = [
        f'{name},"{rater}; {major}; {second}; A:5.0; V:4.0; D:4.0;"' for name, rater, major, second in RATINGS
    ]
    return "\n".join(["FileName,EmoDetail", *rows]) + "\n"


def as_details_by_file():
    cells = {}
    for name, rater, major, second in RATINGS:
        cells.setdefault(name, []).append(f"{rater}; {major}; {second}; A:5.0; V:4.0; D:4.0;")
    rows = [f'{name},"{" ".join(ratings)}"' for name, ratings in cells.items()]
    return "\n".join(["FileName,EmoDetail", *rows]) + "\n"


SHAPES = {
    "json": ("labels_detailed.json", as_json),
    "workers": ("labels_detailed.csv", as_table),
    "details": ("labels_detailed.csv", as_details),
    "details by file": ("labels_detailed.csv", as_details_by_file),
}


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "Labels").mkdir()
    (tmp_path / "Labels/labels_consensus.csv").write_text(CONSENSUS)
    (tmp_path / "Labels/labels_detailed.csv").write_text(as_table())
    (tmp_path / "Audios").mkdir()
    for name in NAMES:
        (tmp_path / "Audios" / name).write_bytes(b"RIFF")
    return tmp_path


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_votes(tree, shape):
    (tree / "Labels/labels_detailed.csv").unlink()
    name, write = SHAPES[shape]
    (tree / "Labels" / name).write_text(write())
    Y = load_msp_podcast(tree).Y
    assert Y.index.tolist() == NAMES
    assert Y.columns.tolist() == [f"WORKER0000000{k}" for k in (1, 2, 3)]
    assert Y.fillna("").to_numpy().tolist() == [
        ["happiness", "happiness", "other"],
        ["neutral", "sadness", ""],
        ["contempt", "", "other"],
    ]


def test_fields_come_from_the_consensus_table(tree):
    corpus = load_msp_podcast(tree)
    check_corpus(corpus)
    assert [str(tree / "Audios" / name) for name in NAMES] == corpus.X
    assert corpus.consensus.tolist() == ["happiness", None, "other"]
    assert corpus.speakers.tolist() == ["12", "unknown in MSP-PODCAST_0001", "7"]
    assert corpus.sessions.tolist() == corpus.speakers.tolist()
    assert corpus.genders.tolist() == ["male", "female", "female"]
    assert corpus.splits.tolist() == ["Train", "Train", "Test1"]
    assert corpus.activation.tolist() == [5.2, 3.0, 4.0]
    assert str(corpus.valence.tolist()) == "[4.4, 3.5, nan]"
    assert corpus.classes == [
        "anger",
        "contempt",
        "disgust",
        "fear",
        "happiness",
        "neutral",
        "sadness",
        "surprise",
    ]
    assert corpus.dropped == {"repeated": 0, "unlabelled": 0, "unknown file": 0}


def test_older_releases_spell_the_consensus_otherwise(tree):
    (tree / "Labels/labels_consensus.csv").rename(tree / "labels_concensus.csv")
    assert len(load_msp_podcast(tree).X) == 3


def test_parts_and_samples_without_agreement(tree):
    corpus = load_msp_podcast(tree, splits=["Train"], no_agreement="drop")
    assert corpus.Y.index.tolist() == NAMES[:1]
    with pytest.raises(InputError, match=r"splits names 'Validation'.*the parts 'Test1', 'Train'"):
        load_msp_podcast(tree, splits=["Train", "Validation"])
    with pytest.raises(InputError, match="splits names nothing"):
        load_msp_podcast(tree, splits=[])


def test_votes_for_other_can_be_no_votes(tree):
    corpus = load_msp_podcast(tree, label_map={"other": None, "contempt": "disgust"})
    assert corpus.classes == ["anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"]
    task = Task(corpus.Y, corpus.classes, corpus.label_map)
    assert len(task.votes.label) == 5
    assert task.counts[2].tolist() == [0, 1, 0, 0, 0, 0, 0]


def test_votes_hold_the_same_as_the_table(tree):
    table, votes = (load_msp_podcast(tree, as_frame=kind) for kind in (True, False))
    settings = (table.classes, table.label_map)
    assert Task(votes.Y, *settings).counts.tolist() == Task(table.Y, *settings).counts.tolist()
    assert votes.Y.raters == table.Y.columns.tolist()
    assert load_msp_podcast(tree, as_frame=False, no_agreement="drop").Y.n_samples == 2


def test_votes_name_their_samples_as_the_table_does(tree):
    for agreement in ("keep", "drop"):
        table, votes = (
            load_msp_podcast(tree, as_frame=kind, no_agreement=agreement).Y for kind in (True, False)
        )
        assert votes.index.equals(table.index)
    X = pd.DataFrame({"energy": [0.1, 0.2]}, index=table.index[::-1])
    assert align_samples(X=X, Y=votes)[1].index.equals(X.index)


def test_a_table_of_all_raters_is_refused_where_it_would_not_fit(tree, monkeypatch):
    monkeypatch.setattr("sklearn_raters.datasets._emotion_corpus._MOST_CELLS", 8)
    with pytest.raises(InputError, match=r"3 samples by 3 raters.*set as_frame=False"):
        load_msp_podcast(tree)


def test_the_first_of_two_ratings_counts(tree):
    path = tree / "Labels/labels_detailed.csv"
    path.write_text(path.read_text() + f"{NAMES[0]},WORKER00000001,Angry,Angry,1,1,1\n")
    corpus = load_msp_podcast(tree)
    assert corpus.Y.loc[NAMES[0], "WORKER00000001"] == "happiness"
    assert corpus.dropped["repeated"] == 1


def test_a_rating_after_none_counts(tree):
    path = tree / "Labels/labels_detailed.csv"
    head, ratings = path.read_text().split("\n", 1)
    path.write_text(f"{head}\n{NAMES[0]},WORKER00000001,,,1,1,1\n{ratings}")
    corpus = load_msp_podcast(tree)
    assert corpus.Y.loc[NAMES[0], "WORKER00000001"] == "happiness"
    assert corpus.dropped == {"repeated": 0, "unlabelled": 1, "unknown file": 0}


def test_ratings_of_files_that_the_consensus_lacks_are_counted_in_a_warning(tree):
    path = tree / "Labels/labels_detailed.csv"
    path.write_text(path.read_text() + "MSP-PODCAST_0099_0001.wav,WORKER00000001,Angry,Angry,1,1,1\n")
    with pytest.warns(InputWarning, match=r"1 ratings of files that .*labels_consensus.csv does not name"):
        corpus = load_msp_podcast(tree)
    assert corpus.dropped["unknown file"] == 1
    assert len(corpus.X) == 3


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("consensus.csv", ",H,", ",Q,", r"consensus.csv:2 has the EmoClass 'Q'.*O \(other\).*X \(none\)"),
        ("consensus.csv", "5.2", "high", r"consensus.csv:2 has 'high' as EmoAct; expected a number"),
        ("consensus.csv", ",12,", ",,", r"consensus.csv:2 has nothing as SpkrID"),
        ("consensus.csv", "_0019", "_0008", r"consensus.csv:3 holds MSP-PODCAST_0001_0008.wav again"),
        ("consensus.csv", "EmoClass", "Emotion", r"no column for EmoClass='EmoClass'"),
        ("detailed.csv", "Sad", "Gloomy", r"detailed.csv:6 has the EmoClass_Major 'Gloomy'.*expected one of"),
        ("detailed.csv", "Workers", "Worker", r"detailed.csv has no column for Workers='Workers'"),
        ("detailed.csv", ',WORKER00000001,"N', ',,"N', r"detailed.csv:5 names no rater"),
    ],
)
def test_a_damaged_row_is_named_by_line_and_field(tree, file, old, new, message):
    path = tree / f"Labels/labels_{file}"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        load_msp_podcast(tree)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not a complete JSON file"),
        ("[1]", r"holds a list; expected \{\"MSP-PODCAST"),
        ('{"a.wav": {"W1": {"EmoAct": 1}}}', r"no field EmoClass_Major for 'a.wav', 'W1'"),
        ('{"a.wav": [{"EmoClass_Major": "H"}]}', r"no field EmoClass_Major for 'a.wav'"),
    ],
)
def test_a_damaged_json_file_is_refused(tree, text, message):
    path = tree / "other.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        load_msp_podcast(tree, ratings=path)


@pytest.mark.parametrize("first", ["W1; Happy; Happy;", "W1; Happy;", "W1; Happy; Happy; A:5.0;"])
@pytest.mark.parametrize("label", ["Sad", "Other-(torn; a bit)"])
def test_a_rating_without_scores_before_another_is_refused(tree, first, label):
    cell = f"{first} W2; {label}; {label}; A:1; V:1; D:1;"
    (tree / "Labels/labels_detailed.csv").write_text(f'FileName,EmoDetail\n{NAMES[0]},"{cell}"\n')
    with pytest.raises(InputError, match=r"detailed.csv:2 has the EmoDetail 'W1; Happy;"):
        load_msp_podcast(tree)


def test_a_cell_of_another_form_is_refused(tree):
    (tree / "Labels/labels_detailed.csv").write_text(f"FileName,EmoDetail\n{NAMES[0]},WORKER1 Happy\n")
    with pytest.raises(
        InputError, match=r"detailed.csv:2 has the EmoDetail 'WORKER1 Happy'; expected such as"
    ):
        load_msp_podcast(tree)


def test_missing_files_are_named_with_the_remedy(tree):
    (tree / "Audios" / NAMES[0]).unlink()
    with pytest.raises(FileNotFoundError, match=r"without an audio file \(1\): 'MSP-PODCAST_0001_0008.wav'"):
        load_msp_podcast(tree)
    assert load_msp_podcast(tree, check_audio=False).X[0] == str(tree / "Audios" / NAMES[0])
    (tree / "Labels/labels_detailed.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"labels_detailed.csv or labels_detailed.json; name it by"):
        load_msp_podcast(tree)


@pytest.mark.parametrize("write", [as_table, as_details])
def test_a_comment_on_other_may_hold_a_line_break(tmp_path, monkeypatch, write):
    (tmp_path / "labels_consensus.csv").write_text(CONSENSUS)
    monkeypatch.setitem(globals(), "RATINGS", [*RATINGS, (NAMES[0], "WORKER9", "Other-\ntired", "Other")])
    (tmp_path / "labels_detailed.csv").write_text(write())
    corpus = load_msp_podcast(tmp_path, check_audio=False)
    assert corpus.Y.loc[NAMES[0], "WORKER9"] == "other"
