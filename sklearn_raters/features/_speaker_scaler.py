"""Frames to frames: every speaker's features get mean 0 and standard deviation 1."""

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_raters.features._forms import in_form_of, tables_only
from sklearn_raters.ratings import is_missing
from sklearn_raters.sequences import Sequences, as_sequences

# Who speaks in all samples, where no speakers are given; a speaker cannot be called None.
_ANYONE = None


def frames_by_speaker(speakers, lengths):
    """Find each speaker's frames.

    Parameters
    ----------
    speakers : array-like of shape (n_samples,) or None
        Who speaks in each sample; None for one and the same.
    lengths : ndarray of shape (n_samples,)
        Each sample's number of frames.

    Returns
    -------
    names : list
        The speakers, in order of appearance.
    rows : list of ndarray
        Each speaker's frames, as indices into all frames.
    """
    if speakers is None:
        return [_ANYONE], [np.arange(lengths.sum())]
    speakers = _check_speakers(speakers, len(lengths))
    codes = {}
    sample_codes = [codes.setdefault(speaker, len(codes)) for speaker in speakers]
    frame_codes = np.repeat(sample_codes, lengths)
    order = np.argsort(frame_codes, kind="stable")
    ends = np.cumsum(np.bincount(frame_codes))
    return list(codes), np.split(order, ends[:-1])


def mean_and_scale(frames):
    """Compute what a z-score takes.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_features)
        One speaker's frames.

    Returns
    -------
    mean : ndarray of shape (n_features,), float64
        The means.
    scale : ndarray of shape (n_features,), float64
        The standard deviations over all frames (divided by n_frames), 1 where a feature is constant.
    """
    # Rounding leaves a constant with a tiny deviation from its mean, which would be blown up.
    constant = frames.min(axis=0) == frames.max(axis=0)
    mean = np.where(constant, frames[0], frames.mean(axis=0, dtype=np.float64))
    scale = np.where(constant, 1.0, frames.std(axis=0, dtype=np.float64))
    # Values near the smallest float have a spread whose square is 0.
    return mean, np.where(scale == 0, 1.0, scale)


def _check_speakers(speakers, n_samples):
    speakers = list(speakers)
    if len(speakers) != n_samples:
        raise ValueError(
            f"speakers has {len(speakers)} entries, but X has {n_samples} samples. Give one speaker a sample."
        )
    for index, speaker in enumerate(speakers):
        if is_missing(speaker):
            raise ValueError(f"The speaker of sample {index} is missing ({speaker!r}). Name all.")
        if not np.isscalar(speaker):
            raise ValueError(f"The speaker of sample {index} is {speaker!r}; expected a name or a number.")
    return speakers


@tables_only
class SpeakerScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Z-score of each feature over each speaker's own frames.

    A speaker of `fit` keeps the statistics of `fit`. A speaker who is new in `transform` is scaled
    by his or her own frames in that call, so all samples of a new speaker belong into one call.
    Without `speakers`, in `fit` too, all samples count as by one speaker. No statistics are shared between
    speakers, so a corpus may be scaled once, before it is split by speakers.

    A feature that does not vary over a speaker's frames, or the only frame of a speaker, becomes 0.

    Attributes
    ----------
    speakers_ : ndarray of shape (n_speakers,), object
        The speakers of `fit` in order of appearance, [None] where none were given.
    mean_ : ndarray of shape (n_speakers, n_features)
        Their features' means.
    scale_ : ndarray of shape (n_speakers, n_features)
        Their features' standard deviations, 1 where a feature does not vary.
    n_features_in_ : int
        Number of features of a frame.

    Notes
    -----
    `speakers` is metadata, requested by default: with ``set_config(enable_metadata_routing=True)``
    pipelines and searches hand it on, to `transform` too where `predict` is given it.

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

    def fit(self, X, y=None, speakers=None):
        """Learn the statistics of each speaker.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames.
        y : None
            Not used.
        speakers : array-like of shape (n_samples,), default=None
            Who speaks in each sample.

        Returns
        -------
        SpeakerScaler
            The scaler itself.
        """
        sequences = as_sequences(self, X, reset=True)
        speakers, rows = frames_by_speaker(speakers, sequences.lengths)
        moments = [mean_and_scale(sequences.frames[own]) for own in rows]
        self.speakers_ = np.fromiter(speakers, dtype=object, count=len(speakers))
        self.mean_ = np.stack([mean for mean, _ in moments])
        self.scale_ = np.stack([scale for _, scale in moments])
        return self

    def transform(self, X, speakers=None):
        """Scale each speaker's frames.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames.
        speakers : array-like of shape (n_samples,), default=None
            Who speaks in each sample.

        Returns
        -------
        list or ndarray, float32
            Frames in the form of X: a list of arrays, or an array of 3 or 2 dimensions.

        Raises
        ------
        ValueError
            If `fit` was given speakers and this is not.
        """
        check_is_fitted(self)
        sequences = as_sequences(self, X, reset=False)
        if speakers is None and self.speakers_[0] is not None:
            raise ValueError(
                f"SpeakerScaler was fitted with speakers ({len(self.speakers_)}), but transform got none and "
                "would take all samples for one speaker's. Give speakers= to transform, or to the predict of "
                "a pipeline with metadata routing; a scorer asks for them by set_score_request("
                "speakers=True). Or scale all samples once, before they are split."
            )
        known = {speaker: place for place, speaker in enumerate(self.speakers_)}
        scaled = np.empty_like(sequences.frames)
        for speaker, rows in zip(*frames_by_speaker(speakers, sequences.lengths), strict=True):
            own = sequences.frames[rows]
            if speaker in known:
                mean, scale = self.mean_[known[speaker]], self.scale_[known[speaker]]
            else:
                mean, scale = mean_and_scale(own)
            scaled[rows] = (own - mean) / scale
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
            Who speaks in each sample.

        Returns
        -------
        list or ndarray, float32
            Frames in the form of X.
        """
        return self.fit(X, y, speakers=speakers).transform(X, speakers=speakers)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # float32, whatever came
        return tags
