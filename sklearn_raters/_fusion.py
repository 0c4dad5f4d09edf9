"""The fusion layer: a softmax layer on the frozen views' representations, or the mean of their posteriors."""

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight
from threadpoolctl import threadpool_limits

from sklearn_raters._estimator_kinds import groups_for_fit
from sklearn_raters._frozen_views import side_by_side
from sklearn_raters._splits import hold_out, inner_splits
from sklearn_raters._targets import class_weights
from sklearn_raters._view_fits import set_seeds

# Inverse strengths of the L2 penalty tried by "logistic", weakest last; beyond 1, units fit any labels.
STRENGTHS = 10.0 ** np.arange(-6, 1)


def logistic_layer(C, class_weight):
    """Return the convex form of the paper's fusion layer, unfitted, for standardised units."""
    return LogisticRegression(C=C, class_weight=class_weight, max_iter=1000)


def choose_strength(folds, class_weight):
    """Choose the penalty of the logistic layer by cross-entropy on samples that it has not seen.

    Parameters
    ----------
    folds : iterable of tuple (Z_train, y_train, Z_valid, y_valid)
        Representations and labels of the samples to fit on and to judge by; standardised in place.
    class_weight : dict, "balanced" or None
        Weights of the classes, in the layer and in the judgement.

    Returns
    -------
    float
        The C with the lowest sum of (weighted) cross-entropies; of equal ones the strongest penalty.
    """
    losses = np.zeros(len(STRENGTHS))
    for Z_train, y_train, Z_valid, y_valid in folds:
        weight = compute_sample_weight(class_weight, y_valid)
        scaler = StandardScaler(copy=False).fit(Z_train)
        Z_train, Z_valid = scaler.transform(Z_train), scaler.transform(Z_valid)
        if len(Z_train) < Z_train.shape[1]:
            # The weights lie in the span of the training samples: in these fewer units the layer is the same.
            span = np.linalg.qr(Z_train.T)[0]
            Z_train, Z_valid = Z_train @ span, Z_valid @ span
        for index, C in enumerate(STRENGTHS):
            layer = logistic_layer(C, class_weight).fit(Z_train, y_train)
            known = np.isin(y_valid, layer.classes_)
            losses[index] += log_loss(
                y_valid[known],
                layer.predict_proba(Z_valid[known]),
                sample_weight=weight[known],
                labels=layer.classes_,
            )
    return float(STRENGTHS[np.argmin(losses)])


def fusion_splits(fusion, cv, views, consensus, groups, fraction, seed):
    """Return by which splits (train, test) further views are trained, for the fusion's sake.

    Parameters
    ----------
    fusion, cv : object
        As in `MultiRaterStackingClassifier`.
    views : list of View
        No split holds out all samples of one of them.
    consensus : ndarray of object of shape (n_samples,)
        Every label is left in each training part.
    groups : ndarray of shape (n_samples,) or None
        What stays together.
    fraction : float
        Share of the groups held out to choose a penalty.
    seed : int or None
        Which groups.

    Returns
    -------
    list of tuple (train, test) of ndarray of int
        Empty where the views that are trained on all samples are enough.
    """
    if fusion == "mean":
        return []
    if cv is not None:
        return inner_splits(cv, consensus, groups, seed)
    if fusion == "logistic":
        return [hold_out(groups, consensus, fraction, seed, [view.rows for view in views])]
    return []


def shown_rows(fusion, cv, rows, splits):
    """Return which samples the views represent: those trained on all, then those of each split.

    Parameters
    ----------
    fusion, cv : object
        As in `MultiRaterStackingClassifier`.
    rows : ndarray of int
        The samples that have a consensus.
    splits : list of tuple (train, test) of ndarray of int
        What further views are trained on.

    Returns
    -------
    list of (ndarray of int or None)
        Sorted; None where nothing is asked.
    """
    if fusion == "mean":
        return [None]
    if cv is None:
        return [rows] * (1 + len(splits))
    tests = [np.intersect1d(rows, test) for _, test in splits]
    return [None, *(test if len(test) else None for test in tests)]


def in_sample(held_out, y, splits):
    """Give what the penalty is chosen by when the views have seen the samples that the fusion learns from.

    Parameters
    ----------
    held_out : list of list of ndarray of shape (n_samples, n_units_i)
        For each split, what views trained on its training part make of all samples.
    y : ndarray of shape (n_samples,)
        The consensus of the samples.
    splits : list of tuple (train, valid) of bool ndarray of shape (n_samples,)
        Which samples the views of `held_out` were trained on, and which they have not seen.

    Yields
    ------
    tuple
        For `choose_strength`.
    """
    for (train, valid), own in zip(splits, held_out, strict=True):
        yield side_by_side(own, train), y[train], side_by_side(own, valid), y[valid]


def out_of_fold(held_out, y, splits):
    """Return what the fusion learns from when no view has seen the sample that it represents.

    Parameters
    ----------
    held_out : list of (list of ndarray of shape (n_test, n_units_i) or None)
        For each split, what views trained on its training part make of its test part; None where that is
        empty.
    y : ndarray of shape (n_samples,)
        The consensus of the samples.
    splits : list of tuple (train, test) of bool ndarray of shape (n_samples,)
        Which samples the views of `held_out` were trained on, and which they represent.

    Returns
    -------
    Z : ndarray of shape (n_samples, n_units)
        Representations.
    folds : generator of tuple
        For `choose_strength`.

    Raises
    ------
    ValueError
        If some sample is in no test part.
    """
    tests = [test for _, test in splits]
    if not np.all(np.sum(tests, axis=0) == 1):
        raise ValueError(
            "The test parts of cv must hold each sample once, as those of KFold and GroupKFold do; "
            f"{np.sum(np.sum(tests, axis=0) != 1)} samples are in none or in several."
        )
    filled = [(test, side_by_side(own)) for test, own in zip(tests, held_out, strict=True) if test.any()]
    Z = np.empty((len(y), filled[0][1].shape[1]))
    for test, part in filled:
        Z[test] = part
    return Z, ((Z[~test], y[~test], Z[test], y[test]) for test, _ in filled)


def fit_fusion(fusion, parts, y, groups, *, folds, class_weight, random_state):
    """Fit the fusion layer on frozen representations.

    Parameters
    ----------
    fusion : "logistic", "softmax" or classifier
        Which layer; see `MultiRaterStackingClassifier`.
    parts : list of ndarray of shape (n_samples, n_units_i)
        What the fusion learns from; put side by side once the penalty is chosen, to spare memory.
    y : ndarray of shape (n_samples,)
        Consensus labels.
    groups : ndarray of shape (n_samples,) or None
        For classifiers that take them.
    folds : iterable of tuple
        For `choose_strength`.
    class_weight : dict, "balanced" or None
        Weights of the classes in the layer.
    random_state : int or None
        Source of the layer's randomness.

    Returns
    -------
    classifier
        The fitted layer.

    Raises
    ------
    ValueError
        If there are class weights that the classifier does not take.
    """
    if fusion == "softmax":
        from sklearn_raters.softmax_layer import SoftmaxLayerClassifier

        layer = SoftmaxLayerClassifier(class_weight=class_weight, random_state=random_state)
    elif fusion == "logistic":
        # Standardised, all units of all views bear the same penalty, whatever their scale.
        # Its products are so slim that threads wait for each other: one was seven times as fast as two.
        with threadpool_limits(1, user_api="blas"):
            C = choose_strength(folds, class_weight)
        # Representations are put together anew for each call, so the scaler may work in place.
        layer = make_pipeline(StandardScaler(copy=False), logistic_layer(C, class_weight))
    else:
        layer = clone(fusion)
        if random_state is not None:
            set_seeds(layer, random_state)
        if class_weight is not None:
            if "class_weight" not in layer.get_params():
                raise ValueError(
                    f"class_weight={class_weight!r} cannot reach the fusion {layer!r}, which has no such "
                    "parameter. Set class_weight=None, or give another classifier as fusion."
                )
            layer.set_params(class_weight=class_weight)
    return layer.fit(side_by_side(parts), y, **groups_for_fit(layer, groups))


def view_weights(views, classes, class_weight):
    """Weigh each view's classes, shape (n_views, n_classes), by their shares in its own targets."""
    targets = [view.targets if view.soft else view.targets[:, None] == classes for view in views]
    return np.array([class_weights(class_weight, classes, own.astype(float)) for own in targets])


def mean_posterior(posteriors, weights):
    """Average the views' posteriors, each weighted by class.

    Parameters
    ----------
    posteriors : ndarray of shape (n_samples, n_views, n_classes)
        What each view says.
    weights : ndarray of shape (n_views, n_classes)
        Weights of the classes; inverse to the view's own prior they correct its posterior for that.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Rows sum to one.
    """
    weighted = posteriors * weights
    return (weighted / weighted.sum(axis=2, keepdims=True)).mean(axis=1)
