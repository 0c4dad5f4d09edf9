"""Write a synthetic corpus of rated speech in the folders and file formats of IEMOCAP."""

import json
import shutil
import tempfile
from numbers import Integral, Real
from os import PathLike
from pathlib import Path

import numpy as np
from sklearn.utils import check_random_state

from sklearn_raters._files import full_path
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.datasets import _made_raters
from sklearn_raters.datasets._iemocap_tree import write_dialog
from sklearn_raters.datasets._made_labels import check_integers
from sklearn_raters.datasets._voices import CUES, RATE, draw_voice, speak
from sklearn_raters.exceptions import InputError

STAMP = "made_speech.json"
VERSION = 1  # raise it when the files change, so that an older corpus is not reused
CONTEXT = 0.4  # share of a rater's perception that comes from words and faces instead of the voice
REMARKS = (
    "tired, a bit bored",
    "sarcastic",
    "Anger; or Sadness; hard to tell",
    "mostly nervous, then calm",
    "Neutral; Other;",
)


@checked_parameters({"root": [str, PathLike], "difficulty": [Real], "random_state": ["random_state"]})
def make_rated_speech(root, *, n_sessions=5, n_utterances=360, difficulty=0.9, random_state=None):
    """Write a corpus of synthetic speech, labelled by several raters, laid out like IEMOCAP.

    In each session, a woman and a man speak nonsense words in three dialogs. The emotion of an utterance is a
    point of valence, activation and dominance, which may lie between the named emotions. It changes pitch,
    loudness, rate and timbre of a source-filter voice. Three outside raters label each utterance, and in most
    cases the speaker does too. A rater perceives the point partly from the sound, where raters weigh vocal
    cues differently, and partly directly, as from words and faces in a real dialog. Raters also differ in the
    labels that they prefer: E1 seldom chooses neutral and E4 often does. E5 and E6 rate a sixth of the
    utterances, E3 only some of the first session.

    `load_iemocap` reads the corpus. It is written completely or not at all.

    Parameters
    ----------
    root : str or path-like
        Folder to write; ``~`` is expanded. The folder must be new or empty, or hold a corpus with the same
        settings, which is then reused.
    n_sessions : int, default=5
        Number of sessions.
    n_utterances : int, default=360
        Total number of utterances, at least 12 a session. They last 0.7 to 4 s, 1.6 s on average.
    difficulty : float, default=0.9
        Standard deviation of the noise in the vocal cues, above 0. The emotions are about 1 apart.
    random_state : int, RandomState instance or None, default=None
        Source of randomness. An int gives the same files, byte for byte; only then is a corpus reused.

    Returns
    -------
    pathlib.Path
        Folder of the corpus. It also holds ``made_truth.csv``, one row an utterance: valence, activation and
        dominance (about -1 to 1), the shares of the nine emotions (they sum to 1), and the vocal cues (0 is
        the speaker's usual voice).

    Raises
    ------
    InputError
        If a parameter is out of its range.
    FileExistsError
        If `root` holds other files, or a corpus with other settings.

    References
    ----------
    G. Fant, "Acoustic Theory of Speech Production", 1960 (source and filter). E. Brunswik,
    "Perception and the Representative Design of Psychological Experiments", 1956 (the lens).

    Examples
    --------
    >>> import tempfile
    >>> from sklearn_raters.datasets import load_iemocap, make_rated_speech
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     root = make_rated_speech(
    ...         f"{folder}/made", n_sessions=2, n_utterances=24, random_state=0
    ...     )
    ...     corpus = load_iemocap(root)
    >>> corpus.Y.shape
    (24, 6)
    """
    _check_settings(n_sessions, n_utterances, difficulty)
    root = full_path(root)
    settings = {
        "version": VERSION,
        "n_sessions": int(n_sessions),
        "n_utterances": int(n_utterances),
        "difficulty": float(difficulty),
        "random_state": int(random_state) if isinstance(random_state, Integral) else None,
    }
    stamp = json.dumps(settings) + "\n"
    if _is_finished(root, stamp):
        return root
    random_state = check_random_state(random_state)
    root.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{root.name}-", dir=root.parent) as work:
        corpus = Path(work) / "corpus"
        spoken = []
        for number, part in enumerate(np.array_split(np.arange(n_utterances), n_sessions), start=1):
            for dialog, utterances in _make_session(number, len(part), difficulty, random_state).items():
                write_dialog(corpus, number, dialog, utterances)
                spoken += utterances
        _write_truth(corpus / "made_truth.csv", spoken)
        (corpus / STAMP).write_text(stamp, encoding="utf-8")
        _move_into_place(corpus, root, stamp)
    return root


def _check_settings(n_sessions, n_utterances, difficulty):
    """Raise InputError if a setting is out of its range."""
    check_integers(1, n_sessions=n_sessions)
    check_integers(12, 10**6, n_utterances=n_utterances)
    if n_utterances < 12 * n_sessions:
        raise InputError(
            f"n_utterances={n_utterances} is too few for n_sessions={n_sessions}: every rater "
            f"needs some in every session; give at least {12 * n_sessions}."
        )
    if not (np.isscalar(difficulty) and np.isfinite(difficulty) and difficulty > 0):
        raise InputError(f"difficulty must be a finite number above 0, got {difficulty!r}.")


def _is_finished(root, stamp):
    """Return whether `root` holds the corpus of this stamp; raise if it holds other files."""
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        return False
    file = root / STAMP
    found = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    if found == stamp and json.loads(stamp)["random_state"] is not None:
        return True
    content = f"a made corpus with other settings ({found.strip()})" if found else "other files"
    raise FileExistsError(
        f"{root} holds {content}; name a new or empty folder, delete the folder, or give the settings of the "
        "corpus that it holds (a corpus is reused only if random_state is an int)."
    )


def _move_into_place(corpus, root, stamp):
    """Move the complete corpus to `root`, unless another process has just written the same corpus there."""
    root = root.resolve()  # an empty folder may be a link
    if root.is_dir() and not any(root.iterdir()):
        root.rmdir()
    try:
        corpus.rename(root)
    except OSError:
        if not _is_finished(root, stamp):
            raise
        shutil.rmtree(corpus)


def _make_session(session, n_utterances, difficulty, random_state):
    """Return the utterances of a session, a list for each dialog, as `write_dialog` takes them."""
    voices = {sex: draw_voice(sex, random_state) for sex in "FM"}
    styles = {sex: random_state.uniform(0.7, 1.3, size=len(CUES)) for sex in "FM"}
    teams = iter(_made_raters.assign_raters(n_utterances, session, random_state))
    scenes = [f"Ses{session:02d}{scene}" for scene in ("F_impro01", "M_impro02", "F_script01_1")]
    dialogs = {}
    for dialog, turns in zip(scenes, np.array_split(np.arange(n_utterances), 3), strict=True):
        topic = _made_raters.draw_topic(random_state)
        time = random_state.uniform(2.0, 8.0)  # s
        dialogs[dialog] = []
        for turn in range(len(turns)):
            sex = "FM"[turn % 2]
            utterance = _make_utterance(topic, voices[sex], styles[sex], difficulty, random_state)
            utterance |= _rate(utterance, next(teams), f"{sex}{session}", difficulty, random_state)
            end = time + len(utterance["signal"]) / RATE
            utterance |= {"name": f"{dialog}_{sex}{turn // 2:03d}", "start": time, "end": end}
            dialogs[dialog].append(utterance)
            time = end + random_state.uniform(0.2, 1.5)
    return dialogs


def _make_utterance(topic, voice, style, difficulty, random_state):
    """Return one utterance: its point, the vocal cues that express the point, and the sound."""
    point = _made_raters.draw_point(topic, random_state)
    cues = _made_raters.show(point, style, difficulty, random_state)
    n_syllables = int(np.clip(np.round(random_state.lognormal(np.log(6), 0.3)), 4, 10))
    signal, text = speak(voice, cues, n_syllables, random_state)
    return {"point": point, "cues": cues, "signal": signal, "rate": RATE, "text": text}


def _rate(utterance, team, speaker, difficulty, random_state):
    """Return votes, attributes and comments of three outside raters and, in most cases, of the speaker."""
    point, cues = utterance["point"], utterance["cues"]
    votes, attributes, comments = {}, {}, {}
    for name in team:
        rater = _made_raters.RATERS[name]
        perceived = _made_raters.hear(rater, point, cues, difficulty, CONTEXT, random_state)
        votes[name] = _made_raters.choose(rater, perceived, random_state)
        attributes[name] = _made_raters.appraise(perceived)
        if random_state.uniform() < 0.08:
            comments[name] = REMARKS[random_state.randint(len(REMARKS))]
    if random_state.uniform() < 0.9:
        # Speakers rate their own emotion with little noise, without listening.
        intended = point + 0.2 * random_state.normal(size=3)
        votes[speaker] = _made_raters.choose(_made_raters.RATERS["E2"], intended, random_state)
        attributes[speaker] = _made_raters.appraise(intended)
    del attributes[team[0]]  # two of the three rate the attributes, as in IEMOCAP
    return {"votes": votes, "attributes": attributes, "comments": comments}


def _write_truth(path, utterances):
    """Write the point, the shares of the emotions and the vocal cues of each utterance."""
    import pandas as pd

    names = pd.Index([u["name"] for u in utterances], name="utterance")
    values = [[*u["point"], *_made_raters.mixture_of(u["point"]), *u["cues"]] for u in utterances]
    columns = ["valence", "activation", "dominance", *_made_raters.EMOTIONS, *(f"cue_{cue}" for cue in CUES)]
    pd.DataFrame(values, names, columns).to_csv(path, float_format="%.6f", lineterminator="\n")
