"""Private names of scikit-learn: each one that the package needs is taken here, and nowhere else."""

from sklearn.metrics._scorer import _BaseScorer as BaseScorer
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.metadata_routing import _MetadataRequester as MetadataRequester
from sklearn.utils.validation import _check_method_params as check_method_params
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _num_samples as num_samples

__all__ = [
    "BaseScorer",
    "BaseSearchCV",
    "HasMethods",
    "Interval",
    "MetadataRequester",
    "StrOptions",
    "check_method_params",
    "check_sample_weight",
    "num_samples",
    "safe_indexing",
]
