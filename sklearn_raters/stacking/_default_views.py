"""The classifier of the views if none is given. For tables, one that fits the data is chosen first."""

import warnings
from dataclasses import dataclass, replace

import joblib
import numpy as np
from joblib import delayed
from scipy.sparse import issparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters._nested import fit_with_weights
from sklearn_raters._parallel import call_cached, moved_once, run_jobs
from sklearn_raters._rated import rows_of
from sklearn_raters.features import KernelFeatures
from sklearn_raters.networks import BLSTMClassifier
from sklearn_raters.ratings import known_labels
from sklearn_raters.sequences import holds_sequences
from sklearn_raters.soft_targets import SoftTargetClassifier
from sklearn_raters.stacking._frozen import posterior
from sklearn_raters.stacking._views import View, naming_view

# With scikit-learn's 1e-4, probabilities on two machines differ by up to 0.02.
_TOLERANCE = 1e-6
# Weights of the kernel to choose from. The first one stays unless another is clearly better: by two standard
# errors. A closer choice changes nothing on average, and costs up to two points where it is wrong.
WEIGHTS = (1.0, 0.0, 3.0, 10.0, 30.0)
_CLEARLY = 2.0
# Enough samples to tell the weights apart.
_N_SAMPLES = 2000
_PARAMETER = "kernelfeatures__weight"


def default_estimator(X):
    """Return the estimator of the views if none is given, which depends on the form of the samples."""
    if holds_sequences(X):
        return BLSTMClassifier()
    if issparse(X):
        return LogisticRegression(tol=_TOLERANCE, max_iter=1000)  # centring would fill the zeros
    classifier = LogisticRegression(C=3, tol=_TOLERANCE, max_iter=1000)
    return make_pipeline(StandardScaler(), KernelFeatures(weight=WEIGHTS[0]), classifier)


def has_kernel(estimator):
    """Return whether an estimator is the default one of tables."""
    return _PARAMETER in estimator.get_params()


def with_kernel_weight(trainings, weight, own):
    """Return planned trainings whose default classifier has another weight of the kernel.

    Parameters
    ----------
    trainings : list of PlannedTraining
        The trainings.
    weight : float
        The weight.
    own : dict
        Entries of `view_params` by the name of the view. Where they give an estimator or a weight, it stays.

    Returns
    -------
    list of PlannedTraining
        The trainings, in their order.
    """
    changed = []
    for training in trainings:
        entry = own.get(training.view.name, {})
        if isinstance(entry, dict) and _PARAMETER not in entry:
            wrapped = isinstance(training.estimator, SoftTargetClassifier)
            name = f"estimator__{_PARAMETER}" if wrapped else _PARAMETER
            training = replace(training, estimator=training.estimator.set_params(**{name: weight}))
        changed.append(training)
    return changed


@dataclass(frozen=True, eq=False, repr=False)
class KernelChoice:
    """On what the weight of the kernel is chosen.

    Parameters
    ----------
    view : View
        The view "crowd_soft" on all samples.
    splits : list of Split
        Each trains on its training part, and is judged on its test part.
    """

    view: View
    splits: list

    def __str__(self):
        if not self.splits:
            return f"the kernel's weight is {WEIGHTS[0]:g}, since nothing can be left out to choose it"
        weights = ", ".join(f"{weight:g}" for weight in sorted(WEIGHTS))
        n_trials = len(WEIGHTS) * len(self.splits)
        return f"the kernel's weight is chosen first from {weights}, by {n_trials} trial trainings"


def choose_kernel_weight(choice, data, classes, n_jobs, cached):
    """Choose the weight of the kernel by the cross-entropy of soft labels on samples that are left out.

    Parameters
    ----------
    choice : KernelChoice
        The view and the splits.
    data : RatedSamples
        Samples and groups.
    classes : list
        The task's classes.
    n_jobs : int or None
        Number of jobs run in parallel.
    cached : callable or None
        Cache, as `cached_with` returns it.

    Returns
    -------
    float
        One of `WEIGHTS`. The first one, unless the mean cross-entropy of another is lower by two standard
        errors, of samples or of groups, whichever are larger.
    """
    view = choice.view
    if len(view.samples) > _N_SAMPLES:
        some = np.random.RandomState(0).permutation(len(view.samples))[:_N_SAMPLES]
        view = view.within(view.samples[some])
    pairs = [(view.within(train), view.within(test)) for train, test in choice.splits]
    pairs = [pair for pair in pairs if pair[0].n_classes(classes) > 1 and len(pair[1].samples)]
    if not pairs:
        return WEIGHTS[0]
    key = None
    if cached is not None:
        learnt = [(part.samples, part.targets, part.weights) for pair in pairs for part in pair]
        key = joblib.hash((data.X, data.groups, learnt, WEIGHTS), coerce_mmap=True)
    arguments = data.X, pairs, data.groups, classes, n_jobs
    return call_cached(cached, _choose, arguments, key, "The choice of the kernel's weight")


def _choose(X, pairs, groups, classes, n_jobs):
    jobs = [delayed(_losses)(X, *pair, classes, weight) for weight in WEIGHTS for pair in pairs]
    names = [f"a trial of the kernel's weight {weight:g}" for weight in WEIGHTS for _ in pairs]
    with moved_once(X):
        found = run_jobs(jobs, names, n_jobs=n_jobs)
    losses = np.concatenate(found).reshape(len(WEIGHTS), -1)
    tests = [test for _, test in pairs]
    weight = np.concatenate([_weights_of(test) for test in tests])
    groups = None if groups is None else groups[np.concatenate([test.samples for test in tests])]
    best = np.argmin(losses @ weight)
    lead = losses[0] - losses[best]
    is_clear = np.average(lead, weights=weight) > _CLEARLY * _standard_error(lead, weight, groups)
    return WEIGHTS[best if is_clear else 0]


def _losses(X, train, test, classes, weight):
    """Return the cross-entropy of each test sample's soft label."""
    estimator = default_estimator(X).set_params(**{_PARAMETER: weight})
    estimator = SoftTargetClassifier(estimator, classes=classes)
    rows = rows_of(X, train.samples)
    with naming_view(train.name), known_labels(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the views themselves will warn
        fit_with_weights(estimator, rows, train.targets, train.weights, None)
    proba = posterior(train, estimator, rows_of(X, test.samples), classes)
    proba = np.maximum(proba, 1 / (train.n_rated + len(classes)))
    return -(test.targets * np.log(proba)).sum(axis=1)


def _weights_of(view):
    return np.ones(len(view.samples)) if view.weights is None else view.weights


def _standard_error(values, weight, groups):
    """Return the standard error of a weighted mean; a sample of weight 2 counts as two samples.

    It is that of independent samples, or of independent groups if that is larger: few groups may agree by
    chance.
    """
    off = values - np.average(values, weights=weight)
    variance = weight @ off**2
    if groups is not None:
        _, group = np.unique(groups, return_inverse=True)
        variance = max(variance, (np.bincount(group, weight * off) ** 2).sum())
    return variance**0.5 / weight.sum()
