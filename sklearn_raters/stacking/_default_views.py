"""The classifier of the views if none is given. For tables, one that fits the data is chosen first."""

import warnings
from dataclasses import dataclass, replace
from time import perf_counter

import joblib
import numpy as np
from joblib import delayed
from scipy.sparse import issparse
from scipy.stats import t
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters._nested import fit_with_weights
from sklearn_raters._parallel import call_cached, check_time, content_to_hash, moved_once, run_jobs
from sklearn_raters._rated import rows_of
from sklearn_raters._seeds import content_order
from sklearn_raters.exceptions import collecting_remarks
from sklearn_raters.features import KernelFeatures
from sklearn_raters.networks import BLSTMClassifier
from sklearn_raters.ratings import known_labels
from sklearn_raters.sequences import holds_sequences
from sklearn_raters.soft_targets import SoftTargetClassifier
from sklearn_raters.stacking._frozen import posterior
from sklearn_raters.stacking._fusion import pool_splits
from sklearn_raters.stacking._views import View

# Probabilities are off by up to 0.0002.
_TOLERANCE = 1e-5
# Weights of the kernel to choose from. The first one stays unless another is clearly better: to take the best
# in any case cost up to two points of UAR on recorded speech.
WEIGHTS = (1.0, 0.0, 3.0, 10.0, 30.0)
# Enough samples to tell the weights apart. Of many more, a kernel stronger than the one chosen may be better.
_N_SAMPLES = 2000
_STEP = "kernelfeatures"
_PARAMETER = f"{_STEP}__weight"


def default_estimator(X):
    """Return the estimator of the views if none is given, which depends on the form of the samples."""
    if holds_sequences(X):
        return BLSTMClassifier()
    if issparse(X):
        return LogisticRegression(tol=_TOLERANCE, max_iter=1000)  # centring would fill the zeros
    return _of_tables()


def _of_tables():
    classifier = LogisticRegression(C=3, tol=_TOLERANCE, max_iter=1000)
    return make_pipeline(StandardScaler(), KernelFeatures(weight=WEIGHTS[0]), classifier)


def leaves_weight(base, entry):
    """Return whether a view takes the weight that is chosen.

    Parameters
    ----------
    base : classifier
        The default estimator; only that of tables has a kernel.
    entry : dict or classifier
        The view's entry in `view_params`: not one that gives an estimator, its steps, or the weight.

    Returns
    -------
    bool
        Whether the view's kernel has no weight yet.
    """
    has_kernel = _PARAMETER in base.get_params()
    return has_kernel and isinstance(entry, dict) and entry.keys().isdisjoint({"steps", _STEP, _PARAMETER})


def with_kernel_weight(trainings, weight, own):
    """Return planned trainings with a weight of the kernel.

    Parameters
    ----------
    trainings : list of PlannedTraining
        Trainings of the default estimator of tables.
    weight : float
        The weight.
    own : dict
        Entries of `view_params` by the name of the view.

    Returns
    -------
    list of PlannedTraining
        The trainings in their order; those of views that have a weight of their own are as they were.
    """
    base, changed = _of_tables(), []
    for training in trainings:
        if leaves_weight(base, own.get(training.view.name, {})):
            wrapped = isinstance(training.estimator, SoftTargetClassifier)
            name = f"estimator__{_PARAMETER}" if wrapped else _PARAMETER
            training = replace(training, estimator=clone(training.estimator).set_params(**{name: weight}))
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
            return f"the kernel's weight is {WEIGHTS[0]:g}, since no samples can be left out to choose it"
        weights = ", ".join(f"{weight:g}" for weight in sorted(WEIGHTS))
        n_trials = len(WEIGHTS) * len(self.splits)
        return f"the kernel's weight is chosen first from {weights}, by {n_trials} trial trainings"


def plan_choice(view, splits, consensus, groups, seed, sample_weight):
    """Return the `KernelChoice` of the view "crowd_soft".

    Without given `splits` it has the folds of the fusion "pool", also for other views and fusions, so that
    stacks that differ in these share their trainings; and none if such folds cannot be made.
    """
    labels = [str(label) for label in consensus[view.samples]]
    if not splits and labels and (groups is not None or max(map(labels.count, set(labels))) > 1):
        splits = pool_splits([view], consensus, groups, seed, sample_weight)
    return KernelChoice(view, splits)


def choose_kernel_weight(choice, data, classes, stack, cached):
    """Choose the weight of the kernel by the cross-entropy of soft labels on samples that are left out.

    Parameters
    ----------
    choice : KernelChoice
        The view and the splits.
    data : RatedSamples
        Samples, ratings and groups.
    classes : list
        The task's classes.
    stack : MultiRaterStackingClassifier
        The stack; its `n_jobs` and `verbose` are used.
    cached : callable or None
        Cache, as `cached_with` returns it.

    Returns
    -------
    weight : float
        One of `WEIGHTS`: of the first one, and those whose mean cross-entropy is clearly lower, the best.
    seconds : float
        Seconds of the trials, from the cache those of the first time.
    """
    view = choice.view
    if len(view.samples) > _N_SAMPLES:
        # Drawn by content, so that their order does not matter.
        order = content_order(data.X, data.task, data.sample_weight)
        order = order[np.isin(order, view.samples)]
        view = view.within(np.random.RandomState(0).permutation(order)[:_N_SAMPLES])
    pairs = [(view.within(train), view.within(test)) for train, test in choice.splits]
    pairs = [pair for pair in pairs if pair[0].n_classes(classes) > 1 and len(pair[1].samples)]
    if not pairs:
        return WEIGHTS[0], 0.0
    estimator, key = default_estimator(data.X), None
    if cached is not None:
        learnt = [(part.samples, part.targets, part.weights) for pair in pairs for part in pair]
        trial = content_to_hash(estimator), WEIGHTS
        key = joblib.hash((data.X, learnt, trial), coerce_mmap=True)
    arguments = estimator, data.X, pairs, classes, stack.n_jobs, stack.verbose
    losses, seconds = call_cached(cached, _try_weights, arguments, key, "The choice of the kernel's weight")
    weight = np.concatenate([_weights_of(test) for _, test in pairs])
    groups = rows_of(data.groups, np.concatenate([test.samples for _, test in pairs]))
    clear = [0, *(k for k in range(1, len(WEIGHTS)) if _is_clear(losses[0] - losses[k], weight, groups))]
    return WEIGHTS[min(clear, key=lambda k: losses[k] @ weight)], seconds


def _try_weights(estimator, X, pairs, classes, n_jobs, verbose):
    """Return the losses of test samples by each weight, (n_weights, n_tested), and the trials' seconds."""
    trials = [(*pair, classes, weight) for weight in WEIGHTS for pair in pairs]
    jobs = [delayed(_try_weight)(estimator, X, *trial) for trial in trials]
    names = [f"a trial of the kernel's weight {weight:g}" for weight in WEIGHTS for _ in pairs]
    with moved_once(X):
        told = {"description": "Choosing the kernel", "verbose": verbose}
        losses, seconds = zip(*run_jobs(jobs, names, n_jobs=n_jobs, **told), strict=True)
    return np.concatenate(losses).reshape(len(WEIGHTS), -1), sum(seconds)


def _try_weight(estimator, X, train, test, classes, weight):
    """Return the cross-entropy of each test sample's soft label, and the seconds."""
    check_time()
    start = perf_counter()
    estimator = SoftTargetClassifier(clone(estimator).set_params(**{_PARAMETER: weight}), classes=classes)
    # What there is to warn of, the views themselves will say.
    with known_labels(), collecting_remarks(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit_with_weights(estimator, rows_of(X, train.samples), train.targets, train.weights, None)
    proba = posterior(train, estimator, rows_of(X, test.samples), classes)
    proba = np.maximum(proba, 1 / (train.n_rated + len(classes)))
    return -(test.targets * np.log(proba)).sum(axis=1), perf_counter() - start


def _weights_of(view):
    return np.ones(len(view.samples)) if view.weights is None else view.weights


def _is_clear(lead, weight, groups):
    """Return whether a mean is above 0 beyond its 95 % interval, of independent samples and of groups.

    A sample of weight 2 counts as two samples. Both intervals count, since few groups may agree by chance.
    """
    mean = np.average(lead, weights=weight)
    off = lead - mean
    draws = [(weight.sum(), weight @ off**2)]
    if groups is not None:
        _, group = np.unique(groups, return_inverse=True)
        draws.append((group.max() + 1, (np.bincount(group, weight * off) ** 2).sum()))
    return all(
        n > 1 and mean > t.ppf(0.975, n - 1) * (squares * n / (n - 1)) ** 0.5 / weight.sum()
        for n, squares in draws
    )
