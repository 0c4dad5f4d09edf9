"""The paper's network as a classifier: a BLSTM with attention, trained on hard or soft labels."""

from numbers import Integral

from sklearn_raters._sklearn_compat import Interval, StrOptions
from sklearn_raters.networks._label_net import LabelNetClassifier


class BLSTMClassifier(LabelNetClassifier):
    """BLSTM with attention pooling, for sequences or tables with hard or soft labels.

    The network of Chou & Lee 2019 (section 3.1), after Mirsamadi et al. 2017: a dense ReLU layer, a
    bidirectional LSTM, attention that averages its states over time, a dense ReLU layer and a softmax layer,
    with dropout after each layer. It is trained by Adamax on cross-entropy.

    Parameters
    ----------
    dense_units : int, default=256
        Width of the first dense layer.
    lstm_units : int, default=128
        Width of each direction of the BLSTM.
    representation_units : int, default=256
        Width of the last dense layer, the representation that `transform` returns.
    dropout : float, default=0.5
        Share of values dropped after each layer while training, in steps of 1/256.
    max_epochs : int or "auto", default="auto"
        Number of epochs, passes over the training samples, a million at most. "auto" is 15, or more where
        these would be fewer than 200 training steps.
    batch_size : int, default=32
        Number of samples in a training step.
    learning_rate : float, default=2e-3
        Step size of Adamax.
    learning_rate_schedule : {"linear", "constant"}, default="linear"
        "linear" lowers the step size from epoch to epoch in equal steps, to zero after the last one.
    class_weight : dict or "balanced", default=None
        Weights of the classes in the loss; "balanced" makes them inverse to the classes' shares.
    early_stopping : bool, default=False
        Whether to hold out some of the training samples, by whole groups, to stop when their cross-entropy
        has not fallen for `n_iter_no_change` epochs, and to restore the best epoch.
    validation_fraction : float, default=0.2
        Share of the groups (without groups: of the samples) that early stopping holds out.
    n_iter_no_change : int, default=10
        Number of epochs without a lower validation loss after which to stop.
    classes : array-like of shape (n_classes,), default=None
        The classes in the order of the columns of soft labels, and of `classes_`. None takes the sorted
        labels of y; for soft labels the sorted names of a DataFrame's columns, or 0, 1, ...
    device : str, default="auto"
        Device to compute on: "cpu", "cuda", "cuda:1", ...; "auto" takes a GPU if there is one. There,
        networks that joblib trains in threads at the same time are computed in one batch; their dropout
        differs from that of a network trained alone.
    precision : {"float32", "bfloat16"}, default="float32"
        Number format for training and prediction. bfloat16 has 8 significant bits, so probabilities depend on
        the batch in the third digit. It may be faster on processors with AMX or AVX512-BF16 and on GPUs, or
        slower: measure it first. Processors without AVX512 compute in float32 all the same; `fit` says so.
    warm_start : bool, default=False
        Whether a second `fit` starts from the weights of the first one. It needs the same layers, features
        and classes.
    random_state : int, RandomState instance or None, default=None
        Source of initial weights, batches, dropout and the validation part. The same int gives the same
        network. torch's global generator is not used.
    net_params : dict, default=None
        Further settings of skorch's `NeuralNet`, such as `{"optimizer__weight_decay": 1e-4}`.
    verbose : int, default=0
        Whether to print a line for each epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    n_features_in_ : int
        Number of features of a frame.
    net_ : skorch.NeuralNet
        The trained net, with the losses of each epoch in its `history`.
    n_iter_ : int
        Number of epochs run.

    References
    ----------
    Chou & Lee, "Every Rating Matters", ICASSP 2019. Mirsamadi, Barsoum & Zhang, "Automatic speech emotion
    recognition using recurrent neural networks with local attention", ICASSP 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import BLSTMClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["calm", "lively"], 20)
    >>> X = [rng.normal(2 * (label == "lively"), size=(rng.integers(3, 9), 5)) for label in y]
    >>> clf = BLSTMClassifier(max_epochs=5, random_state=0).fit(X, y)
    >>> clf.predict(X[:1]).tolist()
    ['calm']
    >>> clf.transform(X).shape
    (40, 256)
    """

    _network = "BLSTMNet"
    _parameter_constraints = {
        **LabelNetClassifier._parameter_constraints,
        "max_epochs": [*LabelNetClassifier._parameter_constraints["max_epochs"], StrOptions({"auto"})],
        "learning_rate_schedule": [StrOptions({"linear", "constant"})],
        "dense_units": [Interval(Integral, 1, None, closed="left")],
        "lstm_units": [Interval(Integral, 1, None, closed="left")],
        "representation_units": [Interval(Integral, 1, None, closed="left")],
        "warm_start": ["boolean"],
        "precision": [StrOptions({"float32", "bfloat16"})],
    }

    def __init__(
        self,
        *,
        dense_units=256,
        lstm_units=128,
        representation_units=256,
        dropout=0.5,
        max_epochs="auto",
        batch_size=32,
        learning_rate=2e-3,
        learning_rate_schedule="linear",
        class_weight=None,
        early_stopping=False,
        validation_fraction=0.2,
        n_iter_no_change=10,
        classes=None,
        device="auto",
        precision="float32",
        warm_start=False,
        random_state=None,
        net_params=None,
        verbose=0,
    ):
        self.dense_units = dense_units
        self.lstm_units = lstm_units
        self.representation_units = representation_units
        self.dropout = dropout
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.classes = classes
        self.device = device
        self.precision = precision
        self.warm_start = warm_start
        self.random_state = random_state
        self.net_params = net_params
        self.verbose = verbose

    def attention(self, X):
        """Return the attention's weight of each frame.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        list of ndarray of shape (n_frames_i,)
            Frame weights, which sum to one for each sample.
        """
        return self._encode(X).attention
