"""load_msp_improv on a small tree of its shape."""

import pytest

from made import check_corpus
from sklearn_raters.datasets import load_msp_improv
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task

EVALUATION = """UTD-IMPROV-S01A-F01-P-FM01.avi; A; A:2.5; V:2.0; D:3.0 ; N:4.0;
w2; A; A:2.0; V:2.0; D:3.0; N:4.0;
w1; A; A:3.0; V:2.0; D:3.0; N:4.0;
w3; H; A:3.0; V:2.0; D:3.0; N:4.0;
w1; N; A:1.0; V:1.0; D:1.0; N:1.0;

UTD-IMPROV-S05N-M06-T-FM02.avi; X; A:2.0; V:NaN; D:3.0; N:4.0;
w1; S; A:2.0; V:2.0; D:3.0; N:4.0;
w2; NaN; A:NaN; V:2.0; D:3.0; N:4.0;
w3; N; A:2.0; V:2.0; D:3.0; N:4.0;

UTD-IMPROV-S02H-M01-R-MF11.avi; O; A:2.0; V:2.0; D:3.0; N:4.0;
w1; O; A:2.0; V:2.0; D:3.0; N:4.0;
w3; X; A:2.0; V:2.0; D:3.0; N:4.0;
w4; H; A:2.0; V:2.0; D:3.0; N:4.0;
"""
NAMES = ["MSP-IMPROV-S01A-F01-P-FM01", "MSP-IMPROV-S05N-M06-T-FM02", "MSP-IMPROV-S02H-M01-R-MF11"]
PLACES = ["session1/S01A/P", "session6/S05N/T", "session1/S02H/R"]


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "Evaluation.txt").write_text(EVALUATION)
    for name, place in zip(NAMES, PLACES, strict=True):
        (tmp_path / "Audio" / place).mkdir(parents=True)
        (tmp_path / "Audio" / place / f"{name}.wav").write_bytes(b"RIFF")
    return tmp_path


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_rater_has_a_column(tree, line_end):
    (tree / "Evaluation.txt").write_bytes(EVALUATION.replace("\n", line_end).encode())
    corpus = load_msp_improv(tree)
    assert corpus.Y.index.tolist() == NAMES
    assert corpus.Y.columns.tolist() == ["w1", "w2", "w3", "w4"]
    assert corpus.Y.fillna("").to_numpy().tolist() == [
        ["anger", "anger", "happiness", ""],
        ["sadness", "", "neutral", ""],
        ["other", "", "", "happiness"],
    ]
    assert corpus.dropped == {"repeated": 1, "unlabelled": 2}
    assert "1 repeated, 2 unlabelled" in corpus.DESCR


@pytest.mark.parametrize("blank", ["X", "NaN"])
def test_a_rating_after_none_counts(tree, blank):
    text = EVALUATION.replace("w2; A;", f"w2; {blank}; A:2.0;\nw2; A;")
    (tree / "Evaluation.txt").write_text(text)
    corpus = load_msp_improv(tree)
    assert corpus.Y.loc[NAMES[0], "w2"] == "anger"
    assert corpus.dropped == {"repeated": 1, "unlabelled": 3}


def test_fields_come_from_the_names_and_the_lines_of_turns(tree):
    corpus = load_msp_improv(tree)
    check_corpus(corpus)
    files = zip(NAMES, PLACES, strict=True)
    assert [str(tree / "Audio" / place / f"{name}.wav") for name, place in files] == corpus.X
    assert corpus.consensus.tolist() == ["anger", None, "other"]
    assert corpus.speakers.tolist() == ["F01", "M06", "M01"]
    assert corpus.sessions.tolist() == [1, 6, 1]
    assert corpus.genders.tolist() == ["female", "male", "male"]
    assert corpus.acted.tolist() == ["anger", "neutral", "happiness"]
    assert corpus.scenarios.tolist() == ["P", "T", "R"]
    assert corpus.activation.tolist() == [2.5, 2.0, 2.0]
    assert str(corpus.valence.tolist()) == "[2.0, nan, 2.0]"
    assert corpus.naturalness.tolist() == [4.0, 4.0, 4.0]
    assert corpus.classes == ["anger", "happiness", "sadness", "neutral"]


def test_the_release_spells_the_file_otherwise_and_keeps_it_in_a_folder(tree):
    (tree / "Human evaluation").mkdir()
    (tree / "Evaluation.txt").rename(tree / "Human evaluation/Evalution.txt")
    assert len(load_msp_improv(tree).X) == 3


def test_other_and_turns_without_agreement_can_be_left_out(tree):
    corpus = load_msp_improv(tree, label_map={"other": None}, no_agreement="drop")
    assert corpus.Y.index.tolist() == [NAMES[0], NAMES[2]]
    assert Task(corpus.Y, corpus.classes, corpus.label_map).counts.tolist() == [[2, 1, 0, 0], [0, 1, 0, 0]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("w3; H;", "w3; Q;", r"Evaluation.txt:4 has the label 'Q'.*a \(anger\).*x \(none\)"),
        ("w3; H;", "; H;", r"Evaluation.txt:4 has '; H; A:3.0.*expected 'rater; label; ...'"),
        ("avi; X;", "avi; Z;", r"Evaluation.txt:7 has the consensus 'Z'"),
        ("A:2.5", "A:much", r"Evaluation.txt:1 has 'A:much'; expected a score such as A:2.5"),
        ("S05N-M06-T-FM02", "S01A-F01-P-FM01", r"Evaluation.txt:7 holds the turn MSP-IMPROV-S01A.* again"),
        ("UTD-IMPROV-S05N", "IMPROV-S05N", r"Evaluation.txt:7 has 'IMPROV-S05N.*expected a turn such as"),
        (EVALUATION, "\n", r"Evaluation.txt holds no turn"),
    ],
)
def test_a_line_of_another_form_is_named(tree, old, new, message):
    assert old in EVALUATION
    (tree / "Evaluation.txt").write_text(EVALUATION.replace(old, new))
    with pytest.raises(InputError, match=message):
        load_msp_improv(tree)


def test_missing_files_are_named_with_the_remedy(tree):
    (tree / "Audio" / PLACES[1] / f"{NAMES[1]}.wav").unlink()
    with pytest.raises(FileNotFoundError, match=r"without an audio file \(1\): 'MSP-IMPROV-S05N-M06-T-FM02'"):
        load_msp_improv(tree)
    X = load_msp_improv(tree, check_audio=False).X
    assert X[1] == str(tree / "Audio" / f"{NAMES[1]}.wav")
    (tree / "Evaluation.txt").unlink()
    with pytest.raises(FileNotFoundError, match=r"hold no Evaluation.txt; give the folder"):
        load_msp_improv(tree)


def test_raters_lines_hold_words_as_the_release_has_them(tree):
    words = {"A": "Angry", "H": "Happy", "S": "Sad", "N": "Neutral", "O": "Other"}
    text = EVALUATION
    for letter, word in words.items():
        for rater in ("w1", "w2", "w3", "w4"):
            text = text.replace(f"{rater}; {letter};", f"{rater}; {word}; {word},Calm;")
    assert "w3; Happy; Happy,Calm;" in text
    expected = load_msp_improv(tree)
    (tree / "Evaluation.txt").write_text(text)
    corpus = load_msp_improv(tree)
    assert corpus.Y.equals(expected.Y)
    assert corpus.consensus.tolist() == expected.consensus.tolist() == ["anger", None, "other"]


@pytest.mark.parametrize("classes", [[], ["anger", "anger"]])
def test_no_classes_or_one_twice_are_refused(tree, classes):
    with pytest.raises(InputError, match="classes must name labels, each once"):
        load_msp_improv(tree, classes=classes)
