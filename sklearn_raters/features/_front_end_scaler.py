"""FrontEndScaler: scale features by speaker, over the training samples, or both, as a search chooses."""

import numpy as np
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align_samples
from sklearn_raters._forms import whole_fit
from sklearn_raters._sklearn_compat import StrOptions, check_sample_weight
from sklearn_raters.exceptions import InputError
from sklearn_raters.features._forms import FrameTransformer, in_form_of, keeps_frames
from sklearn_raters.sequences import Sequences, as_sequences, holds_sequences

# By Samuelson's inequality, one of n values of a speaker lies at most sqrt(n - 1) standard deviations from
# their mean: no speaker has a million frames so that one is further off than this.
HIGHEST_BY_SPEAKER = 1000.0


def chosen_columns(n_features, scaling):
    """Return the columns of a choice, if the first half of the features is scaled by speaker.

    Parameters
    ----------
    n_features : int
        Number of all features.
    scaling : {"speaker", "training", "both"}
        The choice.

    Returns
    -------
    ndarray of int
        Columns; all for "both".

    Raises
    ------
    InputError
        If there are no two halves.
    """
    columns = np.arange(n_features)
    if scaling == "both":
        return columns
    if n_features % 2:
        raise InputError(
            f"X has n_features = {n_features}, which cannot be halves: scaling={scaling!r} chooses between "
            "features scaled by speaker and the original ones, the output of SpeakerScaler(output='both')."
        )
    by_speaker, original = np.split(columns, 2)
    return by_speaker if scaling == "speaker" else original


def check_scaled(frames):
    """Raise InputError if frames cannot be scaled by speaker.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_features)
        The first half of the features.

    References
    ----------
    P. A. Samuelson, "How Deviant Can You Be?", Journal of the American Statistical Association 63 (1968),
    pp. 1522-1525.
    """
    highest = np.maximum(frames.max(axis=0), -frames.min(axis=0))
    feature = highest.argmax()
    if highest[feature] > HIGHEST_BY_SPEAKER:
        raise InputError(
            f"Feature {feature} of X has a value of size {highest[feature]:.6g}; features scaled by speaker, "
            f"the first half of X, lie between -{HIGHEST_BY_SPEAKER:g} and {HIGHEST_BY_SPEAKER:g}. Give the "
            "output of SpeakerScaler(output='both').fit_transform, with all samples of each speaker."
        )


@keeps_frames(holds_sequences)
class FrontEndScaler(FrameTransformer):
    """Choose features scaled by speaker, original features or both, and standardise them.

    Scaling by speaker removes what distinguishes speakers, which helps to recognise emotions and may remove
    what is to be learnt, such as the quality of a pronunciation. Which one is better can be searched: scale
    all samples once by ``SpeakerScaler(output="both")``, which shares nothing between speakers, and let this
    transformer choose inside a pipeline, where no speakers are needed.

    The chosen features get mean 0 and standard deviation 1 over all frames of the samples given to `fit`.

    Parameters
    ----------
    scaling : {"both", "speaker", "training"}, default="both"
        - "speaker": the features scaled by speaker, the first half of the features of X.
        - "training": the original features, the second half, scaled over the training samples alone.
        - "both": all features side by side. X may then have any features.

    Attributes
    ----------
    columns_ : ndarray of int of shape (n_features_out,)
        The chosen features of X.
    mean_ : ndarray of shape (n_features_out,)
        Their means.
    scale_ : ndarray of shape (n_features_out,)
        Their standard deviations, 1 where a feature is constant.
    n_features_in_ : int
        Number of features of a frame in X.

    See Also
    --------
    SpeakerScaler : Scale features by speaker.

    References
    ----------
    C. Busso, S. Mariooryad, A. Metallinou and S. Narayanan, "Iterative Feature Normalization Scheme for
    Automatic Emotion Detection from Speech", IEEE Transactions on Affective Computing 4 (2013), pp. 386-397,
    compares a normalisation of each speaker with a global one.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GridSearchCV, GroupKFold
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_raters import FrontEndScaler, SpeakerScaler
    >>> rng = np.random.default_rng(0)
    >>> speakers, y = np.repeat(np.arange(10), 12), np.tile([0, 1], 60)
    >>> X = rng.normal(y[:, None] + 5.0 * speakers[:, None], size=(120, 3))  # loud and quiet speakers
    >>> X = SpeakerScaler(output="both").fit_transform(X, speakers=speakers)
    >>> pipe = make_pipeline(FrontEndScaler(), LogisticRegression())
    >>> grid = {"frontendscaler__scaling": ["training", "speaker"]}
    >>> search = GridSearchCV(pipe, grid, cv=GroupKFold(5)).fit(X, y, groups=speakers)
    >>> search.best_params_
    {'frontendscaler__scaling': 'speaker'}
    """

    _parameter_constraints = {"scaling": [StrOptions({"both", "speaker", "training"})]}

    def __init__(self, scaling="both"):
        self.scaling = scaling

    def fit(self, X, y=None, sample_weight=None):
        """Learn means and standard deviations of the chosen features.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames: the output of ``SpeakerScaler(output="both")``.
        y : None
            Not used.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples; each frame counts with the weight of its sample.

        Returns
        -------
        FrontEndScaler
            The fitted scaler.

        Raises
        ------
        InputError
            If `scaling` chooses half of the features, and their number is odd or the first half has a value
            beyond 1000, so that it is not scaled by speaker. Other halves than those of
            ``SpeakerScaler(output="both")`` cannot be told from them.
        """
        self._validate_params()
        X, sample_weight = align_samples(X=X, sample_weight=sample_weight)
        with whole_fit(self):
            self._fit(X, sample_weight)
        return self

    def _fit(self, X, sample_weight):
        sequences = as_sequences(self, X, reset=True)
        weights = None
        if sample_weight is not None:
            weights = check_sample_weight(sample_weight, sequences.lengths, ensure_non_negative=True)
            weights = np.repeat(weights, sequences.lengths)
        columns = chosen_columns(self.n_features_in_, self.scaling)
        scaler = StandardScaler().fit(sequences.frames, sample_weight=weights)
        if self.scaling != "both":
            check_scaled(sequences.frames[:, : self.n_features_in_ // 2])
        self.columns_, self.mean_, self.scale_ = columns, scaler.mean_[columns], scaler.scale_[columns]

    def transform(self, X):
        """Choose and standardise features.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames, as in `fit`.

        Returns
        -------
        list or ndarray, float32
            Frames of n_features_out features in the form of X.
        """
        check_is_fitted(self)
        sequences = as_sequences(self, X, reset=False)
        frames = (sequences.frames[:, self.columns_] - self.mean_) / self.scale_
        return in_form_of(X, Sequences(frames.astype(np.float32), sequences.lengths))

    def get_feature_names_out(self, input_features=None):
        """Name the chosen features of a table.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features of X; None takes those of `fit`.

        Returns
        -------
        ndarray of str, shape (n_features_out,), object
            Names of the chosen features.
        """
        return super().get_feature_names_out(input_features)[self.columns_]
