"""load_crema_d on a small tree, and on real rows of the corpus' tables."""

import shutil
import warnings

import numpy as np
import pandas as pd
import pytest

from made import check_corpus
from sklearn_raters.datasets import load_crema_d
from sklearn_raters.exceptions import InputError, InputWarning

COLUMNS = ["localid", "ttr", "queryType", "clipNum", "questNum", "clipName", "sessionNums", "respEmo"]
# Raters r1 to r3 hear and see clips of actors 1001 and 1076.
ANSWERS = [
    ("r1", 900, 1, 1, 1, "1001_IEO_ANG_HI", 8, "A"),
    ("r2", 900, 1, 1, 4, "1001_IEO_ANG_HI", 9, "A"),
    ("r3", 900, 1, 1, 5, "1001_IEO_ANG_HI", 10, "D"),
    ("r1", 900, 1, 1, 7, "1001_IEO_ANG_HI", 8, "S"),  # again: the first answer counts
    ("r1", 900, 1, 2, 2, "1076_ITH_NEU_XX", 8, "N"),
    ("r2", 900, 1, 2, 5, "1076_ITH_NEU_XX", 9, "H"),
    ("r3", 900, 1, 2, 6, "1076_ITH_NEU_XX", 10, "F"),  # slow
    ("r1", 900, 1, 3, 3, "1076_MTI_SAD_XX", 8, "S"),  # silence
    ("r1", 900, 1, 7443, 9, "ANG_HI_practice", 8, "A"),
    ("r1", 900, 2, 1, 6, "1001_IEO_ANG_HI", 10, "H"),
    ("r2", 900, 3, 1, 6, "1001_IEO_ANG_HI", 9, ""),
    ("r3", 900, 3, 1, 8, "1001_IEO_ANG_HI", 10, "S"),
]
# Session 10, mode 1, question 6 is slow; session 9, mode 1, question 4 took 10 s exactly.
FIRST_CLICKS = "X,sessionNums,queryType,questNum,ttr\n1,10,1,6,10001\n2,9,1,4,10000\n3,10,2,1,20000\n"


def write_answers(folder, answers):
    table = pd.DataFrame(answers, columns=COLUMNS)
    table.to_csv(folder / "finishedResponses.csv")


@pytest.fixture
def tree(tmp_path):
    write_answers(tmp_path, ANSWERS)
    (tmp_path / "finishedEmoResponses.csv").write_text(FIRST_CLICKS)
    (tmp_path / "VideoDemographics.csv").write_text(
        '"ActorID","Age","Sex"\n1001,51,"Male"\n1076,25,"Female"\n'
    )
    (tmp_path / "AudioWAV").mkdir()
    for name in ("1001_IEO_ANG_HI", "1076_ITH_NEU_XX"):
        (tmp_path / f"AudioWAV/{name}.wav").write_bytes(b"RIFF")
    return tmp_path


def test_voice_ratings_are_filtered_as_by_the_corpus(tree):
    corpus = load_crema_d(tree)
    assert corpus.Y.index.tolist() == ["1001_IEO_ANG_HI", "1076_ITH_NEU_XX"]
    assert corpus.Y.columns.tolist() == ["r1", "r2", "r3"]
    assert corpus.Y.iloc[0].tolist() == ["anger", "anger", "disgust"]
    assert corpus.Y.iloc[1].fillna("").tolist() == ["neutral", "happiness", ""]
    assert corpus.consensus.tolist() == ["anger", None]
    assert corpus.dropped == {"practice": 1, "slow": 1, "repeated": 1, "unanswered": 0, "silent clip": 1}
    assert "1 slow" in corpus.DESCR
    assert "1 repeated" in corpus.DESCR


def test_fields_describe_the_clips(tree):
    corpus = load_crema_d(tree)
    check_corpus(corpus)
    assert [str(tree / f"AudioWAV/{name}.wav") for name in corpus.Y.index] == corpus.X
    assert corpus.speakers.tolist() == corpus.sessions.tolist() == ["1001", "1076"]
    assert corpus.genders.tolist() == ["male", "female"]
    assert corpus.acted.tolist() == ["anger", "neutral"]
    assert corpus.levels.tolist() == ["HI", "XX"]
    assert corpus.sentences.tolist() == ["IEO", "ITH"]
    assert corpus.classes == ["anger", "disgust", "fear", "happiness", "neutral", "sadness"]
    assert corpus.label_map is None


def test_each_mode_has_its_own_answers(tree):
    assert load_crema_d(tree, "face").Y.to_numpy().tolist() == [["happiness"]]
    both = load_crema_d(tree, "audiovisual")
    assert both.Y.columns.tolist() == ["r3"]
    assert both.dropped["unanswered"] == 1


def test_an_answer_after_none_counts(tree):
    blank = ("r1", 900, 1, 1, 10, "1001_IEO_ANG_HI", 8, "")
    write_answers(tree, [blank, *ANSWERS])
    corpus = load_crema_d(tree)
    assert corpus.Y.loc["1001_IEO_ANG_HI", "r1"] == "anger"
    assert (corpus.dropped["repeated"], corpus.dropped["unanswered"]) == (1, 1)


def test_clips_without_agreement_can_be_left_out(tree):
    corpus = load_crema_d(tree, no_agreement="drop")
    assert corpus.Y.index.tolist() == ["1001_IEO_ANG_HI"]
    assert len(corpus.X) == len(corpus.speakers) == len(corpus.acted) == 1


def test_classes_and_map_are_checked_and_handed_on(tree):
    corpus = load_crema_d(tree, label_map={"disgust": "anger", "fear": None})
    assert corpus.classes == ["anger", "happiness", "neutral", "sadness"]
    assert load_crema_d(tree, classes=["anger", "sadness"]).classes == ["anger", "sadness"]
    with pytest.raises(InputError, match="no label 'angry'; it has 'anger', 'disgust'"):
        load_crema_d(tree, classes=["angry"])
    with pytest.raises(InputError, match="label_map: the corpus has no label 'joy'"):
        load_crema_d(tree, label_map={"joy": "happiness"})


def test_without_first_clicks_slow_answers_stay_with_a_warning(tree):
    (tree / "finishedEmoResponses.csv").unlink()
    with pytest.warns(InputWarning, match=r"no finishedEmoResponses.csv.*10 s to begin are kept"):
        corpus = load_crema_d(tree)
    assert corpus.Y.loc["1076_ITH_NEU_XX", "r3"] == "fear"
    assert "slow" not in corpus.dropped


@pytest.mark.parametrize(
    ("position", "field", "value", "message"),
    [
        (2, "respEmo", "Q", r"finishedResponses.csv:4 has the respEmo 'Q'.*A \(anger\).*copy it from"),
        (3, "queryType", "4", r"finishedResponses.csv:5 has the queryType '4'; expected 1 \(voice\)"),
        (3, "queryType", "", r"finishedResponses.csv:5 has nothing as queryType; expected a number"),
        (1, "sessionNums", "x", r"finishedResponses.csv:3 has 'x' as sessionNums; expected a number"),
        (1, "localid", "", r"finishedResponses.csv:3 names no rater \(column localid\)"),
        (1, "clipName", "clip7", r"rates the clip 'clip7'; expected a name such as 1001_IEO_ANG_HI"),
        (1, "clipName", "1001_IEO_JOY_HI", r"rates '1001_IEO_JOY_HI'; expected one of ANG, DIS"),
    ],
)
def test_a_damaged_row_is_named_by_line_and_field(tree, position, field, value, message):
    answers = [list(row) for row in ANSWERS]
    answers[position][COLUMNS.index(field)] = value
    write_answers(tree, answers)
    with pytest.raises(InputError, match=message):
        load_crema_d(tree)


def test_a_table_without_a_column_or_rows_is_refused(tree):
    path = tree / "finishedResponses.csv"
    path.write_text("localid,queryType\nr1,1\n")
    with pytest.raises(
        InputError, match=r"csv has no column for clipNum='clipNum'.*'queryType'. Copy the file"
    ):
        load_crema_d(tree)
    write_answers(tree, [row for row in ANSWERS if row[2] == 1])
    with pytest.raises(InputError, match="There are no ratings to load"):
        load_crema_d(tree, "face")


def test_pointers_of_git_lfs_are_named_as_the_cause(tree):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:2759\nsize 82260\n"
    (tree / "AudioWAV/1076_ITH_NEU_XX.wav").write_text(pointer)
    with pytest.raises(InputError, match=r"Git LFS has not fetched \(1\).*1076_ITH_NEU_XX.*git lfs pull"):
        load_crema_d(tree)
    assert len(load_crema_d(tree, check_audio=False).X) == 2
    (tree / "finishedResponses.csv").write_text(pointer)
    with pytest.raises(InputError, match=r"finishedResponses.csv is a Git LFS pointer"):
        load_crema_d(tree)


def test_audio_is_found_in_other_case_and_only_where_there_is_no_exact_name(tree):
    other = (tree / "AudioWAV/1076_ITH_NEU_XX.wav").rename(tree / "AudioWAV/1076_ITH_NEU_XX.WAV")
    (tree / "AudioWAV/1001_IEO_ANG_HI.WAV").write_bytes(b"RIFF")
    assert [str(tree / "AudioWAV/1001_IEO_ANG_HI.wav"), str(other)] == load_crema_d(tree).X


def test_missing_parts_are_named_with_the_remedy(tree):
    (tree / "AudioWAV/1076_ITH_NEU_XX.wav").unlink()
    with pytest.raises(FileNotFoundError, match=r"1076_ITH_NEU_XX.wav'; run `git lfs pull`"):
        load_crema_d(tree)
    assert load_crema_d(tree, check_audio=False).X[1] == str(tree / "AudioWAV/1076_ITH_NEU_XX.wav")
    with pytest.raises(FileNotFoundError, match=r"holds finishedResponses.csv and AudioWAV/"):
        load_crema_d(tree / "elsewhere")
    with pytest.raises(InputError, match="mode must be one of voice, face, audiovisual, not 'audio'"):
        load_crema_d(tree, "audio")
    with pytest.raises(InputError, match="no_agreement must be 'keep' or 'drop', not 'leave'"):
        load_crema_d(tree, no_agreement="leave")


def test_real_rows_agree_with_the_published_counts(rated_data, tmp_path):
    source = rated_data / "crema-d"
    shutil.copy(source / "finishedResponses_SAMPLE_301rows.csv", tmp_path / "finishedResponses.csv")
    shutil.copy(source / "VideoDemographics.csv", tmp_path)
    n_votes = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        for mode in ("voice", "face", "audiovisual"):
            corpus = load_crema_d(tmp_path, mode, check_audio=False)
            n_votes[mode] = int(corpus.Y.notna().to_numpy().sum())
            assert len(corpus.X) == 10
            assert set(corpus.genders) == {"male"}
        voice = load_crema_d(tmp_path, check_audio=False)
    assert n_votes == {"voice": 102, "face": 95, "audiovisual": 104}
    counts = pd.read_csv(source / "tabulatedVotes_200rows.csv", index_col=0).set_index("fileName")
    published = counts.loc[voice.Y.index, list("ADFHNS")].to_numpy()
    found = np.stack([(label == voice.Y).sum(axis=1) for label in voice.classes], axis=1)
    # The published counts leave out slow answers, which the sample cannot tell.
    assert (published <= found).all()
    assert found.sum() - published.sum() == 7


def test_na_as_r_writes_it_is_no_answer_and_not_slow(tree):
    """R writes NA for what is missing, and the corpus' own script passes over such rows."""
    expected = load_crema_d(tree)
    clicks = FIRST_CLICKS + "4,8,1,1,NA\n"
    (tree / "finishedEmoResponses.csv").write_text(clicks)
    write_answers(tree, [*ANSWERS, ("r4", "NA", 1, 1, 10, "1001_IEO_ANG_HI", 9, "NA")])
    corpus = load_crema_d(tree)
    assert corpus.Y.equals(expected.Y)
    assert corpus.dropped == expected.dropped | {"unanswered": 1}
