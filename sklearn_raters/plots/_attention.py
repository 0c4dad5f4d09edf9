"""Attention of a network over a recording's waveform and pitch."""

import numpy as np
from sklearn.pipeline import Pipeline

from sklearn_raters._nested import before_last_step, is_search, layers
from sklearn_raters._sklearn_compat import HasMethods, checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.features import SAMPLING_RATE, OpenSmileFrames, SpectralFrames, read_audio
from sklearn_raters.plots._style import pyplot
from sklearn_raters.ratings import shorten

_STEP, _WINDOW = 0.01, 0.06  # seconds, of OpenSmileFrames and SpectralFrames
# Frames of a higher correlation of successive periods are voiced.
_VOICED = 0.5


def _attention(fitted, X, view):
    """Return the weights of the frames of the only sample of X, by the network inside a fitted estimator."""
    if is_search(fitted):
        return _attention(fitted.best_estimator_, X, view)
    if isinstance(fitted, Pipeline):
        return _attention(fitted[-1], before_last_step(fitted, X, {}), view)
    if hasattr(fitted, "views_"):
        if view is None:
            view = "crowd_soft" if "crowd_soft" in fitted.views_ else fitted.views_[0]
        if view not in fitted.views_:
            raise InputError(f"The stack has no view {view!r}: its views are {shorten(fitted.views_)}.")
        X = X if fitted.shared_steps_ is None else fitted.shared_steps_.transform(X)
        return _attention(fitted.estimators_[fitted.views_.index(view)], X, None)
    if view is not None:
        raise InputError(f"{type(fitted).__name__} has no views: leave out view={view!r}, or give a stack.")
    if not hasattr(fitted, "attention"):
        raise InputError(
            f"{type(fitted).__name__} has no attention over frames. Give a fitted BLSTMClassifier, or a "
            "stack with such views."
        )
    return fitted.attention(X)[0]


def _pitch_of(recording, fitted):
    """Return the times in seconds of frames and their F0 in Hz, NaN where unvoiced."""
    pipelines = [layer.estimator for layer in layers(fitted) if isinstance(layer.estimator, Pipeline)]
    steps = [step for pipeline in pipelines for _, step in pipeline.steps]
    is_spectral = any(isinstance(step, SpectralFrames) for step in steps)
    transformer = SpectralFrames() if is_spectral else OpenSmileFrames()
    names, (frames,) = transformer.get_feature_names_out().tolist(), transformer.transform([recording])
    if is_spectral:
        f0, voiced = np.exp(frames[:, names.index("log_pitch")]), frames[:, names.index("voicing")] > _VOICED
    else:
        f0 = frames[:, names.index("F0_sma")]
        voiced = f0 > 0
    return np.arange(len(f0)) * _STEP + _WINDOW / 2, np.where(voiced, f0, np.nan)


class AttentionDisplay:
    """Where a network listens: the weights of its attention over the waveform and the pitch.

    `from_estimator` takes the pitch of openSMILE, whose licence is for research, or of `SpectralFrames` if
    these are a step of the estimator.

    Parameters
    ----------
    weights : ndarray of shape (n_frames,)
        Weights of the frames, which sum to one. Frame i of n lasts from i / n to (i + 1) / n of
        the recording.
    signal : ndarray of shape (n_values,)
        The recording, full scale 1.
    sampling_rate : float
        Values of the signal in a second (Hz).
    pitch : tuple of two ndarrays of shape (n_times,)
        Times in seconds and the fundamental frequency in Hz, NaN where unvoiced.

    Attributes
    ----------
    axes_ : tuple of two matplotlib Axes
        Axes with the waveform and with the pitch.
    figure_ : matplotlib Figure
        Figure of the axes.

    References
    ----------
    S. Mirsamadi, E. Barsoum and C. Zhang, "Automatic speech emotion recognition using recurrent neural
    networks with local attention", ICASSP 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters.plots import AttentionDisplay
    >>> signal = np.sin(np.arange(8000) / 20)
    >>> pitch = np.array([0.1, 0.2]), np.array([127.3, 127.3])
    >>> weights = [0.1, 0.2, 0.4, 0.3]
    >>> display = AttentionDisplay(weights=weights, signal=signal, sampling_rate=16000, pitch=pitch)
    >>> float(display.plot().axes_[1].get_xlim()[1])
    0.5
    """

    def __init__(self, *, weights, signal, sampling_rate, pitch):
        self.weights = weights
        self.signal = signal
        self.sampling_rate = sampling_rate
        self.pitch = pitch

    @classmethod
    @checked_parameters({"estimator": [HasMethods("predict")]})
    def from_estimator(cls, estimator, recording, X=None, *, view=None, axes=None):
        """Draw the attention of a fitted network over one recording.

        Parameters
        ----------
        estimator : fitted estimator
            A `BLSTMClassifier`, or a stack with such views; also inside a Pipeline or search.
        recording : str, PathLike or (signal, rate) pair
            The recording, as `OpenSmileFrames` takes one.
        X : sequence of length 1 or None, default=None
            The sample as the estimator takes it. None if it takes recordings.
        view : str or None, default=None
            View of a stack; None is "crowd_soft", or the first view where there is none.
        axes : pair of matplotlib Axes or None, default=None
            Axes for the waveform and for the pitch; None makes a figure.

        Returns
        -------
        AttentionDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InputError
            If the estimator has no attention, the stack has no such view, X does not hold one sample, or the
            recording cannot be read.
        """
        if X is not None and len(X) != 1:
            raise InputError(f"X must hold the one sample that is drawn, got {len(X)}: give X[i : i + 1].")
        signal, _ = read_audio(recording)
        try:
            weights = _attention(estimator, [recording] if X is None else X, view)
        except InputError as error:
            if X is not None or not ("X holds" in str(error) or "of X" in str(error)):
                raise
            raise InputError(
                f"The estimator takes no recordings ({error}) Give X, a list of the recording's frames."
            ) from error
        pitch = _pitch_of(recording, estimator)
        display = cls(weights=weights, signal=signal, sampling_rate=SAMPLING_RATE, pitch=pitch)
        return display.plot(axes=axes)

    def plot(self, *, axes=None):
        """Draw the waveform above the pitch, with the weights behind both.

        Parameters
        ----------
        axes : pair of matplotlib Axes or None, default=None
            Axes for the waveform and for the pitch; None makes a figure.

        Returns
        -------
        AttentionDisplay
            The display, with `axes_` and `figure_`.
        """
        if axes is None:
            _, axes = pyplot().subplots(2, sharex=True, figsize=(8, 4.5), layout="constrained")
        if np.shape(axes) != (2,):
            raise InputError(f"axes must be two Axes, for the waveform and for the pitch, not {axes!r}.")
        self.axes_ = tuple(axes)
        self.figure_ = self.axes_[0].figure
        seconds = len(self.signal) / self.sampling_rate
        n_frames = len(self.weights)
        # 1 where all frames weigh the same.
        relative = n_frames * np.asarray(self.weights)
        edges = np.linspace(0, seconds, n_frames + 1)
        upper, lower = self.axes_
        times = np.arange(len(self.signal)) / self.sampling_rate
        upper.plot(times, self.signal, color="0.25", linewidth=0.4)
        upper.set(ylabel="Waveform")
        lower.plot(*self.pitch, ".", color="0.25", markersize=3)
        lower.set(ylabel="Pitch (Hz)", xlabel="Seconds", xlim=(0, seconds))
        for ax in self.axes_:
            low, high = ax.get_ylim()
            image = ax.pcolormesh(
                edges,
                [low, high],
                relative[None],
                cmap="YlOrBr",
                vmin=0,
                alpha=0.75,
                zorder=0,
                rasterized=True,
            )
            ax.spines[["top", "right"]].set_visible(False)
        label = "Attention (1: all frames equal)"
        self.figure_.colorbar(image, ax=list(self.axes_), label=label, pad=0.01)
        return self
