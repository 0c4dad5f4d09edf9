"""Progress: lines in a log while a run goes on, a bar on a terminal, and the time that is left."""

import io
import sys
import time

import pytest

from made import X, Y, small_stack
from sklearn_raters._parallel import _progress, showing_trainings, tell_finished
from sklearn_raters._parallel._progress import Display, in_words, time_left


def test_a_log_gets_a_line_each_minute_and_where_there_is_news(capsys, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(_progress.time, "monotonic", lambda: clock[0])
    display = Display("Training", 10, "trainings")
    for second, done in [(5, 0), (6, 1), (7, 2), (30, 3), (40, 3), (89, 3), (90, 3), (99, 9), (100, 10)]:
        clock[0] = second
        display.show(done, "about 70 s left" if done else "")
    assert capsys.readouterr().err.splitlines() == [
        "Training: 0 of 10 trainings",
        "Training: 1 of 10 trainings after 6 s, about 70 s left",
        "Training: 3 of 10 trainings after 30 s, about 70 s left",
        "Training: 3 of 10 trainings after 2 min, about 70 s left",
        "Training: 10 of 10 trainings after 2 min",
    ]


def test_a_terminal_gets_a_bar_with_the_time_left(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Display("Training", 10, "trainings") as display:
        display.show(4, "about 5 min left")
    assert "4 of 10" in terminal.getvalue()
    assert "about 5 min left" in terminal.getvalue()


def test_the_time_left_follows_what_each_kind_of_training_took():
    planned = [("Net", 100)] * 4 + [("Linear", 100)] * 10
    notes = [("Net", 100, 8.0, False), ("Linear", 100, 0.5, False)]
    # Left are 3 * 8 + 9 * 0.5 s of work.
    assert time_left(planned, notes, at_once=1) == "about 28 s left"
    assert time_left(planned, notes, at_once=2) == "about 14 s left"
    assert time_left(planned, notes[:1], at_once=1) == "about 24 s left, and 10 of Linear"


def test_no_time_is_told_before_a_training_of_this_run_is_finished():
    planned = [("Net", 100)] * 2
    assert time_left(planned, [], 2) == ""
    assert time_left(planned, [("Net", 100, 8.0, True)], 2) == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (7200, "2.0 h")]
)
def test_durations_are_told_in_a_readable_unit(seconds, words):
    assert in_words(seconds) == words


def test_the_trainings_of_a_stack_are_told_while_it_fits(capsys):
    stack = small_stack(verbose=1).fit(X, Y)
    n_trainings = len(stack.plan(X, Y).trainings)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == f"Training views: 0 of {n_trainings} trainings"
    assert lines[-1].startswith(f"Training views: {n_trainings} of {n_trainings} trainings")


def test_only_the_outermost_run_shows_trainings(capsys):
    with showing_trainings("outer", [("Net", 1)] * 2, 1, 1):
        for _ in range(2):
            with showing_trainings("inner", [("Net", 1)], 1, 1):
                tell_finished(None, "Net", 1, 0.1)
        time.sleep(0.01)
    printed = capsys.readouterr().err
    assert "inner" not in printed
    assert printed.splitlines()[-1] == "outer: 2 of 2 trainings"
