"""The paper's fusion layer as a classifier: dropout and one softmax layer."""

from sklearn_raters.networks._label_net import LabelNetClassifier


class SoftmaxLayerClassifier(LabelNetClassifier):
    """One softmax layer with dropout on its input, trained by Adamax (Chou & Lee 2019, 2.2.4).

    Parameters
    ----------
    dropout : float, default=0.5
        Share of input values dropped while training, in steps of 1/256.
    max_epochs : int, default=100
        Number of epochs, passes over the training samples, a million at most.
    batch_size : int, default=32
        Number of samples in a training step.
    learning_rate : float, default=1e-2
        Step size of Adamax.
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
    device : str, default="cpu"
        Device to compute on; the layer is too small to be faster on a GPU.
    random_state : int, RandomState instance or None, default=None
        Source of initial weights, batches, dropout and the validation part.
    net_params : dict, default=None
        Further settings of skorch's `NeuralNet`.
    verbose : int, default=0
        Whether to print a line for each epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    n_features_in_ : int
        Number of features of the input.
    net_ : skorch.NeuralNet
        The trained net, with the losses of each epoch in its `history`.
    n_iter_ : int
        Number of epochs run.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.preprocessing import scale
    >>> from sklearn_raters import SoftmaxLayerClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = SoftmaxLayerClassifier(random_state=0).fit(scale(X), y)
    >>> clf.score(scale(X), y) > 0.8
    True
    """

    _network = "SoftmaxLayer"

    def __init__(
        self,
        *,
        dropout=0.5,
        max_epochs=100,
        batch_size=32,
        learning_rate=1e-2,
        class_weight=None,
        early_stopping=False,
        validation_fraction=0.2,
        n_iter_no_change=10,
        classes=None,
        device="cpu",
        random_state=None,
        net_params=None,
        verbose=0,
    ):
        self.dropout = dropout
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.classes = classes
        self.device = device
        self.random_state = random_state
        self.net_params = net_params
        self.verbose = verbose
