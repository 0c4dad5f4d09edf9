"""Synthetic speech without sound: the cues that express emotion, and the same shifted by an unknown voice."""

import numpy as np
import pandas as pd

from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.datasets._made_raters import assign_raters, draw_point, draw_topic, show
from sklearn_raters.datasets._made_speech import _rate
from sklearn_raters.datasets._voices import CUES, draw_voice
from sklearn_raters.ratings import Task

CLASSES, LABEL_MAP = ["anger", "happiness", "neutral", "sadness"], {"excitement": "happiness"}
DIFFICULTY = 0.9  # of make_rated_speech


def voice_as_cues(sex, random):
    """Return by how much a voice that is drawn shifts each cue, if the usual voice of the sex is assumed."""
    voice = draw_voice(sex, random)
    f0, tract = (200.0, 1.16) if sex == "F" else (115.0, 1.0)
    shifts = {  # as `speak` turns cues into sound
        "pitch": 12 * np.log2(voice["f0"] / f0) / 1.8,
        "loudness": (voice["level"] + 33) / 3,
        "rate": np.log2(voice["rate"] / 4.5) / 0.28,
        "brightness": np.log2(voice["cutoff"] / 1400),
        "smile": (voice["tract"] / tract - 1) / 0.05,
        "breath": np.log2(voice["breath"] / 0.055) / 1.4,
    }
    return np.array([shifts.get(cue, 0.0) for cue in CUES])


def draw_cues(n_sessions, n_utterances, random_state):
    """Draw utterances of synthetic speech.

    Parameters
    ----------
    n_sessions : int
        Number of sessions, each of a woman and a man.
    n_utterances : int
        Number of utterances of a session.
    random_state : int
        Seed.

    Returns
    -------
    known, new : ndarray of shape (n_samples, 9)
        The cues of utterances that have a majority label: if the voice is known, and if it is not.
    y : ndarray of shape (n_samples,)
        Majority labels.
    sessions : ndarray of shape (n_samples,)
        Session of each utterance.
    """
    random = np.random.RandomState(random_state)
    cues, shifts, votes, sessions = [], [], [], []
    for session in range(1, n_sessions + 1):
        styles = random.uniform(0.7, 1.3, size=(2, len(CUES)))
        voices = [voice_as_cues(sex, random) for sex in "FM"]
        teams = assign_raters(n_utterances, session, random)
        for dialog in np.array_split(np.arange(n_utterances), 3):
            topic = draw_topic(random)
            for turn in dialog:
                point = draw_point(topic, random)
                cues.append(show(point, styles[turn % 2], DIFFICULTY, random))
                shifts.append(voices[turn % 2])
                said = _rate({"point": point, "cues": cues[-1]}, teams[turn], "own", DIFFICULTY, random)
                votes.append({name: said["votes"][name] for name in teams[turn]})
                sessions.append(session)
    rows, y = labelled_samples(hard_labels(Task(pd.DataFrame(votes), CLASSES, LABEL_MAP)))
    known = np.array(cues)[rows]
    return known, known + np.array(shifts)[rows], np.asarray(y, dtype=object), np.array(sessions)[rows]
