"""Results of a pool of Toloka, and the tables of crowd-kit."""

import pytest

from made import write
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import read_ratings

HEADER = "INPUT:audio\tOUTPUT:emotion\tOUTPUT:stars\tGOLDEN:emotion\tASSIGNMENT:assignment_id\t"
HEADER += "ASSIGNMENT:worker_id\tASSIGNMENT:status\n"
ROWS = "a.wav\tsad\t4\t\tx1\tw1\tAPPROVED\nb.wav\thappy\t5\thappy\tx1\tw1\tAPPROVED\n\n"
ROWS += "a.wav\tangry\t3\t\tx2\tw2\tSUBMITTED\nb.wav\tsad\t1\thappy\tx3\tw3\tREJECTED\n\n"


def test_the_results_of_a_pool(tmp_path):
    path = write(tmp_path / "assignments.tsv", HEADER + ROWS)
    with pytest.warns(InputWarning, match="toloka: left out 1 assignments with status REJECTED"):
        table = read_ratings(path, question="emotion")
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == [
        ["a.wav", "w1", "sad"],
        ["b.wav", "w1", "happy"],
        ["a.wav", "w2", "angry"],
    ]
    assert table["GOLDEN:emotion"].tolist() == ["", "happy", ""]


@pytest.mark.filterwarnings("ignore:.*REJECTED:UserWarning")
def test_one_of_several_questions_is_named_and_all_inputs_name_the_sample(tmp_path):
    path = write(tmp_path / "assignments.tsv", HEADER + ROWS)
    with pytest.raises(InputError, match="2 questions: 'emotion', 'stars'"):
        read_ratings(path)
    two = (HEADER + ROWS).replace("INPUT:audio", "INPUT:audio\tINPUT:text").replace(".wav", ".wav\tt")
    path = write(tmp_path / "two.tsv", two)
    assert read_ratings(path, question="stars")["sample"].tolist() == ["a.wav | t", "b.wav | t", "a.wav | t"]
    table = read_ratings(path, question="stars", sample="INPUT:audio")
    assert table["sample"].tolist() == ["a.wav", "b.wav", "a.wav"]
    assert table["label"].tolist() == [4, 5, 3]
    with_task = write(tmp_path / "task.tsv", two.replace("INPUT:text", "ASSIGNMENT:task_id"))
    assert read_ratings(with_task, question="stars")["sample"].tolist() == ["t"] * 3


def test_a_table_of_other_columns_is_told(tmp_path):
    with pytest.raises(InputError, match=r"fields are 'sample'.*expected columns 'INPUT"):
        read_ratings(write(tmp_path / "v.csv", "sample,rater,label\n1,2,3\n"), tool="toloka")
    with pytest.raises(InputError, match=r"neither a column 'ASSIGNMENT:task_id' nor inputs"):
        read_ratings(write(tmp_path / "v.csv", "ASSIGNMENT:worker_id,OUTPUT:a,x\n1,2,3\n"))


@pytest.mark.parametrize("rater", ["worker", "performer"])
@pytest.mark.parametrize("tool", [None, "crowd-kit", "Crowd Kit"])
def test_tables_of_crowd_kit(tmp_path, rater, tool):
    table = read_ratings(write(tmp_path / "v.csv", f"{rater},task,label\nw1,t1,a\nw2,t1,b\n"), tool=tool)
    assert table.to_numpy().tolist() == [["t1", "w1", "a"], ["t1", "w2", "b"]]
