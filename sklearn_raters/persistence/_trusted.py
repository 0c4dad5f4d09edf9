"""The types that a model file may name: data of this package, scikit-learn, torch and skorch."""

import importlib
from types import FunctionType

# Modules, or starts of modules, whose classes hold data. None of them does anything when it is made but store
# what it is given: no class that reads files, runs programs or takes a function by its name is among them.
_CLASSES = (
    "sklearn_raters._torch.",
    "sklearn_raters.calibration",
    "sklearn_raters.consensus.",
    "sklearn_raters.features.",
    "sklearn_raters.metrics.",
    "sklearn_raters.model_selection.",
    "sklearn_raters.networks.",
    "sklearn_raters.ratings.",
    "sklearn_raters.soft_targets",
    "sklearn_raters.stacking.",
    "scipy.sparse._coo",
    "scipy.sparse._csc",
    "scipy.sparse._csr",
    "sklearn._loss.",
    "sklearn.calibration",
    "sklearn.compose.",
    "sklearn.ensemble.",
    "sklearn.feature_extraction.",
    "sklearn.frozen.",
    "sklearn.gaussian_process.",
    "sklearn.linear_model.",
    "sklearn.metrics._dist_metrics",
    "sklearn.metrics._scorer",
    "sklearn.model_selection._split",
    "sklearn.neighbors.",
    "sklearn.neural_network.",
    "sklearn.preprocessing.",
    "sklearn.svm.",
    "sklearn.tree.",
    "sklearn.utils._bunch",
    "sklearn.utils._metadata_requests",
    "torch.nn.modules.",
    "torch.optim.",
)
# Functions that compute numbers from numbers.
_FUNCTIONS = ("sklearn_raters.consensus.", "sklearn_raters.metrics.", "sklearn.metrics.")
_SINGLE = {
    "builtins.NoneType",
    "builtins.bytes",
    "builtins.slice",
    "collections.OrderedDict",
    "numpy.ndarray",
    "skorch.callbacks.regularization.GradientNormClipping",
    "skorch.callbacks.training.EarlyStopping",
}


def is_trusted(name):
    """
    Return whether a model file may name a type or function.

    Parameters
    ----------
    name : str
        Full name, such as "sklearn_raters.networks._blstm.BLSTMClassifier".

    Returns
    -------
    bool
        Whether it is one of the data types of this package and of the libraries that its models are made of.
    """
    module, _, attribute = name.rpartition(".")
    if name in _SINGLE:
        return True
    kinds = [
        kind
        for starts, kind in ((_CLASSES, type), (_FUNCTIONS, FunctionType))
        if f"{module}.".startswith(tuple(start if start[-1] == "." else f"{start}." for start in starts))
    ]
    return bool(kinds) and isinstance(found(module, attribute), tuple(kinds))


def found(module, attribute):
    """Return what a module defines under a name; None if it defines nothing of this name itself."""
    if not all(part.isidentifier() for part in module.split(".")):
        return None
    try:
        thing = getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return None
    return thing if getattr(thing, "__module__", None) == module else None
