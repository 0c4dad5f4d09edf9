"""SpeakerScaler: scale each speaker's features to mean 0 and standard deviation 1."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align_samples
from sklearn_raters._sklearn_compat import StrOptions
from sklearn_raters.exceptions import InputError
from sklearn_raters.features._forms import FrameTransformer, in_form_of, keeps_frames
from sklearn_raters.ratings import check_groups
from sklearn_raters.sequences import Sequences, as_sequences, holds_sequences


def frames_by_speaker(speakers, lengths):
    """Find each speaker's frames.

    Parameters
    ----------
    speakers : array-like of shape (n_samples,) or None
        Speaker of each sample. None takes all samples as by one speaker.
    lengths : ndarray of shape (n_samples,)
        Number of frames of each sample.

    Returns
    -------
    names : list
        The speakers, in order of appearance; [None] if none are given.
    rows : list of ndarray
        Indices of each speaker's frames among all frames.
    """
    if speakers is None:
        return [None], [np.arange(lengths.sum())]
    speakers = check_groups(speakers, len(lengths), name="speakers").tolist()
    codes = {}
    sample_codes = [codes.setdefault(speaker, len(codes)) for speaker in speakers]
    frame_codes = np.repeat(sample_codes, lengths)
    order = np.argsort(frame_codes, kind="stable")
    ends = np.cumsum(np.bincount(frame_codes))
    return list(codes), np.split(order, ends[:-1])


def mean_and_scale(frames):
    """Compute mean and standard deviation of each feature, for z-scores.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_features)
        One speaker's frames.

    Returns
    -------
    mean : ndarray of shape (n_features,), float64
        Means.
    scale : ndarray of shape (n_features,), float64
        Standard deviations (with divisor n_frames), 1 where a feature is constant.
    """
    # By rounding, a constant may have a tiny standard deviation; dividing by it would give large values.
    constant = frames.min(axis=0) == frames.max(axis=0)
    mean = np.where(constant, frames[0], frames.mean(axis=0, dtype=np.float64))
    scale = np.where(constant, 1.0, frames.std(axis=0, dtype=np.float64))
    # The variance of values near the smallest float is 0, although they differ.
    return mean, np.where(scale == 0, 1.0, scale)


@keeps_frames(holds_sequences)
class SpeakerScaler(FrameTransformer):
    """Scale each feature of each speaker to mean 0 and standard deviation 1.

    A speaker of `fit` is scaled by the statistics of `fit`. A speaker who is new in `transform` is scaled
    by the statistics of the frames in that call; give all samples of a new speaker in one call. If `speakers`
    are given neither in `fit` nor in `transform`, all samples are taken as by one speaker. Speakers share no
    statistics, so a corpus can be scaled once, before it is split by speakers.

    A feature that is constant over a speaker's frames becomes 0, and so does a speaker's only frame.

    Parameters
    ----------
    output : {"scaled", "both"}, default="scaled"
        Features to return: the scaled ones, or the scaled ones and after them the original ones, between
        which `FrontEndScaler` chooses. "both" needs speakers.

    Attributes
    ----------
    speakers_ : ndarray of shape (n_speakers,), object
        Speakers of `fit` in order of appearance; [None] if none were given.
    mean_ : ndarray of shape (n_speakers, n_features)
        Means of each speaker's features.
    scale_ : ndarray of shape (n_speakers, n_features)
        Standard deviations of each speaker's features, 1 where a feature is constant.
    n_features_in_ : int
        Number of features of a frame.

    See Also
    --------
    FrontEndScaler : Choose, inside a pipeline, whether features are scaled by speaker.

    Notes
    -----
    `speakers` is metadata that `fit` and `transform` request by default: with
    ``set_config(enable_metadata_routing=True)``, pipelines and searches pass it on.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import SpeakerScaler
    >>> frames = [np.array([[1.0], [3.0]]), np.array([[10.0], [30.0]])]
    >>> for sample in SpeakerScaler().fit_transform(frames, speakers=["ann", "bob"]):
    ...     print(sample.ravel())
    [-1.  1.]
    [-1.  1.]
    """

    __metadata_request__fit = {"speakers": True}
    __metadata_request__transform = {"speakers": True}

    _parameter_constraints = {"output": [StrOptions({"scaled", "both"})]}

    def __init__(self, output="scaled"):
        self.output = output

    def fit(self, X, y=None, speakers=None):
        """Learn the statistics of each speaker.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames.
        y : None
            Not used.
        speakers : array-like of shape (n_samples,), default=None
            Speaker of each sample.

        Returns
        -------
        SpeakerScaler
            The fitted scaler.

        Raises
        ------
        InputError
            If ``output="both"`` and there are no speakers.
        """
        self._validate_params()
        if self.output == "both" and speakers is None:
            raise InputError(
                "SpeakerScaler(output='both') got no speakers. Give the speaker of each sample as speakers=; "
                "if speakers are unknown, leave out SpeakerScaler and let FrontEndScaler() scale over the "
                "training samples alone."
            )
        X, speakers = align_samples(X=X, speakers=speakers)
        sequences = as_sequences(self, X, reset=True)
        speakers, rows = frames_by_speaker(speakers, sequences.lengths)
        means, scales = zip(*(mean_and_scale(sequences.frames[own]) for own in rows), strict=True)
        self.speakers_ = np.fromiter(speakers, dtype=object, count=len(speakers))
        self.mean_, self.scale_ = np.stack(means), np.stack(scales)
        return self

    def transform(self, X, speakers=None):
        """Scale each speaker's frames.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames.
        speakers : array-like of shape (n_samples,), default=None
            Speaker of each sample.

        Returns
        -------
        list or ndarray, float32
            Frames in the form of X: the scaled features, and after them the original ones with
            ``output="both"``.

        Raises
        ------
        InputError
            If speakers were given in `fit` but not here.
        """
        check_is_fitted(self)
        X, speakers = align_samples(X=X, speakers=speakers)
        sequences = as_sequences(self, X, reset=False)
        if speakers is None and self.speakers_[0] is not None:
            raise InputError(
                f"SpeakerScaler was fitted with speakers ({len(self.speakers_)}), but transform got none. "
                "Give speakers= to transform, or to the predict of a pipeline with metadata routing; a "
                "scorer requests them by set_score_request(speakers=True). Or scale all samples once, before "
                "they are split."
            )
        known = dict(zip(self.speakers_, zip(self.mean_, self.scale_, strict=True), strict=True))
        scaled = np.empty_like(sequences.frames)
        for speaker, rows in zip(*frames_by_speaker(speakers, sequences.lengths), strict=True):
            frames = sequences.frames[rows]
            mean, scale = known[speaker] if speaker in known else mean_and_scale(frames)
            scaled[rows] = (frames - mean) / scale
        if self.output == "both":
            scaled = np.hstack([scaled, sequences.frames])
        return in_form_of(X, Sequences(scaled, sequences.lengths))

    def fit_transform(self, X, y=None, speakers=None):
        """Learn the statistics of each speaker and scale the same frames.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames.
        y : None
            Not used.
        speakers : array-like of shape (n_samples,), default=None
            Speaker of each sample.

        Returns
        -------
        list or ndarray, float32
            Frames in the form of X, as from `transform`.
        """
        return self.fit(X, y, speakers=speakers).transform(X, speakers=speakers)

    def get_feature_names_out(self, input_features=None):
        """Name the features of a table after scaling.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features; None takes those of `fit`.

        Returns
        -------
        ndarray of str, shape (n_features_out,), object
            The same names; with ``output="both"`` first ``<name>_by_speaker`` and then ``<name>``.
        """
        names = super().get_feature_names_out(input_features)
        if self.output == "scaled":
            return names
        return np.concatenate([np.array([f"{name}_by_speaker" for name in names], object), names])
