"""load_iemocap on a small made-up corpus with all known irregularities of the real corpus."""

import shutil

import numpy as np
import pytest

from made import check_corpus
from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets import check_iemocap_counts, load_iemocap
from sklearn_raters.datasets._iemocap_text import read_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task

IMPRO = """% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]

[12.3400 - 15.6700]\tSes01F_impro01_F000\tneu\t[2.5000, 3.5000, 3.0000]
C-E1:\tNeutral;\t()
C-E2:\tNeutral;\t()
C-E4:\tNeutral;\t(tired, a bit bored; Anger; (really))
C-F1:\tAnger;\t()
C-M1:\tsome word of the speaker;\t()
A-E3:\tval 2; act 3; dom  3;\t()
A-F1:\tval 2; act 3; dom  ;\t(Anger;)

[16.0000 - 17.2500]\tSes01F_impro01_M000\txxx\t[2.0000, 3.5000, 3.0000]
C-E1:\tAnger;\t()
C-E2:\tExcited;\t()
C-E4:\tOther;\t(sarcastic)

[18.0000 - 19.0000]\tSes01F_impro01_F001\tfru\t[2.0000, 3.5000, 3.0000]
C-E1:\tFrustration;\t()
C-E2:\tFrustration; Anger;\t()
C-E4:\tNeutral state;\t()

[20.0000 - 21.5000]\tSes01F_impro01_M001\thap\t[2.0000, 3.5000, 3.0000]
C-E1:\tHappiness; Excitement; Happiness;\t()
C-E2:\tHappiness;\t()
"""
SCRIPT = """% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]

[0.5000 - 1.5000]\tSes02M_script01_1_M000\tsad\t[2.5000, 3.5000, 3.0000]
C-E2:\tSadness;\t()
C-E10:\tSadness;\t()
C-M1:\tNeutral;\t()

[2.0000 - 3.0000]\tSes02M_script01_1_F000\texc\t[2.5000, 3.5000, 3.0000]
C-E2:\tExcitement;\t()
C-E10:\tExcitement; Surprise;\t()
"""
CATEGORICAL = {
    "Session1/Ses01F_impro01_e1_cat.txt": """Ses01F_impro01_F000 :Neutral state; ()
Ses01F_impro01_M000 :Anger; ()
Ses01F_impro01_F001 :Frustration; ()
Ses01F_impro01_M001 :Excitement; :Happiness; (glad, :Anger; too)
""",
    "Session1/Ses01F_impro01_e2_cat.txt": """Ses01F_impro01_F000 :Neutral state;
Ses01F_impro01_M000 :Excitement;
Ses01F_impro01_F001 :Frustration; :Anger; ()
Ses01F_impro01_M001 :Happiness; ()
""",
    "Session1/Ses01F_impro01_e4_cat.txt": """Ses01F_impro01_F000 :Neutral state; (tired)
Ses01F_impro01_M000 :Other; (sarcastic)
Ses01F_impro01_F001 :Neutral state; ()
""",
    "Session2/Ses02M_script01_1_e2_cat.txt": """Ses02M_script01_1_M000 :Sadness; ()
Ses02M_script01_1_F000 :Excitement; ()
""",
    "Session2/Ses02M_script01_1_e10_cat.txt": """Ses02M_script01_1_M000 :Sadness; ()
Ses02M_script01_1_F000 :Excitement; :Surprise; ()
""",
}
NAN = float("nan")
EXPECTED = {
    "Ses01F_impro01_F000": ["neutral", "neutral", "neutral", NAN],
    "Ses01F_impro01_M000": ["anger", "excitement", "other", NAN],
    "Ses01F_impro01_F001": ["frustration", ("frustration", "anger"), "neutral", NAN],
    "Ses01F_impro01_M001": [("happiness", "excitement"), "happiness", NAN, NAN],
    "Ses02M_script01_1_M000": [NAN, "sadness", NAN, "sadness"],
    "Ses02M_script01_1_F000": [NAN, "excitement", NAN, ("excitement", "surprise")],
}


def write(path, text, newline="\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.replace("\n", newline).encode())


@pytest.fixture
def root(tmp_path):
    corpus = tmp_path / "IEMOCAP"
    for session, dialog, text, newline in [
        (1, "Ses01F_impro01", IMPRO, "\n"),
        (2, "Ses02M_script01_1", SCRIPT, "\r\n"),
    ]:
        folder = corpus / f"Session{session}"
        evaluation = folder / "dialog" / "EmoEvaluation"
        write(evaluation / f"{dialog}.txt", text, newline)
        write(evaluation / f"._{dialog}.txt", "left-over")
        write(evaluation / f".{dialog}.txt", "left-over")
        write(evaluation / f"{dialog}.anvil", "<annotation/>")
        write(evaluation / "Self-evaluation" / f"{dialog}_f1_cat.txt", "x :Fear; ()\n")
        write(evaluation / "Attribute" / f"{dialog}_e3_atr.txt", "x :val 2; ()\n")
        for name in EXPECTED:
            if name.startswith(dialog):
                write(folder / "sentences" / "wav" / dialog / f"{name}.wav", "RIFF")
        write(folder / "sentences" / "wav" / dialog / f"._{dialog}_F000.wav", "left-over")
        write(folder / "sentences" / "wav" / dialog / f"{dialog}_FXX0.wav", "not rated")
    for place, text in CATEGORICAL.items():
        session, name = place.split("/")
        folder = corpus / session / "dialog" / "EmoEvaluation" / "Categorical"
        write(folder / name, text, "\n" if session == "Session1" else "\r\n")
        write(folder / f"._{name}", "left-over")
        write(folder / name.replace(".txt", ".anvil"), "<annotation/>")
    return corpus


def categorical(root, rater="e2"):
    return root / f"Session1/dialog/EmoEvaluation/Categorical/Ses01F_impro01_{rater}_cat.txt"


def summary(root):
    return root / "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_every_rating_is_read_and_no_comment_or_self_rating(root):
    corpus = load_iemocap(root, strict=True)
    assert corpus.differences == []
    assert list(corpus.Y.columns) == ["E1", "E2", "E4", "E10"]
    assert list(corpus.Y.index) == list(EXPECTED)
    for name, cells in EXPECTED.items():
        found = [None if cell != cell else cell for cell in corpus.Y.loc[name]]
        assert found == [None if cell != cell else cell for cell in cells], name


def test_consensus_sessions_speakers_and_times_of_each_utterance(root):
    corpus = load_iemocap(root)
    check_corpus(corpus)
    assert corpus.consensus.tolist() == [
        "neutral",
        None,
        "frustration",
        "happiness",
        "sadness",
        "excitement",
    ]
    assert corpus.sessions.tolist() == [1, 1, 1, 1, 2, 2]
    assert corpus.speakers.tolist() == ["Ses01F", "Ses01M", "Ses01F", "Ses01M", "Ses02M", "Ses02F"]
    assert corpus.times.shape == (6, 2)
    assert corpus.times[0].tolist() == [12.34, 15.67]
    assert corpus.X[1] == str(root / "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_M000.wav")
    assert corpus.classes == ["anger", "happiness", "neutral", "sadness"]
    assert "6 utterances of 4 speakers in 2 sessions" in corpus.DESCR


def test_classes_and_map_give_the_papers_consensus(root):
    corpus = load_iemocap(root)
    assert hard_labels(Task(corpus.Y, corpus.classes, corpus.label_map)).tolist() == [
        "neutral",
        None,
        None,
        "happiness",
        "sadness",
        "happiness",
    ]


def test_sessions_can_be_chosen(root):
    corpus = load_iemocap(str(root), sessions=[2])
    assert set(corpus.sessions) == {2}
    assert list(corpus.Y.columns) == ["E2", "E10"]
    with pytest.raises(ValueError, match="sessions is empty"):
        load_iemocap(root, sessions=[])


def test_an_utterance_without_outside_ratings_stays(root):
    change(summary(root), "C-E1:\tAnger;\t()\nC-E2:\tExcited;\t()\nC-E4:\tOther;\t(sarcastic)\n", "")
    for rater in ("e1", "e2", "e4"):
        lines = categorical(root, rater).read_text().splitlines(keepends=True)
        categorical(root, rater).write_text("".join(x for x in lines if "M000" not in x))
    corpus = load_iemocap(root, strict=True)
    assert corpus.Y.loc["Ses01F_impro01_M000"].isna().all()
    assert "1 utterances have no outside rating" in corpus.DESCR


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (":Anger; ()\n", "()\n", "F001, rater E2: summary anger/frustration, Cat.* frustration"),
        ("Ses01F_impro01_M001 :Happiness; ()\n", "", "M001, rater E2: summary happiness.*nothing"),
        ("M001 :Happ", "M009 :Happ", "M009, rater E2: summary nothing, Categorical file happiness"),
        ("M000 :Exc", "F000 :Exc", "e2_cat.txt:2: rater E2 rates twice, the first rating is kept"),
        ("Ses01F_impro01_M001 :Ha", "one more line\nSes01F_impro01_M001 :Ha", "not understood"),
    ],
)
def test_ratings_are_those_of_the_summary_if_the_two_kinds_of_files_differ(root, old, new, message):
    change(categorical(root), old, new)
    with pytest.raises(ValueError, match=message):
        load_iemocap(root, strict=True)
    with pytest.warns(UserWarning, match=message):
        corpus = load_iemocap(root)
    assert corpus.Y.loc["Ses01F_impro01_F001", "E2"] == ("frustration", "anger")
    assert corpus.Y.loc["Ses01F_impro01_F000", "E2"] == "neutral"
    assert corpus.Y.loc["Ses01F_impro01_M001", "E2"] == "happiness"
    assert "Ses01F_impro01_M009" not in corpus.Y.index


def test_the_warning_counts_all_differences_and_lists_five(root):
    for path in (root / "Session1/dialog/EmoEvaluation/Categorical").glob("Ses*.txt"):
        text = path.read_text().replace(":Neutral state;", ":Fear;").replace(":Other;", ":Fear;")
        path.write_text(text.replace(":Anger;", ":Fear;").replace(":Happiness;", ":Fear;"))
    with pytest.warns(UserWarning, match="in 9 places") as caught:
        corpus = load_iemocap(root)
    assert len(corpus.differences) == 9
    assert sum(line in str(caught[0].message) for line in corpus.differences) == 5
    assert caught[0].filename == __file__


def test_a_missing_or_empty_categorical_file_is_one_difference(root):
    categorical(root).unlink()
    categorical(root, "e4").write_bytes(b"")
    with pytest.warns(UserWarning, match="in 2 places"):
        corpus = load_iemocap(root)
    assert corpus.differences == [
        "Ses01F_impro01, rater E2: no Categorical file, or an empty one",
        "Ses01F_impro01, rater E4: no Categorical file, or an empty one",
    ]


def test_a_missing_categorical_folder_is_a_difference(root):
    folder = root / "Session2/dialog/EmoEvaluation/Categorical"
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(ValueError, match="holds no file to compare the summary files with"):
        load_iemocap(root, strict=True)


def test_categorical_files_of_an_unknown_dialog_are_a_difference(root):
    categorical(root).with_name("Ses01F_impro09_e1_cat.txt").write_text("")
    with pytest.warns(UserWarning, match="Ses01F_impro09: Categorical files, but no summary"):
        load_iemocap(root)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("C-E1:\tAnger;", "C-E1:\tAngr;", r"'angr' at .*Ses01F_impro01.txt:13; .*anger, happiness"),
        ("\txxx\t", "\tyyy\t", "gives Ses01F_impro01_M000 the code 'yyy'"),
        ("_F001\t", "_M000\t", "impro01.txt holds Ses01F_impro01_M000 twice, again in line 17. Fetch"),
        ("_F001\t", "\t", "expected an utterance such as"),
    ],
)
def test_a_broken_summary_names_file_line_and_remedy(root, old, new, message):
    change(summary(root), old, new)
    with pytest.raises(ValueError, match=message):
        load_iemocap(root)


def test_an_unknown_label_in_a_categorical_file(root):
    change(categorical(root), ":Happiness;", ":Hap")
    with pytest.raises(ValueError, match=r"'hap' at .*e2_cat.txt:4.*fetch the file again"):
        load_iemocap(root)


@pytest.mark.parametrize("content", ["", "\n\n", "% only the head\n"])
def test_an_empty_summary_names_file_and_remedy(root, content):
    summary(root).write_text(content)
    with pytest.raises(ValueError, match=r"impro01.txt holds no utterance.* Fetch it again"):
        load_iemocap(root)


@pytest.mark.parametrize(
    ("place", "error", "message"),
    [
        ("nowhere", FileNotFoundError, r"no folder .*nowhere; give the folder that holds"),
        ("Session1/dialog/EmoEvaluation/Ses01F_impro01.txt", NotADirectoryError, "is a file, not a folder"),
        ("Session1", FileNotFoundError, "holds no folder Session1; give the folder"),
        ("..", FileNotFoundError, "did you mean .*IEMOCAP"),
    ],
)
def test_wrong_folders_name_path_and_remedy(root, place, error, message):
    with pytest.raises(error, match=message):
        load_iemocap(root / place)


def test_a_missing_session_is_named(root):
    with pytest.raises(FileNotFoundError, match=r"lacks 'Session3'; .*sessions=\[1, 2\]"):
        load_iemocap(root, sessions=[1, 3])


@pytest.mark.parametrize("sessions", [["1"], [[1]], [1.0]])
def test_sessions_that_are_no_integers_are_refused(root, sessions):
    with pytest.raises(InputError, match=r"sessions must be integers, such as \[1, 2\]"):
        load_iemocap(root, sessions=sessions)


def test_a_gap_in_the_sessions_is_an_error(root):
    (root / "Session1").rename(root / "Session4")
    with pytest.raises(FileNotFoundError, match="lacks 'Session1', 'Session3'; copy it"):
        load_iemocap(root)


@pytest.mark.filterwarnings("ignore:IEMOCAP")
def test_without_its_folder_audio_is_left_to_the_front_end_where_it_is_not_checked(root):
    expected = load_iemocap(root).X
    shutil.rmtree(root / "Session1/sentences")
    assert expected == load_iemocap(root, check_audio=False).X


@pytest.mark.parametrize("inner", ["dialog/EmoEvaluation", "sentences/wav"])
def test_a_missing_folder_of_a_session_is_named(root, inner):
    folder = root / "Session2" / inner
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(FileNotFoundError, match=f"no folder {folder}; copy"):
        load_iemocap(root)


def test_a_session_without_summaries_is_an_error(root):
    summary(root).unlink()
    with pytest.raises(FileNotFoundError, match="holds no summary file such as"):
        load_iemocap(root)


def test_utterances_without_audio_are_counted_and_named(root):
    folder = root / "Session2/sentences/wav/Ses02M_script01_1"
    (folder / "Ses02M_script01_1_M000.wav").write_bytes(b"")
    with pytest.raises(ValueError, match=r"Empty audio files, of 0 bytes \(1\): .*_M000.wav'; copy SessionN"):
        load_iemocap(root)
    (folder / "Ses02M_script01_1_F000.wav").unlink()
    with pytest.raises(FileNotFoundError, match=r"samples without an audio file \(1\): .*_F000.wav'; copy"):
        load_iemocap(root)
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(FileNotFoundError, match=r"samples without an audio file \(2\)"):
        load_iemocap(root)


def test_a_session_copied_to_another_is_an_error(root):
    (root / "Session1").rename(root / "aside")
    (root / "Session2").rename(root / "Session1")
    (root / "Session2").symlink_to(root / "Session1")
    with pytest.raises(ValueError, match=r"Session2 holds utterances of another session: 'Ses02M"):
        load_iemocap(root)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (" :Neutral state; ()", ("neutral",)),
        ("\tFrustration; Anger;\t()", ("frustration", "anger")),
        ("Surprise;Disgust ; fear", ("surprise", "disgust", "fear")),
        (";\t()", ()),
        ("\t(Anger; Fear;)", ()),
    ],
)
def test_labels_of_one_line(text, labels):
    assert read_labels(text, "here") == labels


def test_counts_of_the_small_tree_by_hand(root):
    table = check_iemocap_counts(load_iemocap(root))
    found = table["found"]
    assert found["utterances"].tolist() == [6, 4, 2, 0, 0, 0]
    assert found["consensus"].to_dict() == {
        "anger": 0,
        "happiness": 1,
        "excitement": 1,
        "sadness": 1,
        "neutral": 1,
    }
    # Labels are merged after the majority; samples with the majority frustration are not in crowd-soft
    # either.
    assert found["crowd_hard"].tolist() == [4, 0, 4, 25, 0, 50, 25]
    assert found["crowd_soft"][["samples", "multiple", "single"]].tolist() == [5, 1, 4]
    # E1 chose happiness and excitement for one utterance, which are one class.
    assert found["E1"].tolist() == [3, 0, 3, 33.33, 33.33, 33.33, 0]
    assert found["E2"].tolist() == [6, 0, 6, 16.67, 16.67, 50, 16.67]
    assert found["E5"].tolist() == [0] * 7
    assert np.allclose(table["difference"], table["found"] - table["expected"], atol=0.005)


def test_the_expected_counts_agree_with_each_other(root):
    expected = check_iemocap_counts(load_iemocap(root))["expected"]
    assert expected["utterances"].drop("all").sum() == expected["utterances"]["all"] == 10039
    assert expected["consensus"].sum() == expected["crowd_hard"]["samples"] == 5531
    for view in ("crowd_hard", "crowd_soft", "E1", "E2", "E4", "E5", "E6"):
        row = expected[view]
        assert row["single"] + row["multiple"] == row["samples"]
        assert row[["neutral", "anger", "happiness", "sadness"]].sum() == pytest.approx(100, abs=0.02)
    # A rater's shares are shares of votes, so they are multiples of 1/425 for E5 and of 1/793 for E6.
    for rater, votes in (("E5", [297, 65, 38, 25]), ("E6", [212, 125, 344, 112])):
        row = expected[rater]
        shares = row[["neutral", "anger", "happiness", "sadness"]] / 100
        assert np.allclose(shares * (row["samples"] + row["multiple"]), votes, atol=0.05)


def test_an_utterance_in_two_summary_files_of_a_session_is_an_error(root):
    folder = summary(root).parent
    (folder / "Ses01F_old.txt").write_text(IMPRO.replace("C-E1:\tNeutral", "C-E1:\tAnger"))
    with pytest.raises(InputError, match="Ses01F_impro01_F000 in two summary files, again in Ses01F_old"):
        load_iemocap(root)


def test_a_later_dialog_without_categorical_files_is_a_difference(root):
    name = "Ses01M_impro09"
    text = IMPRO.replace("Ses01F_impro01", name)
    (summary(root).parent / f"{name}.txt").write_text(text)
    with pytest.warns(UserWarning, match="differ"):
        corpus = load_iemocap(root, check_audio=False)
    missing = [text for text in corpus.differences if text.startswith(name)]
    assert missing == [
        f"{name}, rater {rater}: no Categorical file, or an empty one" for rater in ("E1", "E2", "E4")
    ]
