"""Feelings, the vocal cues that show them, and raters who each hear them in their own way."""

from typing import NamedTuple

import numpy as np

from sklearn_raters.datasets._voices import CUES

# valence, activation, dominance in [-1, 1]: rounded from Russell and Mehrabian (1977), with
# frustration between anger and neutral, where IEMOCAP's raters put it.
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

# How valence, activation and dominance move each cue, in the directions of Banse and Scherer
# (1996) and Goudbeek and Scherer (2010); smiling shortens the vocal tract (Tartter 1980).
EXPRESSION = np.array(
    [
        (0.3, 1.4, -0.3),  # pitch
        (0.7, 1.0, 0.0),  # span
        (0.8, 0.3, -1.0),  # slope
        (0.0, 1.3, 0.6),  # loudness
        (0.4, 1.0, 0.2),  # rate
        (-0.5, 1.1, 0.5),  # brightness
        (1.4, 0.0, -0.2),  # smile
        (-1.0, 0.6, 0.4),  # roughness
        (0.2, -0.9, -0.8),  # breath
    ]
)


class Rater(NamedTuple):
    """The habits of one rater: cues trusted, labels liked, how unsure and how thorough."""

    name: str
    trust: dict  # cue -> weight; a cue not named has weight 1
    liking: dict  # label -> added log-odds
    blur: float  # standard deviation of the perceived point, in units of EMOTIONS
    other: float  # share of "other"
    second: float  # a second label within this share of the first one's probability is also given


def draw_point(topic, random_state):
    """Draw a feeling as a point (3,) around an emotion, mostly the topic's.

    Parameters
    ----------
    topic : array of shape (9,)
        Probabilities of the emotions in the order of `EMOTIONS`.
    random_state : RandomState
        Where it is drawn from.

    Returns
    -------
    array of shape (3,)
        Valence, activation, dominance.
    """
    emotion = random_state.choice(len(POINTS), p=topic)
    strength = random_state.uniform(0.7, 1.2)
    return strength * POINTS[emotion] + 0.18 * random_state.normal(size=3)


def draw_topic(random_state):
    """Draw a dialog's probabilities (9,) of the emotions: the prior, with two emotions doubled."""
    topic = PRIOR.copy()
    topic[random_state.choice(len(topic), size=2, replace=False, p=PRIOR)] *= 2
    return topic / topic.sum()


def mixture_of(point, liking=0.0):
    """Return how far a point (3,) is each emotion: probabilities (9,) by distance and prior.

    Parameters
    ----------
    point : array of shape (3,)
        Valence, activation, dominance.
    liking : float or array of shape (9,), default=0.0
        Log-odds added to the emotions.

    Returns
    -------
    array of shape (9,)
        Shares in the order of `EMOTIONS`, summing to 1.
    """
    distance = ((POINTS - point) ** 2).sum(axis=1)
    logits = np.log(PRIOR) + liking - distance / (2 * 0.3**2)
    shares = np.exp(logits - logits.max())
    return shares / shares.sum()


def show(point, style, spread, random_state):
    """Return the cues (9,) by which a speaker shows a point.

    Parameters
    ----------
    point : array of shape (3,)
        Valence, activation, dominance.
    style : array of shape (9,)
        How much the speaker uses each cue.
    spread : float
        Standard deviation of what moves the cues beside the feeling: words, health, chance.
    random_state : RandomState
        Where the chance is drawn from.

    Returns
    -------
    array of shape (9,)
        In the order of `CUES`.
    """
    return style * (EXPRESSION @ point) + spread * random_state.normal(size=len(CUES))


def hear(rater, point, cues, spread, context, random_state):
    """Return the point (3,) that a rater perceives.

    Brunswik's lens: the rater infers the feeling from the cues by regularised least squares, each
    cue weighted by the trust that this rater has in it. What else the rater knows (words, faces,
    the scene) is the point itself.

    Parameters
    ----------
    rater : Rater
        The rater.
    point : array of shape (3,)
        Valence, activation, dominance of the speaker.
    cues : array of shape (9,)
        What the voice shows.
    spread : float
        Standard deviation of a cue of trust 1 about what the point explains.
    context : float
        Share in [0, 1] of the perception that comes from beside the voice.
    random_state : RandomState
        Where the blur is drawn from.

    Returns
    -------
    array of shape (3,)
        Valence, activation, dominance.
    """
    weights = np.array([rater.trust.get(cue, 1.0) for cue in CUES]) / spread**2
    weighted = EXPRESSION.T * weights
    prior_precision = np.eye(3) / 0.5**2  # feelings spread by about 0.5 in each dimension
    inferred = np.linalg.solve(weighted @ EXPRESSION + prior_precision, weighted @ cues)
    blur = rater.blur * random_state.normal(size=3)
    return context * point + (1 - context) * inferred + blur


def choose(rater, perceived, random_state):
    """Return the labels (a tuple of one or two) that a rater gives to a perceived point (3,)."""
    if random_state.uniform() < rater.other:
        return ("other",)
    liking = np.array([rater.liking.get(label, 0.0) for label in EMOTIONS])
    shares = mixture_of(perceived, liking)
    first, second = np.argsort(-shares, kind="stable")[:2]
    both = shares[second] > (1 - rater.second) * shares[first]
    return tuple(LABELS[k] for k in ([first, second] if both else [first]))


def appraise(perceived):
    """Return valence, activation and dominance on the corpus' scale of 1 to 5 (integers)."""
    return np.clip(np.round(3 + 2.2 * perceived), 1, 5).astype(int)


# The shares of labels follow the paper's Table 1: E1 seldom says neutral, E4 and E5 often.
RATERS = {
    rater.name: rater
    for rater in [
        Rater(
            "E1",
            {"loudness": 3.0, "pitch": 2.0, "rate": 2.0, "smile": 0.3, "roughness": 0.3},
            {"neutral": -2.0, "happiness": 0.6, "excitement": 0.3},
            blur=0.28,
            other=0.02,
            second=0.05,
        ),
        Rater(
            "E2",
            {},
            {"neutral": -0.4, "anger": 0.3},
            blur=0.20,
            other=0.01,
            second=0.04,
        ),
        Rater(
            "E3",
            {"slope": 2.0, "smile": 2.0},
            {},
            blur=0.28,
            other=0.02,
            second=0.05,
        ),
        Rater(
            "E4",
            {"brightness": 3.0, "breath": 3.0, "roughness": 2.0, "pitch": 0.3, "span": 0.3},
            {"neutral": 1.0},
            blur=0.26,
            other=0.01,
            second=0.18,
        ),
        Rater(
            "E5",
            {"loudness": 3.0, "breath": 0.3, "smile": 0.3},
            {"neutral": 2.6, "happiness": -0.5, "sadness": -0.5},
            blur=0.32,
            other=0.02,
            second=0.03,
        ),
        Rater(
            "E6",
            {"span": 3.0, "slope": 3.0, "smile": 3.0, "loudness": 0.3},
            {"happiness": 0.8, "excitement": 0.4},
            blur=0.32,
            other=0.02,
            second=0.08,
        ),
    ]
}


def assign_raters(n_utterances, session, random_state):
    """Return for each of a session's utterances the three raters who rate it.

    E1, E2 and E4 rate all, but for a fixed share in which E5, E6 or, in the first session, E3
    takes the place of one of them, most often of E1.

    Parameters
    ----------
    n_utterances : int
        Utterances of the session.
    session : int
        Number of the session, from 1.
    random_state : RandomState
        Where the places are drawn from.

    Returns
    -------
    list of tuple
        For each utterance the sorted names of its raters.
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
