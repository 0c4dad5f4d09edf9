"""The check of what compiled code follows without a check of its own: trees and sparse matrices."""

import numpy as np
from scipy.sparse import issparse

from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence._inside import inside

# Ensembles that hand their own samples to their trees.
_OF_TREES = ("sklearn.ensemble._forest", "sklearn.ensemble._gb")


def check_content(model):
    """
    Check that trees and sparse matrices point into themselves and into the samples only.

    Parameters
    ----------
    model : estimator
        The model.

    Raises
    ------
    InputError, ValueError
        If a tree has a child or a feature that does not exist, or a sparse matrix a column.
    """
    for thing in inside(model):
        kind = f"{type(thing).__module__}.{type(thing).__name__}"
        if issparse(thing) and hasattr(thing, "check_format"):
            thing.check_format(full_check=True)
        elif kind == "sklearn.tree._tree.Tree":
            _check_tree(thing)
        elif kind == "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor":
            _check_predictor(thing)
        elif hasattr(thing, "get_params"):
            _check_features(thing, vars(thing))


def _check_tree(tree):
    nodes = tree.__getstate__()["nodes"]
    inner = np.flatnonzero(nodes["left_child"] != -1)
    _check_children(nodes["left_child"][inner], nodes["right_child"][inner], inner, len(nodes))
    if (np.delete(nodes["right_child"], inner) != -1).any():
        raise InputError("a tree has a leaf with a child")
    _check_below(nodes["feature"][inner], tree.n_features)


def _check_predictor(predictor):
    inner = np.flatnonzero(predictor.nodes["is_leaf"] == 0)
    nodes = predictor.nodes[inner]
    _check_children(nodes["left"], nodes["right"], inner, len(predictor.nodes))
    categories = nodes["bitset_idx"][nodes["is_categorical"] == 1]
    n_categories = min(len(predictor.raw_left_cat_bitsets), len(predictor.binned_left_cat_bitsets))
    if (categories >= n_categories).any():
        raise InputError("a tree asks for a category that it does not hold")


def _check_features(estimator, held):
    """Check that trees ask for features that the samples have, which their estimator counts."""
    n_features = held.get("n_features_in_", 0)
    if "tree_" in held and held["tree_"].n_features != n_features:
        raise InputError("a tree has another number of features than its estimator")
    if type(estimator).__module__ in _OF_TREES:
        trees = np.ravel(np.asarray(held.get("estimators_", ()), dtype=object))
        if any(tree.n_features_in_ != n_features for tree in trees):
            raise InputError("a tree has another number of features than its forest")
    for predictor in (one for several in held.get("_predictors", ()) for one in several):
        inner = predictor.nodes["is_leaf"] == 0
        _check_below(predictor.nodes["feature_idx"][inner], n_features)


def _check_children(left, right, parent, n_nodes):
    """Raise InputError unless children follow their parents, as in trees that were grown."""
    for child in (left.astype(np.int64), right.astype(np.int64)):
        if ((child <= parent) | (child >= n_nodes)).any():
            raise InputError("a tree has a child that is no node behind its parent")


def _check_below(feature, n_features):
    feature = feature.astype(np.int64)
    if ((feature < 0) | (feature >= n_features)).any():
        raise InputError("a tree asks for a feature that does not exist")
