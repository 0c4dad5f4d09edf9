"""Simulate emotions, the vocal cues that express them, and raters who perceive the cues differently."""

from typing import NamedTuple

import numpy as np

from sklearn_raters.datasets._voices import CUES

# Valence, activation and dominance in [-1, 1], rounded from Russell and Mehrabian (1977); frustration is put
# between anger and neutral, with which IEMOCAP's raters confuse it.
EMOTIONS = {
    "neutral": (0.0, -0.1, 0.0),
    "anger": (-0.6, 0.7, 0.4),
    "happiness": (0.7, 0.3, 0.2),
    "excitement": (0.6, 0.8, 0.3),
    "sadness": (-0.6, -0.5, -0.4),
    "frustration": (-0.5, 0.2, 0.1),
    "surprise": (0.3, 0.7, -0.3),
    "fear": (-0.6, 0.6, -0.6),
    "disgust": (-0.7, 0.2, 0.2),
}
PRIOR = np.array([0.16, 0.18, 0.14, 0.14, 0.19, 0.12, 0.03, 0.02, 0.02])
POINTS = np.array(list(EMOTIONS.values()))
LABELS = (*EMOTIONS, "other")

# Effect of valence, activation and dominance on each cue; signs as in Banse and Scherer
# (1996) and Goudbeek and Scherer (2010); smiling shortens the vocal tract (Tartter 1980).
EFFECTS = {
    "pitch": (0.3, 1.4, -0.3),
    "span": (0.7, 1.0, 0.0),
    "slope": (0.8, 0.3, -1.0),
    "loudness": (0.0, 1.3, 0.6),
    "rate": (0.4, 1.0, 0.2),
    "brightness": (-0.5, 1.1, 0.5),
    "smile": (1.4, 0.0, -0.2),
    "roughness": (-1.0, 0.6, 0.4),
    "breath": (0.2, -0.9, -0.8),
}
EXPRESSION = np.array([EFFECTS[cue] for cue in CUES])


class Rater(NamedTuple):
    """Parameters of one rater."""

    trust: dict  # from cue to weight; other cues have weight 1
    liking: dict  # from label to added log-odds
    blur: float  # standard deviation of errors of the perceived point, in the units of EMOTIONS
    other: float  # probability of the label "other"
    second: float  # a second label is given if its probability is above (1 - second) times that of the first


def draw_point(topic, random_state):
    """Draw the point of an utterance near one of the emotions.

    Parameters
    ----------
    topic : array of shape (9,)
        Probabilities of the emotions in the order of `EMOTIONS`.
    random_state : RandomState
        Source of randomness.

    Returns
    -------
    array of shape (3,)
        Valence, activation, dominance.
    """
    emotion = random_state.choice(len(POINTS), p=topic)
    strength = random_state.uniform(0.7, 1.2)
    return strength * POINTS[emotion] + 0.18 * random_state.normal(size=3)


def draw_topic(random_state):
    """Draw the probabilities (9,) of the emotions in a dialog: the prior with two emotions doubled."""
    topic = PRIOR.copy()
    topic[random_state.choice(len(topic), size=2, replace=False, p=PRIOR)] *= 2
    return topic / topic.sum()


def mixture_of(point, liking=0.0):
    """Return the probability of each emotion given a point, by distance and prior.

    Parameters
    ----------
    point : array of shape (3,)
        Valence, activation, dominance.
    liking : float or array of shape (9,), default=0.0
        Log-odds added to the emotions.

    Returns
    -------
    array of shape (9,)
        Probabilities in the order of `EMOTIONS`.
    """
    distance = ((POINTS - point) ** 2).sum(axis=1)
    logits = np.log(PRIOR) + liking - distance / (2 * 0.3**2)
    shares = np.exp(logits - logits.max())
    return shares / shares.sum()


def show(point, style, spread, random_state):
    """Return the vocal cues by which a speaker expresses a point.

    Parameters
    ----------
    point : array of shape (3,)
        Valence, activation, dominance.
    style : array of shape (9,)
        Weights of the cues for this speaker.
    spread : float
        Standard deviation of the cues around the values that express the point.
    random_state : RandomState
        Source of randomness.

    Returns
    -------
    array of shape (9,)
        Cues in the order of `CUES`.
    """
    return style * (EXPRESSION @ point) + spread * random_state.normal(size=len(CUES))


def hear(rater, point, cues, spread, context, random_state):
    """Return the point of emotion that a rater perceives in the voice.

    As in Brunswik's lens model, the rater infers the point from the cues, here by regularised least squares,
    in which each cue is weighted by the rater's trust. Other information (words, faces, the scene) gives the
    point itself.

    Parameters
    ----------
    rater : Rater
        The rater.
    point : array of shape (3,)
        Valence, activation and dominance that the speaker expresses.
    cues : array of shape (9,)
        Vocal cues.
    spread : float
        Standard deviation of a cue of trust 1 around the value that expresses the point.
    context : float
        Share in [0, 1] of the perception that comes from other information than the voice.
    random_state : RandomState
        Source of randomness.

    Returns
    -------
    array of shape (3,)
        Valence, activation, dominance.
    """
    weights = np.array([rater.trust.get(cue, 1.0) for cue in CUES]) / spread**2
    weighted = EXPRESSION.T * weights
    prior_precision = np.eye(3) / 0.5**2  # points have a standard deviation of about 0.5 in each dimension
    inferred = np.linalg.solve(weighted @ EXPRESSION + prior_precision, weighted @ cues)
    blur = rater.blur * random_state.normal(size=3)
    return context * point + (1 - context) * inferred + blur


def choose(rater, perceived, random_state):
    """Return the labels, a tuple of one or two, that a rater gives to a perceived point (3,)."""
    if random_state.uniform() < rater.other:
        return ("other",)
    liking = np.array([rater.liking.get(label, 0.0) for label in EMOTIONS])
    shares = mixture_of(perceived, liking)
    first, second = np.argsort(-shares, kind="stable")[:2]
    both = shares[second] > (1 - rater.second) * shares[first]
    return tuple(LABELS[k] for k in ([first, second] if both else [first]))


def appraise(perceived):
    """Return valence, activation and dominance as integers from 1 to 5, the scale of IEMOCAP."""
    return np.clip(np.round(3 + 2.2 * perceived), 1, 5).astype(int)


TRUST = {
    "E1": {"loudness": 3.0, "pitch": 2.0, "rate": 2.0, "smile": 0.3, "roughness": 0.3},
    "E2": {},
    "E3": {"slope": 2.0, "smile": 2.0},
    "E4": {"brightness": 3.0, "breath": 3.0, "roughness": 2.0, "pitch": 0.3, "span": 0.3},
    "E5": {"loudness": 3.0, "breath": 0.3, "smile": 0.3},
    "E6": {"span": 3.0, "slope": 3.0, "smile": 3.0, "loudness": 0.3},
}
# The shares of labels follow the paper's Table 1: E1 seldom chooses neutral, E4 and E5 often.
LIKING = {
    "E1": {"neutral": -2.0, "happiness": 0.6, "excitement": 0.3},
    "E2": {"neutral": -0.4, "anger": 0.3},
    "E3": {},
    "E4": {"neutral": 1.0},
    "E5": {"neutral": 2.6, "happiness": -0.5, "sadness": -0.5},
    "E6": {"happiness": 0.8, "excitement": 0.4},
}
# Blur, other and second.
HABITS = {
    "E1": (0.28, 0.02, 0.05),
    "E2": (0.20, 0.01, 0.04),
    "E3": (0.28, 0.02, 0.05),
    "E4": (0.26, 0.01, 0.18),
    "E5": (0.32, 0.02, 0.03),
    "E6": (0.32, 0.02, 0.08),
}
RATERS = {name: Rater(TRUST[name], LIKING[name], *HABITS[name]) for name in TRUST}


def assign_raters(n_utterances, session, random_state):
    """Draw the three raters of each utterance of a session.

    They are E1, E2 and E4; on a fixed share of the utterances, E5, E6 or, in the first session, E3 replaces
    one of them, most often E1.

    Parameters
    ----------
    n_utterances : int
        Number of utterances of the session.
    session : int
        Number of the session, from 1.
    random_state : RandomState
        Source of randomness.

    Returns
    -------
    list of tuple
        Sorted names of the raters, one tuple for each utterance.
    """
    guests = {"E5": 0.18, "E6": 0.18} | ({"E3": 0.25} if session == 1 else {})
    visits = [name for name, share in guests.items() for _ in range(round(share * n_utterances))]
    visits += [None] * (n_utterances - len(visits))
    teams = []
    for guest in random_state.permutation(np.array(visits, dtype=object)):
        absent = random_state.choice(["E1", "E2", "E4"], p=[0.5, 0.15, 0.35])
        team = {"E1", "E2", "E4"} if guest is None else {"E1", "E2", "E4", guest} - {absent}
        teams.append(tuple(sorted(team)))
    return teams
