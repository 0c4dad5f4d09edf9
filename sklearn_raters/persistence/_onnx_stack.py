"""The fusion of a stack as a graph of ONNX."""

import numpy as np

_FIRST = np.array([1])


def add_aligned(graph, proba, present, names):
    """Add columns of 0 for classes that a classifier has not seen, in the order of `names`."""
    if list(present) == list(names):
        return proba
    place = np.array(list(present))[:, None] == np.array(list(names))
    return graph.op("MatMul", proba, place.astype(float))


def add_stack(graph, stack, answers):
    """
    Add the three answers of a fitted stack.

    Parameters
    ----------
    graph : Graph
        The graph.
    stack : MultiRaterStackingClassifier
        The fitted stack.
    answers : callable
        ``answers(estimator, rows=None, represent=False)`` adds the probabilities of an estimator, or its
        representation, on the samples of the stack or on `rows`.

    Returns
    -------
    dict of str to str
        The results `probabilities`, `soft_labels` and `raters`.
    """
    views, classes = stack._frozen.views, stack._frozen.classes
    posteriors = [
        _posterior(graph, view, one, classes, answers)
        for view, one in zip(views, stack.estimators_, strict=True)
    ]
    plain = [_unsmoothed(graph, view, proba) for view, proba in zip(views, posteriors, strict=True)]
    # The fusion takes the views in an order of its own.
    place = {view.name: index for index, view in enumerate(views)}
    order = [place[name] for name in stack.fusion_views_]
    if hasattr(stack.fusion_, "readings"):
        known = [name for name in stack.fusion_views_ if name in stack.raters_]
        raters = [known.index(name) for name in stack.raters_]
        return _pooled(graph, stack.fusion_, _stacked(graph, [plain[index] for index in order]), raters)
    of_raters = [proba for view, proba in zip(views, plain, strict=True) if view.name in stack.raters_]
    results = {"probabilities": _fused(graph, stack, [posteriors[index] for index in order], answers)}
    if of_raters:
        results["raters"] = _stacked(graph, of_raters)
    shares = [
        (view.n_rated, proba) for view, proba in zip(views, plain, strict=True) if view.name in stack.raters_
    ]
    n_rated = sum(weight for weight, _ in shares)
    shares = [(weight / n_rated, proba) for weight, proba in shares]
    shares += [(1.0, proba) for view, proba in zip(views, plain, strict=True) if view.name == "crowd_soft"]
    results["soft_labels"] = _average(graph, shares) if shares else results["probabilities"]
    return results


def _posterior(graph, view, estimator, classes, answers):
    proba = answers(estimator)
    return proba if view.soft else add_aligned(graph, proba, estimator.classes_, classes)


def _unsmoothed(graph, view, proba):
    """Undo the smoothing of a view's targets, as `View.unsmoothed` does."""
    if view.floor == 0:
        return proba
    n_classes = view.targets.shape[1]
    shares = graph.op(
        "Div", graph.op("Sub", proba, np.float64(view.floor)), np.float64(1 - n_classes * view.floor)
    )
    return _normed(graph, graph.op("Max", shares, np.float64(1 / (view.n_rated + n_classes))))


def _normed(graph, shares):
    return graph.op("Div", shares, graph.op("ReduceSum", shares, np.array([-1]), keepdims=1))


def _stacked(graph, parts):
    """Stack results (n_samples, n_classes) to (n_samples, n_parts, n_classes)."""
    return graph.op("Concat", *(graph.op("Unsqueeze", part, _FIRST) for part in parts), axis=1)


def _average(graph, weighted):
    """Return the average of results, of which each comes with its weight."""
    total = sum(weight for weight, _ in weighted)
    parts = [graph.op("Mul", part, np.float64(weight / total)) for weight, part in weighted]
    return parts[0] if len(parts) == 1 else graph.op("Sum", *parts)


def _fused(graph, stack, posteriors, answers):
    """Add the consensus by a fusion that is no pool."""
    if stack.fusion_ is None:
        weighted = [
            _normed(graph, graph.op("Mul", proba, weight))
            for proba, weight in zip(posteriors, stack._view_weights, strict=True)
        ]
        return _average(graph, [(1.0, proba) for proba in weighted])
    if hasattr(stack.fusion_, "weights_"):  # a mixture
        return _average(graph, list(zip(stack.fusion_.weights_, posteriors, strict=True)))
    by_posterior = stack._fused.by_posterior
    parts = posteriors
    if not by_posterior:
        parts = [
            graph.cast(answers(one, represent=True), np.float64) if hasattr(one, "transform") else proba
            for one, proba in zip(stack._fused.estimators, posteriors, strict=True)
        ]
    rows = graph.op("Concat", *parts, axis=1)
    return add_aligned(graph, answers(stack.fusion_, rows=rows), stack.fusion_.classes_, stack.classes_)


def _pooled(graph, fusion, posteriors, raters):
    """Add the three answers of the fusion "pool", as `PoolFusion` computes them; `raters` are its places."""
    readings = fusion.readings
    crowd = readings._crowd()
    floored = _normed(
        graph, graph.op("Max", posteriors, (1 / (readings.n_rated + readings.priors.shape[1]))[:, None])
    )
    doubts = readings.doubts[:, None]
    floored = graph.op("Add", graph.op("Mul", floored, 1 - doubts), doubts * readings.priors)
    ratios = graph.op("Sub", graph.op("Log", floored), np.log(readings.priors))
    parts = [graph.op("Gather", ratios, np.flatnonzero(crowd), axis=1)] if crowd.any() else []
    own = None
    if not crowd.all():
        weight = readings.n_rated[~crowd] / readings.n_rated[~crowd].sum()
        of_raters = graph.op("Gather", floored, np.flatnonzero(~crowd), axis=1)
        average = graph.op("ReduceSum", graph.op("Mul", of_raters, weight[:, None]), _FIRST, keepdims=1)
        prior = np.average(readings.priors[~crowd], axis=0, weights=readings.n_rated[~crowd])
        parts.append(graph.op("Sub", graph.op("Log", average), np.log(prior)))
        own = graph.op("Gather", ratios, np.flatnonzero(~crowd), axis=1)
    common = graph.op("Concat", *parts, axis=1)
    results = {
        "probabilities": _pool(graph, fusion.consensus, common),
        "soft_labels": _pool(graph, fusion.shares, common),
    }
    if own is not None:
        answers = []
        for place in raters:
            its_own = graph.op("Gather", own, np.array([place]), axis=1)
            ratios_of_rater = graph.op("Concat", its_own, common, axis=1)
            answers.append(_pool(graph, fusion.raters[place], ratios_of_rater))
        results["raters"] = _stacked(graph, answers)
    return results


def _pool(graph, pool, ratios):
    flat = graph.op("Flatten", ratios, axis=1)
    logits = graph.op("MatMul", flat, pool.weights.reshape(-1, len(pool.offsets)))
    return graph.op("Softmax", graph.op("Add", logits, pool.offsets), axis=1)
