"""The networks of one label a sample as graphs of ONNX."""

import numpy as np

from sklearn_raters.exceptions import InputError


def add_representation(graph, estimator, frames, lengths):
    """
    Add what a network computes before its output layer.

    Parameters
    ----------
    graph : Graph
        The graph.
    estimator : BLSTMClassifier or SoftmaxLayerClassifier
        The fitted network.
    frames, lengths : str
        Results: padded frames (n_samples, n_frames, n_features), float32, and numbers of frames (n_samples,).

    Returns
    -------
    str
        The representation, (n_samples, n_units), float32.
    """
    weights = _weights(estimator)
    outside = graph.op("Not", _inside(graph, frames, lengths))
    if "dense.weight" not in weights:  # the softmax layer takes the mean frame
        share = graph.op("Unsqueeze", graph.cast(graph.op("Not", outside), np.float32), np.array([2]))
        total = graph.op("ReduceSum", graph.op("Mul", frames, share), np.array([1]), keepdims=0)
        return graph.op("Div", total, graph.op("Unsqueeze", graph.cast(lengths, np.float32), np.array([1])))
    if estimator.precision != "float32":
        raise InputError(
            f"A network with precision={estimator.precision!r} cannot become a graph of ONNX that gives the "
            "same numbers: train it with precision='float32'."
        )
    hidden = graph.op("Relu", _dense(graph, weights, "dense", frames))
    by_time = graph.op("Transpose", hidden, perm=[1, 0, 2])
    n_units = weights["forward_lstm.weight_hh_l0"].shape[1]
    states = graph.op(
        "LSTM",
        by_time,
        *_lstm_weights(weights),
        graph.cast(lengths, np.int32),
        direction="bidirectional",
        hidden_size=n_units,
    )
    states = graph.op("Transpose", states, perm=[2, 0, 1, 3])
    states = graph.op("Reshape", states, np.array([0, 0, 2 * n_units]))
    scores = graph.op("Squeeze", graph.op("MatMul", states, weights["attention.weight"].T), np.array([2]))
    scores = graph.op("Where", outside, np.float32(-np.inf), scores)
    attention = graph.op("Unsqueeze", graph.op("Softmax", scores, axis=1), np.array([1]))
    pooled = graph.op("Squeeze", graph.op("MatMul", attention, states), np.array([1]))
    return graph.op("Relu", _dense(graph, weights, "representation", pooled))


def add_probabilities(graph, estimator, frames, lengths):
    """Add the class probabilities of a network, (n_samples, n_classes), float64; see `add_representation`."""
    units = add_representation(graph, estimator, frames, lengths)
    logits = _dense(graph, _weights(estimator), "output", units)
    return graph.op("Softmax", graph.cast(logits, np.float64), axis=1)


def rows_as_frames(graph, rows):
    """Return the rows of a table as frames and numbers of frames, all 1."""
    frames = graph.op("Unsqueeze", graph.cast(rows, np.float32), np.array([1]))
    n_samples = graph.op("Shape", rows, start=0, end=1)
    return frames, graph.op("Expand", np.array([1]), n_samples)


def _weights(estimator):
    from sklearn_raters import _torch

    return _torch.weights_of(estimator.net_)


def _dense(graph, weights, layer, values):
    product = graph.op("MatMul", values, weights[f"{layer}.weight"].T)
    return graph.op("Add", product, weights[f"{layer}.bias"])


def _inside(graph, frames, lengths):
    """Return whether frames are no padding, (n_samples, n_frames)."""
    n_frames = graph.op("Squeeze", graph.op("Shape", frames, start=1, end=2), np.array([0]))
    frame = graph.op("Range", np.int64(0), n_frames, np.int64(1))
    return graph.op("Less", frame, graph.op("Unsqueeze", lengths, np.array([1])))


def _lstm_weights(weights):
    """Return the weights of both LSTMs as ONNX orders them: gates input, output, forget, cell."""

    def gates(name):
        both = [weights[f"{direction}_lstm.{name}_l0"] for direction in ("forward", "backward")]
        return np.stack(
            [np.concatenate([part[0], part[3], part[1], part[2]]) for part in map(_quarters, both)]
        )

    biases = np.concatenate([gates("bias_ih"), gates("bias_hh")], axis=1)
    return gates("weight_ih"), gates("weight_hh"), biases


def _quarters(array):
    return np.split(array, 4)
