"""The comparison of a graph of ONNX with its model."""

import warnings

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import check_array

from sklearn_raters._nested import call_inside
from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence._archive import line_of
from sklearn_raters.persistence._inside import inside

# The largest difference between the answers of a graph and of its model.
TOLERANCE = 1e-5
_METHODS = {
    "probabilities": "predict_proba",
    "soft_labels": "predict_soft_labels",
    "raters": "predict_proba_raters",
}
_N_DRAWN, _N_HALVINGS = 64, 16


def check_same(made, model, X, *, reads_frames):
    """
    Raise InputError if an output of a graph differs from its model's answer.

    Parameters
    ----------
    made : onnx.ModelProto
        The graph.
    model : classifier
        The fitted model.
    X : array-like, list of arrays or None
        The samples; None draws them.
    reads_frames : bool
        Whether the graph's samples are frames.
    """
    import onnxruntime

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names of features and far samples
        if X is None:
            samples = _drawn_frames(model) if reads_frames else _drawn_rows(model)
        else:
            samples = X.toarray() if issparse(X) else X
            if not reads_frames:
                samples = check_array(samples, dtype=float, ensure_all_finite=False)
            elif hasattr(samples, "columns"):  # a data frame holds its columns, where others hold their rows
                samples = np.asarray(samples)
        expected = {
            one.name: call_inside(model, _METHODS[one.name], samples, {}) for one in made.graph.output
        }
    given = _padded(samples) if reads_frames else {"X": samples}
    try:
        session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
        found = session.run(list(expected), given)
    except Exception as error:
        raise InputError(
            f"onnxruntime cannot run the graph of this {type(model).__name__} ({line_of(error)})."
        ) from error
    drawn = X is None
    for (name, answer), values in zip(expected.items(), found, strict=True):
        if values.shape != answer.shape:
            raise InputError(
                f"The graph of this {type(model).__name__} answers its {name} in the shape {values.shape}, "
                f"where the model's have {answer.shape}: use `save`, or another estimator."
            )
        difference = np.abs(values - answer).max()
        if not difference <= TOLERANCE:
            raise InputError(
                f"The graph of this {type(model).__name__} differs from the model by up to {difference:.1g} "
                f"in its {name}, more than {TOLERANCE:.0e}, on {'drawn samples' if drawn else 'X'}: "
                f"{'give X, samples that the graph will read, or ' if drawn else ''}use `save`, or another "
                "estimator."
            )


def _drawn_frames(model):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(n, model.n_features_in_)).astype(np.float32) for n in (1, 2, 7, 4, 30)]


def _padded(samples):
    samples = [np.atleast_2d(np.asarray(frames, np.float32)) for frames in samples]  # a row is one frame
    lengths = np.array([len(frames) for frames in samples])
    rows = [np.pad(frames, ((0, max(lengths) - len(frames)), (0, 0))) for frames in samples]
    return {"frames": np.stack(rows), "lengths": lengths}


def _drawn_rows(model):
    """
    Draw samples where a model learnt: far from there, its probabilities and a wrong graph's are all 0 or 1.

    The numbers that the model holds for a feature tell where: a value is one of them, or one plus a normal
    number times another. Samples on four scales stand in for what no number tells. Then pairs of samples of
    different classes are halved towards the place between them, where the probabilities change.
    """
    rng = np.random.default_rng(0)
    known = _known(model)
    places, centres, scales = (
        np.transpose([rng.choice(numbers, _N_DRAWN) for numbers in known]) for _ in range(3)
    )
    several = rng.choice([1.0, 10.0, 100.0, 1000.0], size=(_N_DRAWN, 1))
    near = centres + scales * rng.normal(size=centres.shape)
    rows = np.concatenate([places, near, several * rng.normal(size=centres.shape)])
    first, second = rows, rng.permutation(rows)
    its_class = model.predict_proba(first).argmax(axis=1)
    differ = its_class != model.predict_proba(second).argmax(axis=1)
    first, second, its_class, between = first[differ], second[differ], its_class[differ], [rows]
    for _ in range(_N_HALVINGS if differ.any() else 0):
        between.append((first + second) / 2)
        same = (model.predict_proba(between[-1]).argmax(axis=1) == its_class)[:, None]
        first, second = np.where(same, between[-1], first), np.where(same, second, between[-1])
    return np.concatenate(between)


def _known(model):
    """Return for each feature the numbers that a model holds for it: thresholds, means, scales and so on."""
    n_features = model.n_features_in_
    known = [[] for _ in range(n_features)]
    for thing in inside(model):
        if hasattr(thing, "tree_"):
            for feature, numbers in enumerate(known):
                numbers.append(thing.tree_.threshold[thing.tree_.feature == feature])
        for value in getattr(thing, "__dict__", {}).values():
            if (
                isinstance(value, np.ndarray)
                and value.dtype.kind == "f"
                and value.shape[-1:] == (n_features,)
            ):
                for numbers, column in zip(known, value.reshape(-1, n_features).T, strict=True):
                    numbers.append(column[np.isfinite(column)])
    found = [np.concatenate([*numbers, np.empty(0)]) for numbers in known]
    return [numbers if len(numbers) else np.array([0.0, 1.0]) for numbers in found]
