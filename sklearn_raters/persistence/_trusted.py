"""The types that a model file may name: those that hold data, of this package and of its libraries."""

import importlib

# Classes below a base class, by the start of their module. Made from any data they store it, and run nothing.
# A net of skorch is not among them: it reads a pickle when its state is set.
_BY_BASE = {
    "sklearn_raters.calibration": "sklearn.base.BaseEstimator",
    "sklearn_raters.features": "sklearn.base.BaseEstimator",
    "sklearn_raters.networks": "sklearn.base.BaseEstimator",
    "sklearn_raters.soft_targets": "sklearn.base.BaseEstimator",
    "sklearn_raters.stacking": "sklearn.base.BaseEstimator",
    "sklearn": "sklearn.base.BaseEstimator",
    "sklearn_raters._torch": "torch.nn.modules.module.Module",
    "torch.nn.modules": "torch.nn.modules.module.Module",
    "torch.optim": "torch.optim.optimizer.Optimizer",
}
# Modules whose classes all hold data.
_OF_DATA = (
    "scipy.sparse._coo",
    "scipy.sparse._csc",
    "scipy.sparse._csr",
    "sklearn.gaussian_process.kernels",
    "sklearn.metrics._dist_metrics",
    "sklearn.metrics._scorer",
    "sklearn.model_selection._split",
    "sklearn.neural_network._stochastic_optimizers",
)
_SINGLE = {
    "builtins.frozenset",
    "builtins.range",
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "datetime.timezone",
    "decimal.Decimal",
    "fractions.Fraction",
    "numpy.bytes_",
    "numpy.dtype",
    "pathlib.PosixPath",
    "pathlib.PurePosixPath",
    "pathlib.PureWindowsPath",
    "pathlib.WindowsPath",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.compose._column_transformer.make_column_selector",
    "sklearn.utils._bunch.Bunch",
    "sklearn.utils._metadata_requests.MetadataRequest",
    "sklearn.utils._metadata_requests.MethodMetadataRequest",
    "sklearn_raters._torch.stored.Stored",
    "sklearn_raters.metrics._scorers._RatingsScorer",
    "sklearn_raters.persistence._inside.Moment",
    "sklearn_raters.persistence._inside.Pairs",
    "sklearn_raters.persistence._trees.Trees",
    "sklearn_raters.stacking._frozen.FrozenViews",
    "sklearn_raters.stacking._pool.LogLinearPool",
    "sklearn_raters.stacking._pool_fusion.PoolFusion",
    "sklearn_raters.stacking._pool_fusion.Readings",
    "sklearn_raters.stacking._views.View",
    "skorch.callbacks.regularization.GradientNormClipping",
    "skorch.callbacks.training.EarlyStopping",
    "uuid.UUID",
}
# Modules whose public functions compute numbers from numbers.
_OF_FUNCTIONS = (
    "sklearn.feature_selection",
    "sklearn.metrics",
    "sklearn_raters.consensus",
    "sklearn_raters.metrics",
)


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
    if name in _SINGLE:
        return True
    module, _, attribute = name.rpartition(".")
    if module in _OF_DATA:
        return isinstance(found(module, attribute), type)
    for face in _OF_FUNCTIONS:
        if _is_within(module, face) and attribute in (public := importlib.import_module(face)).__all__:
            return found(module, attribute) is getattr(public, attribute)
    bases = {base for start, base in _BY_BASE.items() if _is_within(module, start)}
    thing = found(module, attribute) if bases and "tests" not in module.split(".") else None
    return isinstance(thing, type) and not bases.isdisjoint(map(_name, thing.__mro__))


def _is_within(module, start):
    return f"{module}.".startswith(f"{start}.")


def _name(thing):
    return f"{thing.__module__}.{thing.__qualname__}"


def found(module, attribute):
    """Return what a module defines under a name; None if it defines nothing of this name itself."""
    parts = module.split(".")
    if not all(part.isidentifier() for part in parts) or "__main__" in parts[1:]:
        return None
    try:
        thing = getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return None
    return thing if getattr(thing, "__module__", None) == module else None
