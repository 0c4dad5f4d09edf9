"""SpeakerScaler: scale each speaker's features to mean 0 and standard deviation 1."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align_samples
from sklearn_raters._forms import whole_fit
from sklearn_raters._sklearn_compat import StrOptions
from sklearn_raters.exceptions import InputError
from sklearn_raters.features._forms import FrameTransformer, in_form_of, keeps_frames
from sklearn_raters.features._speaker_prior import first_of_each, join_recordings, learn_prior, moments_of
from sklearn_raters.ratings import check_groups, warn_of_lookalikes
from sklearn_raters.sequences import Sequences, as_sequences, holds_sequences


class Unknown:
    """A speaker of whom nothing is known but one sample; equal to no other."""


def number_speakers(speakers, n_samples):
    """Give each speaker a number.

    Parameters
    ----------
    speakers : array-like of shape (n_samples,) or None
        Speaker of each sample; one that is missing is another than all others. None takes all samples as by
        one speaker.
    n_samples : int
        Number of samples.

    Returns
    -------
    names : list
        The speakers, in order of appearance: names, or `Unknown` objects; [None] if none are given.
    codes : ndarray of int of shape (n_samples,)
        Place in `names` of each sample's speaker.
    """
    if speakers is None:
        return [None], np.zeros(n_samples, dtype=int)
    speakers = check_groups(speakers, n_samples, name="speakers", allow_missing=True).tolist()
    places = {}
    codes = [places.setdefault(Unknown() if name is None else name, len(places)) for name in speakers]
    return list(places), np.array(codes, dtype=int)


def frames_by_speaker(codes, lengths):
    """Find each speaker's frames.

    Parameters
    ----------
    codes : ndarray of int of shape (n_samples,)
        Number of each sample's speaker.
    lengths : ndarray of shape (n_samples,)
        Number of frames of each sample.

    Returns
    -------
    list of ndarray
        Indices of each speaker's frames among all frames.
    """
    frame_codes = np.repeat(codes, lengths)
    order = np.argsort(frame_codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(frame_codes))[:-1])


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

    The speakers of `fit` are scaled by the statistics of all their frames in `fit`, whatever else is in a
    call of `transform`. They share no statistics, so a corpus can be scaled once, before it is split by
    speakers.

    Of a speaker who is new in `transform` little is known: the statistics start from those of all speakers
    and move towards the speaker's own as there are more recordings (`SpeakerPrior`). So a single recording
    keeps what distinguishes it from others of its speaker, which its own mean would erase. No statistics
    depend on samples of another new speaker. `add_speakers` makes a new speaker known.

    If `speakers` are given neither in `fit` nor in `transform`, all samples are taken as by one speaker. If
    they are given in `fit` alone, each sample of `transform` is by a speaker of its own.

    A feature that is constant over the frames of a speaker of `fit` becomes 0, and so does the only frame of
    such a speaker.

    Parameters
    ----------
    output : {"scaled", "both"}, default="scaled"
        Features to return: the scaled ones, or the scaled ones and after them the original ones, between
        which `FrontEndScaler` chooses. "both" needs speakers.

    Attributes
    ----------
    speakers_ : ndarray of shape (n_speakers,), object
        Known speakers: those of `fit` in order of appearance, and after them those of `add_speakers`; [None]
        if none were given.
    n_samples_ : ndarray of int of shape (n_speakers,)
        Number of recordings by which each speaker is known.
    mean_ : ndarray of shape (n_speakers, n_features)
        Means of each speaker's features.
    scale_ : ndarray of shape (n_speakers, n_features)
        Standard deviations of each speaker's features, 1 where a feature is constant.
    prior_ : SpeakerPrior
        What the speakers of `fit` have in common.
    added_ : tuple of ndarray
        Moments of the recordings that `add_speakers` has got: numbers of frames, means, variances.
    added_codes_ : ndarray of int
        Place in `speakers_` of the speaker of each of these recordings.
    n_features_in_ : int
        Number of features of a frame.

    See Also
    --------
    FrontEndScaler : Choose, inside a pipeline, whether features are scaled by speaker.

    Notes
    -----
    `speakers` is metadata that `fit` and `transform` request by default: with
    ``set_config(enable_metadata_routing=True)``, pipelines and searches pass it on.

    `fit` takes seconds for tables of about a thousand features, since it learns how they vary together.
    With fewer than three speakers, that cannot be learnt: one recording then moves the mean of a new speaker
    half way from what is usual to its own. For frames with more than 1,000 features, and tables with more
    than 2,000, each feature is estimated by itself.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import SpeakerScaler
    >>> frames = [np.array([[1.0], [3.0]]), np.array([[10.0], [30.0]])]
    >>> scaler = SpeakerScaler().fit(frames, speakers=["ann", "bob"])
    >>> for sample in scaler.transform(frames, speakers=["ann", "bob"]):
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
        speakers = check_groups(speakers, name="speakers")
        with whole_fit(self):
            self._fit(X, speakers)
        return self

    def _fit(self, X, speakers):
        sequences = as_sequences(self, X, reset=True)
        names, codes = number_speakers(speakers, len(sequences))
        rows = frames_by_speaker(codes, sequences.lengths)
        means, scales = zip(*(mean_and_scale(sequences.frames[own]) for own in rows), strict=True)
        self.prior_ = learn_prior(sequences, codes)
        self.speakers_ = np.fromiter(names, dtype=object, count=len(names))
        self.n_samples_ = np.bincount(codes)
        self.mean_, self.scale_ = np.stack(means), np.stack(scales)
        nothing = np.empty((0, self.n_features_in_))
        self.added_, self.added_codes_ = (np.empty(0), nothing, nothing), np.empty(0, dtype=int)

    def add_speakers(self, X, speakers, once=False):
        """Make new speakers known by some of their recordings.

        Their statistics are estimated as in `transform` and kept: further recordings of these speakers are
        scaled by them, in any call. Recordings that are added later are counted with the earlier ones. The
        speakers of `fit` stay as they are.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames.
        speakers : array-like of shape (n_samples,)
            Speaker of each sample.
        once : bool, default=False
            Whether a recording counts once for its speaker, however often it is given, in this call or an
            earlier one. Recordings with equal means and variances of all features are taken as the same; so
            leave it out for tables in which different samples may be equal.

        Returns
        -------
        SpeakerScaler
            This scaler.

        Raises
        ------
        InputError
            If the scaler was fitted without speakers, or a sample has none.

        Warns
        -----
        InputWarning
            If a new speaker reads like a known one, such as "1" like 1.
        """
        check_is_fitted(self)
        if self.speakers_[0] is None:
            raise InputError(
                "SpeakerScaler was fitted without speakers, so it can add none: fit it with speakers=."
            )
        if speakers is None:
            raise InputError("add_speakers got no speakers: give the speaker of each sample as speakers=.")
        X, speakers = align_samples(X=X, speakers=speakers)
        sequences = as_sequences(self, X, reset=False)
        speakers = check_groups(speakers, len(sequences), name="speakers")
        names, codes = number_speakers(speakers, len(sequences))
        n_of_fit = len(self.speakers_) - len(np.unique(self.added_codes_))
        places = {name: place for place, name in enumerate(self.speakers_)}
        place_of = np.array([places.setdefault(name, len(places)) for name in names])[codes]
        warn_of_lookalikes(list(places), self.speakers_, "speakers")
        is_new = place_of >= n_of_fit
        if is_new.any():
            added = join_recordings(self.added_, moments_of(sequences, np.flatnonzero(is_new)))
            added_codes = np.concatenate([self.added_codes_, place_of[is_new]])
            if once:
                first = first_of_each(added, added_codes)
                added, added_codes = added.take(first), added_codes[first]
            estimated = self.prior_.estimate(added, added_codes - n_of_fit)
            of_fit = self.mean_[:n_of_fit], self.scale_[:n_of_fit]
            self.mean_, self.scale_ = map(np.vstack, zip(of_fit, estimated, strict=True))
            self.speakers_ = np.fromiter(places, dtype=object, count=len(places))
            self.n_samples_ = np.concatenate(
                [self.n_samples_[:n_of_fit], np.bincount(added_codes - n_of_fit)]
            )
            self.added_, self.added_codes_ = tuple(added), added_codes
        return self

    def transform(self, X, speakers=None):
        """Scale each speaker's frames.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames.
        speakers : array-like of shape (n_samples,), default=None
            Speaker of each sample, missing where it is unknown. None, if `fit` had speakers, says that all
            are unknown.

        Returns
        -------
        list or ndarray, float32
            Frames in the form of X: the scaled features, and after them the original ones with
            ``output="both"``.

        Warns
        -----
        InputWarning
            If a new speaker reads like a known one, such as "1" like 1.
        """
        check_is_fitted(self)
        X, speakers = align_samples(X=X, speakers=speakers)
        sequences = as_sequences(self, X, reset=False)
        if speakers is None and self.speakers_[0] is not None:
            speakers = [None] * len(sequences)
        names, codes = number_speakers(speakers, len(sequences))
        mean, scale = self._statistics(names, codes, sequences)
        scaled = np.empty_like(sequences.frames)
        for code, rows in enumerate(frames_by_speaker(codes, sequences.lengths)):
            scaled[rows] = (sequences.frames[rows] - mean[code]) / scale[code]
        if self.output == "both":
            scaled = np.hstack([scaled, sequences.frames])
        return in_form_of(X, Sequences(scaled, sequences.lengths))

    def _statistics(self, names, codes, sequences):
        """Return means and deviations of speakers, estimated from their samples where they are new."""
        places = {name: place for place, name in enumerate(self.speakers_)}
        known = np.array([name in places for name in names])
        mean = np.empty((len(names), self.mean_.shape[1]))
        scale = np.empty_like(mean)
        rows = [places[name] for name in names if name in places]
        mean[known], scale[known] = self.mean_[rows], self.scale_[rows]
        if not known.all():
            warn_of_lookalikes(list(dict.fromkeys([*places, *names])), self.speakers_, "speakers")
            of_new = ~known[codes]
            new_codes = (np.cumsum(~known) - 1)[codes[of_new]]
            mean[~known], scale[~known] = self.prior_.estimate(
                moments_of(sequences, np.flatnonzero(of_new)), new_codes
            )
        return mean, scale

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
