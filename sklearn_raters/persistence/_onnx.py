"""Fitted classifiers as graphs of ONNX, for programs without Python."""

import os
import warnings

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._files import check_writable, replacing
from sklearn_raters._nested import is_search
from sklearn_raters._optional import import_optional
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.features import KernelFeatures
from sklearn_raters.networks import BLSTMClassifier, DeepEnsembleClassifier, SoftmaxLayerClassifier
from sklearn_raters.persistence._archive import line_of
from sklearn_raters.persistence._inside import inside
from sklearn_raters.persistence._onnx_check import check_same
from sklearn_raters.persistence._onnx_graph import OPSETS, Graph, round_for_trees
from sklearn_raters.persistence._onnx_networks import add_probabilities, add_representation, rows_as_frames
from sklearn_raters.persistence._onnx_stack import add_aligned, add_stack
from sklearn_raters.soft_targets import SoftTargetClassifier
from sklearn_raters.stacking import MultiRaterStackingClassifier

# Trees whose thresholds and samples are float64; scikit-learn's others round the samples to float32.
_FLOAT64_TREES = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
_NETWORKS = (BLSTMClassifier, SoftmaxLayerClassifier)


@checked_parameters({"path": [str, os.PathLike]})
def to_onnx(model, path, X=None):
    """
    Write a fitted classifier as a graph of ONNX, from features to probabilities.

    The graph of a model of a table has the input ``X``, float64 of shape (n_samples, n_features). Where only
    networks read the samples, as in a stack of `BLSTMClassifier`, the inputs are ``frames``, float32 of shape
    (n_samples, n_frames, n_features), padded at the end with any finite values, and ``lengths``, int64, the
    numbers of frames without the padding. The output ``probabilities`` is `predict_proba`; a stack also has
    ``soft_labels`` and, if there are views of raters, ``raters``, as `predict_soft_labels` and
    `predict_proba_raters`. The metadata name the classes and the raters. What scikit-learn's own estimators
    compute is converted by skl2onnx. Before it is written, onnxruntime runs the graph, and all its outputs
    are compared with the model's: on `X`, or on samples drawn where the model learnt, around the means,
    scales and thresholds that it holds and between samples of different classes.

    Parameters
    ----------
    model : classifier
        A fitted `MultiRaterStackingClassifier`, `BLSTMClassifier`, `SoftmaxLayerClassifier`, classifier of
        scikit-learn that skl2onnx converts, or `SoftTargetClassifier`, `CalibratedRatersClassifier`,
        `DeepEnsembleClassifier`, pipeline or search around one.
    path : str or path-like
        The file; ``~`` is expanded. A file that exists is replaced.
    X : array-like or list of arrays, default=None
        Samples on which the graph and the model are compared, as `model.predict` reads them; None draws some.
        Some of the training samples are best: they lie where the graph will be used.

    Raises
    ------
    ImportError
        If onnx, onnxruntime or skl2onnx is missing.
    InputError
        If a part of the model has no such graph, or an output of the graph differs from the model's by
        more than 1e-5.

    See Also
    --------
    save : Write a model to load it again.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from sklearn_raters import MultiRaterStackingClassifier
    >>> from sklearn_raters.persistence import to_onnx
    >>> X = np.array([[0.0], [1.0]] * 10)
    >>> Y = [["calm", "calm"], ["sad", "calm"], ["calm", None], ["sad", "sad"]] * 5
    >>> stack = MultiRaterStackingClassifier(random_state=0).fit(X, Y)
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.onnx"
    >>> to_onnx(stack, path)
    >>> import onnxruntime
    >>> session = onnxruntime.InferenceSession(path)
    >>> proba, shares, raters = session.run(["probabilities", "soft_labels", "raters"], {"X": X})
    >>> bool(np.allclose(proba, stack.predict_proba(X), atol=1e-5))
    True
    """
    for library in ("onnx", "onnxruntime", "skl2onnx"):
        import_optional(library, f"to_onnx needs {library}", "onnx")
    path = check_writable(path)
    check_is_fitted(model)
    graph = Graph()
    n_features = getattr(model, "n_features_in_", None)
    if n_features is None:
        raise InputError(f"{type(model).__name__} does not read a table of numbers or frames: {_FEATURES}")
    if isinstance(getattr(model, "classes_", None), list):
        raise InputError(
            f"{type(model).__name__} answers several labels of a sample, and a graph has the probabilities "
            "of one: fit a model for each of them."
        )
    if _reads_frames(model):
        frames = graph.input("frames", np.float32, ["n_samples", "n_frames", n_features])
        samples = frames, graph.input("lengths", np.int64, ["n_samples"])
    else:
        samples = (graph.input("X", np.float64, ["n_samples", n_features]),)
    results = _answers(graph, model, samples)
    shape = ["n_samples", len(model.classes_)]
    outputs = {name: (result, shape) for name, result in results.items() if name != "raters"}
    description = {"classes": "\n".join(map(str, model.classes_))}
    if "raters" in results:
        raters = _inner_stack(model).raters_
        outputs["raters"] = results["raters"], ["n_samples", len(raters), len(model.classes_)]
        description["raters"] = "\n".join(map(str, raters))
    made = graph.model(outputs, description)
    check_same(made, model, X, reads_frames=_reads_frames(model))
    with replacing(path) as partial:
        partial.write_bytes(made.SerializeToString())


_FEATURES = "give the part of the model behind its features, such as pipeline[1:]."


def _is_calibrated(model):
    return hasattr(model, "temperature_")  # of CalibratedRatersClassifier, whose room is above this one


def _layers_inside(model):
    """Return the classifiers directly inside a meta-estimator; none for others."""
    if isinstance(model, MultiRaterStackingClassifier):
        return model.estimators_ if model.shared_steps_ is None else []
    if isinstance(model, DeepEnsembleClassifier):
        return model.estimators_
    if isinstance(model, SoftTargetClassifier) or _is_calibrated(model):
        return [model.estimator_]
    return [model.best_estimator_] if is_search(model) else []


def _reads_frames(model):
    """Return whether networks alone read the samples of a model."""
    inner = _layers_inside(model)
    return all(map(_reads_frames, inner)) if inner else isinstance(model, _NETWORKS)


def _inner_stack(model):
    while not isinstance(model, MultiRaterStackingClassifier):
        model = model.steps[-1][1] if isinstance(model, Pipeline) else _layers_inside(model)[0]
    return model


def _answers(graph, model, samples):
    """Add a classifier's answers; return the results by name, `probabilities` and those of a stack."""
    if isinstance(model, Pipeline):
        return _answers(graph, model.steps[-1][1], _transformed(graph, model.steps[:-1], samples))
    if is_search(model):
        return _answers(graph, model.best_estimator_, samples)
    if isinstance(model, MultiRaterStackingClassifier):
        if model.shared_steps_ is not None:
            samples = _transformed(graph, model.shared_steps_.steps, samples)

        def answers(estimator, rows=None, represent=False):
            its_samples = samples if rows is None else (rows,)
            if represent:
                return _representation(graph, estimator, its_samples)
            return _answers(graph, estimator, its_samples)["probabilities"]

        return add_stack(graph, model, answers)
    if _is_calibrated(model):
        return _calibrated(graph, model, _answers(graph, model.estimator_, samples))
    if isinstance(model, DeepEnsembleClassifier):
        return _mean(graph, [_answers(graph, one, samples) for one in model.estimators_])
    if isinstance(model, SoftTargetClassifier):
        inner = model.estimator_
        proba = _answers(graph, inner, samples)["probabilities"]
        return {"probabilities": add_aligned(graph, proba, inner.classes_, model.classes_)}
    if isinstance(model, _NETWORKS):
        return {"probabilities": add_probabilities(graph, model, *_as_frames(graph, samples))}
    return {"probabilities": _converted(graph, model, samples, "predict_proba", result=1)}


def _as_frames(graph, samples):
    return samples if len(samples) == 2 else rows_as_frames(graph, *samples)


def _transformed(graph, steps, samples):
    """Add the transformers of a pipeline."""
    for _, step in steps:
        if step is not None and step != "passthrough":
            samples = (_representation(graph, step, samples),)
    return samples


def _representation(graph, step, samples):
    if isinstance(step, _NETWORKS):
        return add_representation(graph, step, *_as_frames(graph, samples))
    if isinstance(step, KernelFeatures):
        return _kernel_features(graph, step, *samples)
    return _converted(graph, step, samples, "transform", result=0)


def _kernel_features(graph, step, X):
    """Add the features of a Gaussian kernel: exp(-gamma |x - c|^2) of the landmarks c, times a matrix."""
    landmarks, components = step.landmarks_.astype(np.float64), step.components_.astype(np.float64)
    centred = graph.op("Sub", X, step.center_)
    squares = graph.op("ReduceSum", graph.op("Mul", centred, centred), np.array([1]), keepdims=1)
    products = graph.op("MatMul", centred, -2 * landmarks.T)
    distances = graph.op("Add", graph.op("Add", products, squares), (landmarks**2).sum(axis=1))
    similar = graph.op("Exp", graph.op("Mul", distances, np.float64(-step.gamma_)))
    features = graph.op("MatMul", similar, components)
    return graph.op("Concat", graph.op("Mul", X, np.float64(step.scale_)), features, axis=1)


def _calibrated(graph, model, results):
    temperatures = {
        "probabilities": model.temperature_,
        "soft_labels": getattr(model, "soft_temperature_", 1.0),
        "raters": getattr(model, "rater_temperature_", 1.0),
    }
    smallest = np.float64(np.finfo(np.float64).tiny)
    return {
        name: graph.op(
            "Softmax",
            graph.op(
                "Div", graph.op("Log", graph.op("Max", result, smallest)), np.float64(temperatures[name])
            ),
            axis=-1,
        )
        for name, result in results.items()
    }


def _mean(graph, several):
    return {
        name: graph.op("Div", graph.op("Sum", *(one[name] for one in several)), np.float64(len(several)))
        for name in several[0]
    }


def _converted(graph, estimator, samples, method, result):
    """Add skl2onnx's graph of an estimator of scikit-learn."""
    name = type(estimator).__name__
    if len(samples) == 2 or not type(estimator).__module__.startswith("sklearn."):
        raise InputError(
            f"{name} cannot become a graph of ONNX here: stacks, BLSTMClassifier, SoftmaxLayerClassifier and "
            f"scikit-learn's estimators of a table can. For features, {_FEATURES}"
        )
    if not hasattr(estimator, method):
        raise InputError(
            f"{name} has no {method}, which its graph of ONNX would compute: give it one that has."
        )
    import skl2onnx
    from skl2onnx.common.data_types import DoubleTensorType

    if isinstance(estimator, LinearDiscriminantAnalysis) and method == "predict_proba":
        estimator = _logistic(estimator)
    options = {id(estimator): {"zipmap": False}} if method == "predict_proba" else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            part = skl2onnx.to_onnx(
                estimator,
                initial_types=[("X", DoubleTensorType([None, estimator.n_features_in_]))],
                options=options,
                target_opset=OPSETS,
            )
    except Exception as error:  # skl2onnx raises nearly any error on what it does not know
        raise InputError(
            f"skl2onnx cannot convert {name} ({line_of(error)}): give the model another estimator."
        ) from error
    if not any(isinstance(thing, _FLOAT64_TREES) for thing in inside(estimator)):
        round_for_trees(part)
    return graph.cast(graph.embed(part, samples[0], result), np.float64)


def _logistic(discriminant):
    """Return a discriminant analysis as logistic regression: skl2onnx doubles its logits of two classes."""
    same = LogisticRegression()
    for name in ("classes_", "coef_", "intercept_", "n_features_in_"):
        setattr(same, name, getattr(discriminant, name))
    return same
