"""From audio files to the frames that the networks learn from; files that cannot be used are skipped."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from sklearn_raters._files import full_path
from sklearn_raters.cli._corpus import print_warning, take_samples
from sklearn_raters.cli._messages import with_files
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.features import (
    SAMPLING_RATE,
    SHORTEST,
    FramePooler,
    OpenSmileFrames,
    OpenSmileFunctionals,
    SpeakerScaler,
    SpectralFrames,
    SpectralFunctionals,
    is_silent,
    read_audio,
    segment_audio,
)
from sklearn_raters.networks import RaterNetClassifier
from sklearn_raters.stacking import MultiRaterStackingClassifier

# Exit status of a command that has done its work but for files that cannot be used.
SKIPPED = 3
SILENT = "there is nothing to hear, its loudest sound is below -70 dB of full scale"
# What a model's card says.
_CARD = """\
- `{frames}()`: 45 values of the sound, 100 times a second
- `SpeakerScaler()`: {scaled}
- `FramePooler(5)`: 20 frames a second"""
_BY_SPEAKER = (
    "each speaker's frames, scaled by their own mean and deviation; those of a new speaker by what is usual, "
    "and more by their own the more recordings there are"
)
_AS_ONE = "all frames, scaled by one mean and deviation, whoever speaks"
# What computes features, by the name of --features and their kind.
SETS = {
    "opensmile": {"frames": OpenSmileFrames, "functionals": OpenSmileFunctionals},
    "spectral": {"frames": SpectralFrames, "functionals": SpectralFunctionals},
}
# Steps of a model, from files to answers.
STEPS = {
    "frames": tuple(kinds["frames"] for kinds in SETS.values()),
    "speakers": SpeakerScaler,
    "pooler": FramePooler,
    "classifier": (MultiRaterStackingClassifier, RaterNetClassifier),
}


# Corpora whose classes are the speakers' own, which scaling by speaker would take away.
_OF_SPEAKERS = ("speechocean762",)


def speakers_to_scale_by(options, corpus):
    """Return the speakers of a corpus if its features are to be scaled by speaker, else None."""
    scaling = options.scaling
    if scaling is None:
        scaling = "training" if options.ratings is None and options.corpus in _OF_SPEAKERS else "speaker"
    return corpus.speakers if scaling == "speaker" else None


def describe_front_end(frames, by_speaker):
    """
    Describe what a model does with audio, for its card.

    Parameters
    ----------
    frames : OpenSmileFrames or SpectralFrames
        The transformer of audio.
    by_speaker : bool
        Whether the frames are scaled by speaker.

    Returns
    -------
    str
        A list in Markdown.
    """
    return _CARD.format(frames=type(frames).__name__, scaled=_BY_SPEAKER if by_speaker else _AS_ONE)


def read_features(smile, paths):
    """
    Compute the features of audio files, and list the files that are skipped.

    Parameters
    ----------
    smile : OpenSmileFrames, OpenSmileFunctionals, or spectral ones
        The front end. With ``on_error="skip"``, files that cannot be used, or are silent, are skipped;
        otherwise the first one that cannot be used raises its error.
    paths : list of str
        Audio files.

    Returns
    -------
    features : list of ndarray of shape (n_frames_i, 45), or ndarray of shape (n_samples, n_features)
        Features of the files that are kept.
    kept : list of int
        The files that are kept, as indices of `paths`.
    """
    with warnings.catch_warnings():
        # They are listed here, by their files.
        warnings.filterwarnings("ignore", "Samples that are skipped", InputWarning)
        try:
            features = smile.transform(paths)
        except InputError:
            if smile.on_error == "raise" or len(smile.errors_) < len(paths):
                raise
    errors = {} if smile.on_error == "raise" else smile.errors_
    # A worker knows a file by its whole path.
    errors = {
        index: text.replace(str(full_path(paths[index])), paths[index]) for index, text in errors.items()
    }
    list_skipped(errors, len(paths))
    kept = [index for index in range(len(paths)) if index not in errors]
    return take(features, kept), kept


def read_corpus(options, corpus, kinds):
    """
    Compute the features of a corpus.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate`` or ``train``.
    corpus : sklearn.utils.Bunch
        Result of `open_corpus`.
    kinds : list
        What to compute: "frames", "functionals" or both.

    Returns
    -------
    corpus : sklearn.utils.Bunch
        The same, or another one without the samples that are skipped.
    features : dict
        By kind: a list of ndarray of shape (n_frames_i, 45), 100 frames a second, or an ndarray of shape
        (n_samples, n_features).
    """
    settings = {"n_jobs": options.n_jobs, "memory": options.cache, "verbose": 1}
    settings["on_error"] = "skip" if options.skip_broken else "raise"
    found = {}
    for kind in kinds:
        features, kept = read_features(SETS[options.features][kind](**settings), corpus.X)
        if len(kept) < len(corpus.X):
            corpus = take_samples(corpus, kept)
            found = {earlier: take(values, kept) for earlier, values in found.items()}
        found[kind] = features
    return corpus, found


def check_sound(path, signal):
    """Raise InputError if a signal is silent, or too short for a frame."""
    if len(signal) < SHORTEST * SAMPLING_RATE:
        raise InputError(
            f"{path} lasts {1000 * len(signal) / SAMPLING_RATE:.4g} ms, too short for one frame."
        )
    if is_silent(signal):
        raise InputError(f"{path}: {SILENT}")


def read_segments(front_end, paths, seconds):
    """
    Compute the frames of segments of audio files, and list the files that are skipped.

    Parameters
    ----------
    front_end : OpenSmileFrames
        The front end.
    paths : list of str
        Audio files.
    seconds : float or None
        Length of a segment; None takes stretches of speech.

    Returns
    -------
    frames : list of ndarray of shape (n_frames_i, 45)
        Frames, 100 a second, of each segment.
    owners : list of int
        The file of each segment, as index of `paths`; files that cannot be used have none.
    times : list of (float, float)
        Start and end of each segment, in seconds.
    """
    signals, owners, times, errors = [], [], [], {}
    for index, path in enumerate(paths):
        try:
            signal, _ = read_audio(path, index)
            check_sound(path, signal)
            segments = segment_audio((signal, SAMPLING_RATE), seconds, index)
            if not segments:
                raise InputError(f"{path}: nobody speaks in it")
        except (InputError, OSError, RuntimeError) as error:
            errors[index] = " ".join(str(error).split())
            continue
        signals += [(segment.signal, SAMPLING_RATE) for segment in segments]
        owners += [index] * len(segments)
        times += [(segment.start, segment.end) for segment in segments]
    list_skipped(errors, len(paths))
    front_end.warn_of_rates([paths[index] for index in dict.fromkeys(owners)])
    unfitted = clone(front_end).set_params(on_error="raise")  # all segments have the same rate
    return unfitted.transform(signals), owners, times


def list_skipped(errors, n_files):
    """Print why files are skipped; raise InputError if all of them are."""
    for reason in errors.values():
        print_warning(f"skipped: {with_files(reason)}")
    if len(errors) == n_files:
        which = "The file cannot" if n_files == 1 else f"None of the {n_files} files can"
        raise InputError(f"{which} be used, for the reasons above.")
    if errors:
        print_warning(f"Skipped for the reasons above: {len(errors)} of {n_files} files.")


def scale_and_pool(frames, speakers):
    """
    Scale frames by speaker, all of whose recordings are given, and pool them.

    Parameters
    ----------
    frames : list of ndarray of shape (n_frames_i, 45)
        Frames, 100 a second.
    speakers : array-like of shape (n_samples,) or None
        Speaker of each recording; None if all are of one speaker.

    Returns
    -------
    frames : list of ndarray of shape (n_frames_i, 45)
        Scaled frames, 20 a second.
    scaler : SpeakerScaler
        What is known of the speakers.
    """
    # As text, as speakers are named on the command line.
    speakers = None if speakers is None else [str(speaker) for speaker in speakers]
    scaler = SpeakerScaler().fit(frames, speakers=speakers)
    return FramePooler(5).fit_transform(scaler.transform(frames, speakers=speakers)), scaler


@dataclass
class Features:
    """Features of a corpus, and of its samples as if by speakers who are new.

    Parameters
    ----------
    X : sequence of n_samples
        Features that are scaled by all recordings of a speaker.
    conditions : dict
        ``{"new_speaker": ...}``, the same samples scaled as the only recording of a speaker who is not in the
        training part of the fold that tests the sample; empty if speakers are unknown.
    """

    X: object
    conditions: dict

    @classmethod
    def scaled(cls, X, speakers, folds):
        """Scale features by speaker.

        Parameters
        ----------
        X : list of ndarray of shape (n_frames_i, n_features), or ndarray of shape (n_samples, n_features)
            The features.
        speakers : ndarray of shape (n_samples,) or None
            Speaker of each sample.
        folds : list
            Of (train, test), ndarrays of int.

        Returns
        -------
        Features
            The scaled features.
        """
        scaled = SpeakerScaler().fit_transform(X, speakers=speakers)
        if speakers is None:
            return cls(scaled, {})
        new = list(scaled)
        for train, test in folds:
            scaler = SpeakerScaler().fit(take(X, train), speakers=speakers[train])
            for row, sample in zip(test, scaler.transform(take(X, test)), strict=True):
                new[row] = sample
        return cls(scaled, {"new_speaker": np.stack(new) if isinstance(X, np.ndarray) else new})

    def map(self, function):
        """Return the features with a function applied to each form of them."""
        conditions = {name: function(X) for name, X in self.conditions.items()}
        return Features(function(self.X), conditions)


def take(X, rows):
    """Return some samples of a list or an array."""
    return X[rows] if isinstance(X, np.ndarray) else [X[row] for row in rows]


def make_model(front_end, scaler, classifier):
    """
    Put a trained classifier behind its front end.

    Parameters
    ----------
    front_end : OpenSmileFrames
        The front end, which knows the sampling rates of the training.
    scaler : SpeakerScaler
        What is known of the speakers, as `scale_and_pool` returns it.
    classifier : MultiRaterStackingClassifier or RaterNetClassifier
        The fitted classifier.

    Returns
    -------
    Pipeline
        From audio files to the consensus.
    """
    parts = front_end, scaler, FramePooler(5).fit([scaler.mean_]), classifier
    return Pipeline(list(zip(STEPS, parts, strict=True)))


def check_model(model, path):
    """
    Raise InputError if a model was not made by `make_model`.

    Parameters
    ----------
    model : object
        The model.
    path : str
        Its file.
    """
    steps = model.named_steps if isinstance(model, Pipeline) else {}
    if list(steps) != list(STEPS) or not all(isinstance(steps[name], kind) for name, kind in STEPS.items()):
        raise InputError(
            f"{path} holds a {type(model).__name__} that `sklearn-raters` has not written, or an older "
            "version of it has: train the model again, or load it by sklearn_raters.persistence.load."
        )
