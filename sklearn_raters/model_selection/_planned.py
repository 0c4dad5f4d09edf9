"""The trainings that a comparison is going to do, in the jobs that do them."""

from sklearn_raters.consensus import hard_labels
from sklearn_raters.model_selection._folds import check_trainable, make_folds
from sklearn_raters.model_selection._runs import trainings_of
from sklearn_raters.ratings import Task


def planned_trainings(models, Y, *, groups=None, cv=5):
    """
    List the trainings of `compare`, without doing any.

    Parameters
    ----------
    models : dict
        From name to (estimator, X, conditions), as in `compare`; the estimators have their classes.
    Y : ratings of n_samples, or Task
        As in `compare`.
    groups : array-like of shape (n_samples,) or None, default=None
        As in `compare`.
    cv : int, splitter, iterable of (train, test) pairs or None, default=5
        As in `compare`.

    Returns
    -------
    list of list of (str, int)
        For each job that one of several processes does: the class of the classifier that is trained, and the
        number of its samples, for each training. A training of several models counts once.

    Raises
    ------
    InputError, TypeError
        As `compare` does before the first training.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_raters.model_selection import planned_trainings
    >>> X, Y = [[0.0], [1.0]] * 10, [["a", "a"], ["b", "a"]] * 10
    >>> planned_trainings({"neighbours": (KNeighborsClassifier(), X, {})}, Y, cv=2)
    [[('KNeighborsClassifier', 10)], [('KNeighborsClassifier', 10)]]
    """
    task = Y if isinstance(Y, Task) else Task(Y)
    consensus = hard_labels(task)
    folds = make_folds(consensus, consensus, groups, cv)
    plans = {
        name: check_trainable(estimator, X, task.ratings, consensus, folds, groups)
        for name, (estimator, X, _) in models.items()
    }
    jobs = {}
    for (fold, part, *what), size in trainings_of(models, plans, folds).items():
        job = (fold, part) if part is not None else (fold, None, *what)
        jobs.setdefault(job, []).append(size)
    return [jobs[job] for job in sorted(jobs, key=lambda job: job[1] is None)]
