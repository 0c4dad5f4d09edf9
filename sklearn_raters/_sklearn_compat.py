"""Private names of scikit-learn: each one that the package needs is taken here, and nowhere else."""

# ruff: noqa: F401

from functools import partial
from numbers import Integral

from sklearn.metrics._scorer import _BaseScorer as BaseScorer
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions, validate_params
from sklearn.utils.metadata_routing import _MetadataRequester as MetadataRequester
from sklearn.utils.validation import _check_method_params as check_method_params
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _num_samples as num_samples

try:
    from sklearn.utils._repr_html.estimator import _VisualBlock as VisualBlock
except ImportError:  # before scikit-learn 1.8
    from sklearn.utils._estimator_html_repr import _VisualBlock as VisualBlock

# Checks the types of a function's parameters; those of the estimators that it is given are checked as well.
checked_parameters = partial(validate_params, prefer_skip_nested_validation=False)
# What the parameter n_jobs of an estimator or function may be; joblib breaks on numbers beyond 32 bits.
N_JOBS = [Interval(Integral, -10_000, 10_000, closed="both"), None]
