"""LayerWeighting: one frame from those of all layers of an encoder, by learnt weights."""

from numbers import Integral, Real

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align_samples
from sklearn_raters._forms import whole_fit
from sklearn_raters._sklearn_compat import Interval
from sklearn_raters._targets import target_distributions
from sklearn_raters.exceptions import InputError
from sklearn_raters.features._forms import keeps_frames
from sklearn_raters.ratings import known_labels
from sklearn_raters.sequences import as_samples, holds_sequences


def _loss(parameters, layers, targets, penalty):
    """Return the penalised cross-entropy of a linear classifier on weighted layers, and its gradient.

    Parameters
    ----------
    parameters : ndarray of shape (n_layers + n_classes * n_units + n_classes,)
        Logarithms of the layers' weights, the classifier's coefficients and its offsets.
    layers : ndarray of shape (n_samples, n_layers, n_units)
        Standardised mean frames.
    targets : ndarray of shape (n_samples, n_classes)
        Distributions of the classes.
    penalty : float
        Factor of half the sum of the squared coefficients.

    Returns
    -------
    loss : float
        Mean over the samples, with the penalty.
    gradient : ndarray
        Derivatives by the parameters.
    """
    n_samples, n_layers, n_units = layers.shape
    n_classes = targets.shape[1]
    logs, coefficients, offsets = np.split(parameters, [n_layers, n_layers + n_classes * n_units])
    weights, coefficients = softmax(logs), coefficients.reshape(n_classes, n_units)
    units = np.tensordot(layers, weights, axes=(1, 0))
    predicted = log_softmax(units @ coefficients.T + offsets, axis=1)
    loss = -(targets * predicted).sum() / n_samples + penalty * (coefficients**2).sum() / 2
    errors = (np.exp(predicted) - targets) / n_samples
    by_weight = np.einsum("iu,ilu->l", errors @ coefficients, layers)
    by_log = weights * (by_weight - weights @ by_weight)
    by_coefficient = errors.T @ units + penalty * coefficients
    return loss, np.concatenate([by_log, by_coefficient.ravel(), errors.sum(axis=0)])


@keeps_frames(holds_sequences)
class LayerWeighting(TransformerMixin, BaseEstimator):
    """Weigh the layers of a speech encoder, by weights learnt with a linear classifier of the mean frame.

    Every unit of every layer is standardised over the frames of the training part. The weights, positive and
    of sum one, are learnt together with a linear softmax classifier of a sample's mean frame: the classifier
    of the SUPERB benchmark. Only the weights are kept; what comes after this transformer learns from the
    weighted frames. In a stack, as a step of the views' pipeline, each view has weights of its own.

    Parameters
    ----------
    n_layers : int, default=13
        Number of layers side by side in a frame, as ``SpeechEncoderFrames(layer="all")`` gives them: one more
        than the transformer layers of the encoder.
    C : float, default=0.01
        Inverse strength of the penalty on the classifier's coefficients, as in LogisticRegression. A weak
        penalty lets a classifier of many units fit few samples whatever the weights, which then stay equal.
    max_iter : int, default=200
        Largest number of iterations of L-BFGS.

    Attributes
    ----------
    weights_ : ndarray of shape (n_layers,)
        Weights of the layers.
    mean_, scale_ : ndarray of shape (n_layers, n_units)
        Mean and standard deviation of each unit over the training frames; a constant unit has the scale 1.
    n_features_in_ : int
        Number of features of a frame of all layers.
    n_iter_ : int
        Number of iterations.

    References
    ----------
    S. Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", Interspeech 2021, section
    3.2.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import LayerWeighting
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(60) % 2
    >>> X = [rng.normal(size=(5, 2 * 3)) for _ in y]  # two layers of three units
    >>> for frames, label in zip(X, y):
    ...     frames[:, 3:] += label  # the second one knows the class
    >>> weighting = LayerWeighting(n_layers=2).fit(X, y)
    >>> int(weighting.weights_.argmax())
    1
    >>> weighting.transform(X)[0].shape
    (5, 3)
    """

    _takes_soft_targets = True

    _parameter_constraints = {
        "n_layers": [Interval(Integral, 1, None, closed="left")],
        "C": [Interval(Real, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, n_layers=13, *, C=0.01, max_iter=200):
        self.n_layers = n_layers
        self.C = C
        self.max_iter = max_iter

    def fit(self, X, y):
        """Learn the weights.

        Parameters
        ----------
        X : list of (n_frames_i, n_layers * n_units), or array of 3 or 2 dimensions
            Frames of all layers, the first layer's units first; also memory-mapped.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Hard or soft labels. If X and y are pandas objects, they are paired by their index.

        Returns
        -------
        LayerWeighting
            The fitted transformer.

        Raises
        ------
        InputError
            If the frames cannot be divided into `n_layers` layers, or lengths or indexes differ.
        """
        self._validate_params()
        X, y = align_samples(X=X, y=y)
        with whole_fit(self):
            self._fit(X, y)
        return self

    def _fit(self, X, y):
        samples = as_samples(self, X, reset=True)
        if self.n_features_in_ % self.n_layers:
            raise InputError(
                f"X has {self.n_features_in_} features a frame, which is not a multiple of n_layers="
                f"{self.n_layers}: give the number of layers that the frames hold."
            )
        with known_labels():  # the classifier behind it warns of them
            _, targets = target_distributions(y, None)
        shape = self.n_layers, self.n_features_in_ // self.n_layers
        n_frames = sum(len(frames) for frames in samples)
        means = np.array([np.mean(frames, axis=0, dtype=float) for frames in samples])
        lengths = np.array([len(frames) for frames in samples])
        mean = lengths @ means / n_frames
        variance = sum(((frames - mean) ** 2).sum(axis=0) for frames in samples) / n_frames
        scale = np.where(variance > 0, np.sqrt(variance), 1)
        layers = ((means - mean) / scale).reshape(-1, *shape)
        start = np.zeros(shape[0] + targets.shape[1] * (shape[1] + 1))
        penalty = 1 / (self.C * len(samples))
        found = minimize(
            _loss, start, (layers, targets, penalty), "L-BFGS-B", jac=True, options={"maxiter": self.max_iter}
        )
        self.n_iter_ = found.nit
        self.weights_ = softmax(found.x[: self.n_layers])
        self.mean_, self.scale_ = mean.reshape(shape), scale.reshape(shape)

    def transform(self, X):
        """Weigh the layers.

        Parameters
        ----------
        X : list of (n_frames_i, n_layers * n_units), or array of 3 or 2 dimensions
            Frames of all layers.

        Returns
        -------
        list or ndarray, float32
            Weighted means of the standardised layers, (n_frames_i, n_units) a sample, in the form of X.
        """
        check_is_fitted(self)
        factors = self.weights_[:, None] / self.scale_
        offset = (factors * self.mean_).sum(axis=0)
        weighted = []
        for frames in as_samples(self, X, reset=False):
            layers = frames.reshape(-1, *self.mean_.shape)
            weighted.append((np.einsum("flu,lu->fu", layers, factors) - offset).astype(np.float32))
        if not holds_sequences(X):
            return np.concatenate(weighted)
        return np.stack(weighted) if isinstance(X, np.ndarray) and X.ndim == 3 else weighted

    def get_feature_names_out(self, input_features=None):
        """Return the names of the weighted units.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        ndarray of shape (n_units,), object
            "layerweighting0", "layerweighting1" and so on.
        """
        check_is_fitted(self)
        return np.array([f"layerweighting{unit}" for unit in range(self.mean_.shape[1])], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = []  # the output is float32 for every dtype of the input
        return tags
