"""The paper's own stack, and its search for the settings of a network."""

from copy import deepcopy

from sklearn.model_selection import GridSearchCV, GroupShuffleSplit

from sklearn_raters.metrics import neg_soft_cross_entropy_scorer
from sklearn_raters.networks import BLSTMClassifier
from sklearn_raters.stacking._stacking import MultiRaterStackingClassifier

# Section 3.1: the ranges that each network is searched in.
PAPER_GRID = {
    "batch_size": [8, 16, 32, 64, 128],
    "learning_rate": [1e-6, 1e-5, 1e-4, 1e-3, 1e-2],
    "max_epochs": [10, 20, 30, 40, 50, 100, 200],
}
# Section 3.1: the layers of each network; Adamax is the optimiser of all networks of the package. The paper
# names no schedule.
PAPER_NETWORK = {
    "dense_units": 256,
    "lstm_units": 128,
    "representation_units": 256,
    "dropout": 0.5,
    "learning_rate_schedule": "constant",
}


def paper_stack(estimator=None, **params):
    """
    Make the stack exactly as in the paper.

    Stated in the paper and set here: a view for the majority labels, one for the soft labels and one for each
    rater, on soft labels smoothed by alpha = 0.75; the views' values before the softmax side by side, and one
    softmax layer that learns the majority labels from them, on the samples that the views have learnt from;
    in each network a dense layer of 256 units, a BLSTM of 128 units in each direction with attention, a dense
    layer of 256 units, a dropout of 0.5 after each layer, Adamax, and early stopping by cross-entropy.

    Not stated and chosen here: the validation part of early stopping (whole groups, a fifth of them, after
    10 epochs without gain), which values the search found (a batch size of 32, a learning rate of 1e-3 and at
    most 200 epochs, inside the paper's ranges; `paper_search` searches the ranges), the training of the
    softmax layer (dropout of 0.5, Adamax, 100 epochs of batches of 32 at 1e-2), weights of the classes
    (none), and how many ratings give a rater a view: ``min_ratings=30``. The paper gives one to five raters
    who rated enough in every session; a rater of a single group needs ``early_stopping=False``.

    Parameters
    ----------
    estimator : classifier, default=None
        Classifier of which each view trains a copy. None is the paper's network, `BLSTMClassifier`, also for
        tables.
    **params : dict
        Further parameters of `MultiRaterStackingClassifier`, which override those set here.

    Returns
    -------
    MultiRaterStackingClassifier
        The unfitted stack.

    References
    ----------
    H.-C. Chou and C.-C. Lee, "Every Rating Matters: Joint Learning of Subjective Labels and Individual
    Annotators for Speech Emotion Classification", ICASSP 2019, sections 2.2 and 3.1.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters.datasets import make_rated_samples
    >>> from sklearn_raters.stacking import paper_stack
    >>> crowd = make_rated_samples(200, raters={"expert": 3}, ratings_per_sample=2, random_state=0)
    >>> clf = paper_stack(LogisticRegression(max_iter=1000), random_state=0).fit(crowd.X, crowd.Y)
    >>> clf.views_
    ['crowd_hard', 'crowd_soft', 'expert1', 'expert2', 'expert3']
    """
    if estimator is None:
        estimator = BLSTMClassifier(**PAPER_NETWORK, learning_rate=1e-3, max_epochs=200, early_stopping=True)
    paper = {
        "views": "all",
        "start_from": None,
        "fusion": "softmax",
        "class_weight": None,
        "cv": None,
        "consensus": "majority",
        "alpha": 0.75,
        "min_ratings": 30,
    }
    return MultiRaterStackingClassifier(estimator, **{**paper, **params})


def paper_search(estimator=None, *, param_grid=None, test_size=0.2, random_state=None):
    """
    Make the paper's search for batch size, learning rate and number of epochs, as the estimator of a stack.

    The setting with the lowest cross-entropy on the validation part is trained again on all samples. The
    paper states the ranges and the cross-entropy; that the validation part is made of whole groups, and the
    training on all samples, are chosen here. The whole grid has 175 settings: 176 trainings of each view.

    Parameters
    ----------
    estimator : classifier, default=None
        Network to search for. None is `BLSTMClassifier` with the paper's layers.
    param_grid : dict or list of dicts, default=None
        From name to list of values, or several such grids; None is the grid of the paper's section 3.1.
    test_size : float or int, default=0.2
        Share or number of the groups in the validation part.
    random_state : int, RandomState instance or None, default=None
        Source of the validation part.

    Returns
    -------
    GridSearchCV
        The unfitted search; its `fit` needs `groups`, as that of a stack with this search does.

    References
    ----------
    H.-C. Chou and C.-C. Lee, "Every Rating Matters", ICASSP 2019, section 3.1.

    Examples
    --------
    >>> from sklearn_raters.stacking import paper_search, paper_stack
    >>> search = paper_search(random_state=0)
    >>> search.param_grid["max_epochs"]
    [10, 20, 30, 40, 50, 100, 200]
    >>> stack = paper_stack(search, views=["crowd_hard", "crowd_soft", "raters"])
    """
    if estimator is None:
        estimator = BLSTMClassifier(**PAPER_NETWORK)
    return GridSearchCV(
        estimator,
        deepcopy(PAPER_GRID) if param_grid is None else param_grid,
        scoring=neg_soft_cross_entropy_scorer,
        cv=GroupShuffleSplit(1, test_size=test_size, random_state=random_state),
    )
