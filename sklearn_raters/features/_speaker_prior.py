"""SpeakerPrior: estimate a speaker's mean and deviation from few recordings and from other speakers."""

from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh
from sklearn.base import BaseEstimator

# Numbers of recordings that held-out speakers are shown with, and how often each is drawn.
SHOWN = {1: 4, 2: 2, 5: 1, 20: 1}
# Candidates of the two strengths, in recordings.
MEAN_STRENGTHS = np.array([0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0])
SCALE_STRENGTHS = np.array([1.0, 4.0, 16.0, 64.0, 256.0])
# Strengths where too few speakers are known to learn them: one recording moves the mean half way.
FEW_SPEAKERS, MEAN_STRENGTH, SCALE_STRENGTH = 3, 1.0, 16.0
# Covariances are estimated from few speakers and recordings, and shrunk to their diagonals: shares of the
# diagonal within and between speakers. The first pair suits synthetic speech of 18 speakers and read speech
# of 101; the others are tried where there are few features.
SHARES = ((0.5, 0.3), (0.2, 0.3), (0.05, 0.1))
FEW_FEATURES = 150
# The least ratio that a statistic is given, so that it moves towards the speaker's own in the end.
LOWEST_RATIO = 1e-4
# Above so many statistics, covariances would take gigabytes and minutes: each is then estimated by itself.
MOST_STATISTICS = 2000
# As many recordings, and held-out speakers in a fold, tell as much as more would.
MOST_RECORDINGS, MOST_HELD_OUT = 20_000, 50
# One outlying value counts at most so much in the error, in squared standard deviations.
HIGHEST_ERROR = 9.0


class Recordings(NamedTuple):
    """Moments of each recording.

    Parameters
    ----------
    n_frames : ndarray of shape (n_recordings,), float64
        Number of frames.
    mean : ndarray of shape (n_recordings, n_features), float64
        Mean of each feature.
    var : ndarray of shape (n_recordings, n_features), float64
        Variance of each feature within the recording.
    """

    n_frames: np.ndarray
    mean: np.ndarray
    var: np.ndarray

    def take(self, rows):
        """Return some of the recordings."""
        return Recordings(*(moment[rows] for moment in self))


def moments_of(sequences, rows=None):
    """Compute the moments of recordings.

    Parameters
    ----------
    sequences : Sequences
        Frames of the recordings.
    rows : ndarray of int or None, default=None
        The recordings to take; None takes all.

    Returns
    -------
    Recordings
        The moments.
    """
    rows = np.arange(len(sequences)) if rows is None else rows
    n_frames = sequences.lengths[rows].astype(np.float64)
    if (sequences.lengths == 1).all():  # a table
        mean = sequences.frames[rows].astype(np.float64)
        return Recordings(n_frames, mean, np.zeros_like(mean))
    samples = sequences.split()
    samples = [samples[row] for row in rows]
    mean = np.stack([frames.mean(axis=0, dtype=np.float64) for frames in samples])
    return Recordings(n_frames, mean, np.stack([frames.var(axis=0, dtype=np.float64) for frames in samples]))


def learn_prior(sequences, codes):
    """Learn what speakers have in common.

    Parameters
    ----------
    sequences : Sequences
        Frames of the recordings.
    codes : ndarray of int of shape (n_recordings,)
        Number of the speaker of each recording.

    Returns
    -------
    SpeakerPrior
        The fitted prior.
    """
    rows = None
    if len(codes) > MOST_RECORDINGS:
        rows = np.sort(np.random.default_rng(0).choice(len(codes), MOST_RECORDINGS, replace=False))
        codes = np.unique(codes[rows], return_inverse=True)[1]
    return SpeakerPrior().fit(moments_of(sequences, rows), codes)


def join_recordings(*parts):
    """Return all recordings of several `Recordings`, one part after the other."""
    return Recordings(*map(np.concatenate, zip(*parts, strict=True)))


def first_of_each(recordings, codes):
    """Find the recordings of each speaker that are not the same as an earlier one.

    Parameters
    ----------
    recordings : Recordings
        The recordings; those of equal moments are the same.
    codes : ndarray of int of shape (n_recordings,)
        Number of the speaker of each recording.

    Returns
    -------
    list of int
        Their places.
    """
    places = {}
    for place, (code, *moments) in enumerate(zip(codes, *recordings, strict=True)):
        places.setdefault((code, *(moment.tobytes() for moment in moments)), place)
    return list(places.values())


class Speakers(NamedTuple):
    """What is seen of each speaker.

    Parameters
    ----------
    n_frames : ndarray of shape (n_speakers, 1)
        Number of frames.
    mean, var : ndarray of shape (n_speakers, n_features)
        Moments of all frames.
    """

    n_frames: np.ndarray
    mean: np.ndarray
    var: np.ndarray


def sum_by_speaker(values, codes):
    """Sum rows by speaker.

    Parameters
    ----------
    values : ndarray of shape (n_recordings, n_columns)
        The rows.
    codes : ndarray of int of shape (n_recordings,)
        Number of the speaker of each row; every number from 0 to the highest occurs.

    Returns
    -------
    ndarray of shape (n_speakers, n_columns)
        The sums.
    """
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    return np.add.reduceat(values[order], starts, axis=0)


def pool(recordings, codes):
    """Compute the moments of each speaker's frames from those of the recordings.

    Parameters
    ----------
    recordings : Recordings
        The recordings.
    codes : ndarray of int of shape (n_recordings,)
        Number of the speaker of each recording.

    Returns
    -------
    Speakers
        The moments.
    """
    weights = recordings.n_frames[:, None]
    n_frames = sum_by_speaker(weights, codes)
    mean = sum_by_speaker(weights * recordings.mean, codes) / n_frames
    around = recordings.var + (recordings.mean - mean[codes]) ** 2
    return Speakers(n_frames, mean, sum_by_speaker(weights * around, codes) / n_frames)


def scaling_error(recordings, full, mean, var):
    """Compute how far frames that are scaled by an estimate are from those scaled by the full statistics.

    Parameters
    ----------
    recordings : Recordings
        The recordings whose frames are scaled.
    full : Speakers
        The moments of all frames of the speaker.
    mean, var : ndarray of shape (..., n_features)
        Estimates.

    Returns
    -------
    ndarray of shape (..., n_recordings)
        For each estimate and recording, the mean squared difference over features, each at most
        `HIGHEST_ERROR`.
    """
    used = (full.var > 0) & (var > 0)
    scale, full_scale = (np.sqrt(np.where(used, values, 1.0)) for values in (var, full.var))
    offset = recordings.mean - full.mean
    slope, shift = 1 / scale - 1 / full_scale, (mean - full.mean) / scale
    squares = slope**2 * (recordings.var + offset**2) - 2 * slope * shift * offset + shift**2
    return np.where(used, np.minimum(squares, HIGHEST_ERROR), 0.0).mean(axis=-1)


def is_rounding(deviation, mean):
    """Return where a standard deviation is 0, or so small beside its mean that it is a rounding error."""
    return deviation <= 1e-9 * np.abs(mean)


class SpeakerPrior(BaseEstimator):
    """What speakers have in common, from which an estimate for a new speaker starts.

    A recording is described by the mean and the logarithm of the deviation of each feature (of one frame, by
    its values). The description is taken as the sum of what is usual, of the speaker's deviation from it, and
    of the recording's deviation from the speaker, both normally distributed. The estimate for a speaker is
    the posterior mean: it starts from what is usual and moves towards the speaker's own as there are more
    recordings, the faster the more a feature, or a combination of features, differs between speakers and the
    less between recordings of one speaker. How fast, for the mean and for the scale, is learnt on speakers
    that are held out and shown with 1, 2, 5 and 20 recordings.

    Attributes
    ----------
    usual_ : ndarray of shape (n_statistics,)
        Mean over speakers of the description.
    spread_ : ndarray of shape (n_statistics,)
        Standard deviation of the recordings of a speaker.
    ratio_ : ndarray of shape (n_statistics,)
        Variance between speakers over variance between recordings of a speaker, for each direction.
    to_directions_, from_directions_ : ndarray of shape (n_statistics, n_statistics) or None
        The directions in which recordings and speakers vary independently; None takes each statistic as one.
    usual_var_ : ndarray of shape (n_features,)
        Mean over speakers of the variance of their frames.
    excess_ : ndarray of shape (n_features,)
        By how much the logarithm of a speaker's deviation exceeds that of the speaker's recordings.
    floor_ : ndarray of shape (n_features,)
        Added to variances within recordings, which may be 0, before the logarithm.
    typical_frames_ : float
        Frames that count as one recording.
    of_frames_ : bool
        Whether recordings have more than one frame, and so a deviation of their own.
    mean_strength_, scale_strength_ : float
        The strengths, in recordings.
    shares_ : pair of float
        Shares of the diagonal in the covariances within and between speakers.

    References
    ----------
    C. Morris, "Parametric Empirical Bayes Inference: Theory and Applications", Journal of the American
    Statistical Association 78 (1983), pp. 47-55.
    """

    def fit(self, recordings, codes):
        """Learn from recordings of known speakers.

        Parameters
        ----------
        recordings : Recordings
            The recordings.
        codes : ndarray of int of shape (n_recordings,)
            Number of the speaker of each recording; every number from 0 to the highest occurs.

        Returns
        -------
        SpeakerPrior
            The fitted prior.
        """
        self.typical_frames_ = float(recordings.n_frames.mean())
        self.of_frames_ = bool((recordings.n_frames > 1).any())
        self.mean_strength_, self.scale_strength_, self.shares_ = MEAN_STRENGTH, SCALE_STRENGTH, SHARES[0]
        n_recordings = np.bincount(codes)
        if len(n_recordings) >= FEW_SPEAKERS and n_recordings.max() > 1:
            self._learn_settings(recordings, codes)
        return self._learn_variation(recordings, codes)

    def _learn_settings(self, recordings, codes):
        """Choose strengths and shares by the error on held-out speakers, in three folds.

        Of many features some are enough for this, as all have the same strengths.
        """
        n_features = recordings.mean.shape[1]
        candidates = SHARES if n_features <= FEW_FEATURES else SHARES[:1]
        if n_features > FEW_FEATURES:
            some = np.random.default_rng(0).choice(n_features, FEW_FEATURES, replace=False)
            recordings = recordings._replace(mean=recordings.mean[:, some], var=recordings.var[:, some])
        errors = np.zeros((len(candidates), len(MEAN_STRENGTHS), len(SCALE_STRENGTHS)))
        full = pool(recordings, codes)
        for fold in range(3):
            rest = codes % 3 != fold
            known, known_codes = recordings.take(rest), np.unique(codes[rest], return_inverse=True)[1]
            for place, self.shares_ in enumerate(candidates):
                self._learn_variation(known, known_codes)
                errors[place] += self._held_out_errors(recordings, codes, np.unique(codes[~rest]), full)
        best = np.unravel_index(errors.argmin(), errors.shape)
        self.shares_ = candidates[best[0]]
        self.mean_strength_ = float(MEAN_STRENGTHS[best[1]])
        self.scale_strength_ = float(SCALE_STRENGTHS[best[2]])

    def _held_out_errors(self, recordings, codes, held_out, full):
        """Return the sum over held-out speakers of the errors of every pair of strengths."""
        random, errors = np.random.default_rng(0), 0.0
        if len(held_out) > MOST_HELD_OUT:
            held_out = random.choice(held_out, MOST_HELD_OUT, replace=False)
        for code in held_out:
            own, speaker = np.flatnonzero(codes == code), Speakers(*(moment[code] for moment in full))
            for n_shown, n_draws in SHOWN.items():
                for _ in range(n_draws):
                    few = random.choice(own, min(n_shown, len(own)), replace=False)
                    errors += self._errors(recordings.take(few), speaker) / n_draws
        return errors

    def _errors(self, shown, full):
        """Return the mean error on recordings of one speaker, for every pair of strengths."""
        codes = np.zeros(len(shown.mean), dtype=int)
        seen, described = pool(shown, codes), self._describe_speakers(shown, codes)
        mean, expected = self._posterior(seen, described, MEAN_STRENGTHS[:, None])
        mean, expected = mean[:, None], np.atleast_2d(expected)[:, None]
        var = self._var_around(seen, mean, expected, SCALE_STRENGTHS[:, None])
        return scaling_error(shown, full, mean[:, :, None], var[:, :, None]).mean(axis=-1)

    def _describe(self, recordings):
        """Return the description of each recording, ndarray of shape (n_recordings, n_statistics)."""
        if not self.of_frames_:
            return recordings.mean
        return np.hstack([recordings.mean, 0.5 * np.log(recordings.var + self.floor_)])

    def _describe_speakers(self, recordings, codes):
        """Return the mean description of each speaker, a frame having the same weight everywhere."""
        weights = recordings.n_frames[:, None]
        return sum_by_speaker(weights * self._describe(recordings), codes) / sum_by_speaker(weights, codes)

    def _learn_variation(self, recordings, codes):
        """Learn how speakers differ, and how recordings of a speaker do."""
        floor = 0.01 * recordings.var.mean(axis=0)
        self.floor_ = np.where(floor == 0, 1.0, floor)
        speakers, described = pool(recordings, codes), self._describe_speakers(recordings, codes)
        n_recordings = np.bincount(codes)
        self.usual_var_, self.usual_ = speakers.var.mean(axis=0), described.mean(axis=0)
        deviations = self._describe(recordings) - described[codes]
        n_free = len(codes) - len(described)
        # With one recording of each speaker, the two kinds of variation cannot be told apart.
        squares = deviations if n_free else described - self.usual_
        spread = np.sqrt((squares**2).sum(axis=0) / max(n_free, len(described) - 1, 1))
        # A feature that never differs within a speaker has a spread of 0, or of rounding errors.
        self.spread_ = np.where(is_rounding(spread, self.usual_), 1.0, spread)
        if len(described) < FEW_SPEAKERS or not n_free:
            self.ratio_ = np.ones(len(self.usual_))
            self.to_directions_ = self.from_directions_ = None
        else:
            between = (described - self.usual_) / self.spread_
            self._find_directions(deviations / self.spread_, n_free, between, (1 / n_recordings).mean())
        n_features = recordings.mean.shape[1]
        total_var = speakers.var + (speakers.mean - self.usual_[:n_features]) ** 2
        constant = is_rounding(np.sqrt(total_var.mean(axis=0)), self.usual_[:n_features])
        if self.to_directions_ is not None:
            # Directions mix the features: a constant one would get the rounding errors of the others.
            self.from_directions_[np.tile(constant, len(self.usual_) // n_features)] = 0
        self.excess_ = np.zeros(n_features)
        if self.of_frames_:
            logs = 0.5 * np.log(speakers.var + self.floor_)
            self.excess_ = (logs - described[:, n_features:]).mean(axis=0)
        return self

    def _find_directions(self, deviations, n_free, between, noise):
        """Find directions in which both kinds of variation are independent, and the ratio of their sizes.

        `noise` is the part of the variation within speakers that their means have, too.
        """
        n_speakers, n_statistics = between.shape
        if n_statistics > MOST_STATISTICS:
            variances = (between**2).sum(axis=0) / (n_speakers - 1)
            self.ratio_ = np.maximum(variances - noise, LOWEST_RATIO)
            self.to_directions_ = self.from_directions_ = None
            return
        of_within, of_between = self.shares_
        within = (1 - of_within) * (deviations.T @ deviations) / n_free
        within[np.diag_indices(n_statistics)] += of_within
        covariance = between.T @ between / (n_speakers - 1) - noise * within
        single = np.maximum(np.diag(covariance), LOWEST_RATIO)
        sizes, axes = eigh(covariance)  # to leave out what is less than noise
        covariance = (1 - of_between) * (axes * np.maximum(sizes, 0)) @ axes.T
        covariance[np.diag_indices(n_statistics)] += of_between * single
        ratio, self.to_directions_ = eigh(covariance, within)
        self.ratio_ = np.maximum(ratio, 0)
        # The inverse of the transposed directions, as the variation within is the identity along them.
        self.from_directions_ = within @ self.to_directions_

    def _posterior(self, seen, described, mean_strength):
        """Return the posterior mean of each speaker, and the variance that their descriptions let expect."""
        moved = (described - self.usual_) / self.spread_
        n_known = seen.n_frames / self.typical_frames_
        share = n_known * self.ratio_ / (n_known * self.ratio_ + mean_strength)
        if self.to_directions_ is None:
            moved = share * moved
        else:
            moved = (share * (moved @ self.to_directions_)) @ self.from_directions_.T
        posterior = self.usual_ + self.spread_ * moved
        n_features = seen.mean.shape[1]
        if not self.of_frames_:
            return posterior, self.usual_var_
        var = np.exp(2 * (posterior[:, n_features:] + self.excess_)) - self.floor_
        return posterior[:, :n_features], np.maximum(var, 0)

    def _var_around(self, seen, mean, expected, scale_strength):
        """Return the variance around the posterior mean, of the speaker's frames and of what is expected."""
        n_known = seen.n_frames / self.typical_frames_
        around = seen.var + (seen.mean - mean) ** 2
        return (n_known * around + scale_strength * expected) / (n_known + scale_strength)

    def estimate(self, recordings, codes):
        """Estimate mean and standard deviation of each speaker's frames.

        Parameters
        ----------
        recordings : Recordings
            Recordings of the speakers.
        codes : ndarray of int of shape (n_recordings,)
            Number of the speaker of each recording; every number from 0 to the highest occurs.

        Returns
        -------
        mean : ndarray of shape (n_speakers, n_features)
            Means.
        scale : ndarray of shape (n_speakers, n_features)
            Standard deviations, 1 where nothing varies.
        """
        seen = pool(recordings, codes)
        described = self._describe_speakers(recordings, codes)
        mean, expected = self._posterior(seen, described, self.mean_strength_)
        scale = np.sqrt(self._var_around(seen, mean, expected, self.scale_strength_))
        return mean, np.where(is_rounding(scale, mean), 1.0, scale)
