"""Statistics of raters: number of ratings, shares of the classes, and agreement."""

import numpy as np
from scipy.sparse import csr_array

from sklearn_raters.ratings._task import Task, as_task


def rater_summary(Y):
    """
    Describe each rater: number of ratings, share of each class, agreement, as in the paper's Table 1.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Returns
    -------
    DataFrame
        One row a rater, after two rows for the crowd: "crowd_hard", the majority labels, and
        "crowd_soft", all raters' votes on the samples to which `soft_labels` gives a distribution.
        Its columns:

        - ``samples``: number of samples with a vote for a class;
        - ``single``, ``multiple``: number of samples with votes for one class, for two or more;
        - ``share_<class>``: share of the class in the votes for classes;
        - ``agreement``: mean share of the rater's votes that are for the majority label, over the
          samples that the rater rated and whose majority is a class. The rater's votes count in
          this majority, which raises the agreement.

        A share of no votes is NaN. ``.attrs["krippendorff_alpha"]`` holds `krippendorff_alpha` of all
        raters, NaN where it is not defined.

    Raises
    ------
    ValueError
        If there are no ratings, or a rater is named "crowd_hard" or "crowd_soft".

    References
    ----------
    H.-C. Chou and C.-C. Lee, "Every Rating Matters", ICASSP 2019, Table 1.

    Examples
    --------
    >>> from sklearn_raters.ratings import rater_summary
    >>> rater_summary([["a", ("a", "b")], ["b", "b"], ["a", None]]).round(2)
                samples  single  multiple  share_a  share_b  agreement
    crowd_hard        3       3         0     0.67     0.33       1.00
    crowd_soft        3       2         1     0.50     0.50       0.89
    0                 3       3         0     0.67     0.33       1.00
    1                 2       1         1     0.33     0.67       0.75
    """
    import pandas as pd

    task = as_task(Y)
    votes, classes, consensus = task.class_votes, task.classes, task.majority()
    crowd = ["crowd_hard", "crowd_soft"]
    for name in crowd:
        if name in task.raters:
            raise ValueError(f"A rater is named {name!r}, like a row of the crowd: rename the rater.")

    n_raters = len(task.raters)
    agrees = _agreement(votes, consensus, len(classes))
    rows = np.vstack(
        [
            _hard_row(consensus, len(classes)),
            _view_rows(votes, np.zeros_like(votes.rater), 1, len(classes), consensus < len(classes)),
            _view_rows(votes, votes.rater, n_raters, len(classes)),
        ]
    )
    columns = ["samples", "single", "multiple", *(f"share_{name}" for name in classes)]
    table = pd.DataFrame(rows, index=[*crowd, *task.raters], columns=columns)
    table = table.astype(dict.fromkeys(columns[:3], np.int64))
    table["agreement"] = agrees
    try:
        table.attrs["krippendorff_alpha"] = krippendorff_alpha(Task(votes, votes.labels))
    except ValueError:
        table.attrs["krippendorff_alpha"] = np.nan
    return table


def krippendorff_alpha(Y):
    """
    Compute Krippendorff's alpha of all raters for nominal labels.

    1 is perfect agreement, 0 the agreement expected by chance. If raters choose several labels, each set of
    labels is one value, and the distance of two sets is the Jaccard distance (1 - number of common labels /
    number of labels in either). For single labels this is the nominal alpha. Labels outside the classes and
    the weights of votes are not used. Memory grows with the number of samples times the square of the number
    of different sets.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Returns
    -------
    float
        At most 1; below 0 where raters agree less than by chance.

    Raises
    ------
    ValueError
        If alpha is not defined: no sample has two raters, or all these raters chose the same label.

    References
    ----------
    K. Krippendorff, "Content Analysis", 4th edition, 2018, chapter 12; R. Passonneau, "Measuring
    Agreement on Set-valued Items (MASI)", LREC 2006, for distances between sets.

    Examples
    --------
    >>> from sklearn_raters.ratings import krippendorff_alpha
    >>> round(krippendorff_alpha([["a", "a"], ["b", "b"], ["a", "b"]]), 3)
    0.444
    """
    task = as_task(Y)
    sample, choice, members = _choices(task.class_votes, len(task.classes))
    n_raters = np.bincount(sample, minlength=task.n_samples)
    paired = n_raters[sample] >= 2
    if not paired.any():
        raise ValueError("Krippendorff's alpha is not defined: no sample is rated by two raters or more.")
    sample, choice = sample[paired], choice[paired]
    if (choice == choice[0]).all():
        raise ValueError(
            "Krippendorff's alpha is not defined: on all samples with two raters or more, all raters "
            "chose one and the same label."
        )
    # Imported here, because it loads slowly and reading ratings does not need it.
    from krippendorff import alpha

    _, row = np.unique(sample, return_inverse=True)
    used, column = np.unique(choice, return_inverse=True)
    counts = np.zeros((row.max() + 1, len(used)), dtype=np.int64)
    np.add.at(counts, (row, column), 1)
    distance = _jaccard_distances([members[index] for index in used], len(task.class_votes.labels))
    return float(alpha(value_counts=counts, level_of_measurement=lambda *_, i1, i2, **__: distance[i1, i2]))


def eligible_raters(Y, *, min_ratings=1, groups=None):
    """
    List the raters who rated enough samples in every group.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    min_ratings : int, default=1
        Number of samples with a vote for a class that a rater needs in each group.
    groups : array-like of shape (n_samples,) or None, default=None
        Group (session, speaker) of each sample. None takes all samples as one group.

    Returns
    -------
    list
        Names of raters, in the order of Y.

    Raises
    ------
    ValueError
        If the length of `groups` is not the number of samples, or `min_ratings` is below 1.

    Examples
    --------
    >>> from sklearn_raters.ratings import eligible_raters
    >>> eligible_raters([["a", "b"], ["a", None], ["b", "b"]], groups=[1, 2, 2], min_ratings=1)
    [0, 1]
    >>> eligible_raters([["a", "b"], ["a", None], ["b", "b"]], min_ratings=3)
    [0]
    """
    if not min_ratings >= 1:
        raise ValueError(f"min_ratings must be 1 or more, not {min_ratings!r}.")
    task = as_task(Y)
    votes = task.class_votes
    groups = np.zeros(votes.n_samples) if groups is None else np.asarray(groups)
    if groups.shape != (votes.n_samples,):
        raise ValueError(
            f"groups has the shape {groups.shape}, but there are {votes.n_samples} samples: give "
            "one group a sample."
        )
    names, group = np.unique(groups, return_inverse=True)
    inside = votes.label < len(task.classes)
    rated = np.unique(votes.rater[inside] * votes.n_samples + votes.sample[inside])
    rater, row = np.divmod(rated, votes.n_samples)
    count = np.bincount(rater * len(names) + group[row], minlength=len(task.raters) * len(names))
    enough = (count.reshape(-1, len(names)) >= min_ratings).all(axis=1)
    return [task.raters[index] for index in np.flatnonzero(enough)]


def _choices(votes, n_classes):
    """Return the set of classes that each rater chose on each sample, as a number.

    Returns
    -------
    sample, choice : ndarray of int, shape (n_choices,)
        One entry for each sample and rater with a vote for a class.
    members : list of tuples of int
        The classes of each number that `choice` can hold.
    """
    inside = votes.label < n_classes
    sample, label = votes.sample[inside], votes.label[inside]
    cell = sample * len(votes.raters) + votes.rater[inside]
    _, start, size = np.unique(cell, return_index=True, return_counts=True)
    choice = label[start]
    number = {(index,): index for index in range(n_classes)}
    for at in np.flatnonzero(size > 1):
        chosen = tuple(label[start[at] : start[at] + size[at]].tolist())
        choice[at] = number.setdefault(chosen, len(number))
    return sample[start], choice, list(number)


def _jaccard_distances(members, n_labels):
    """Compute the Jaccard distance 1 - |A and B| / |A or B| of every two sets of labels."""
    size = np.array([len(chosen) for chosen in members])
    owner = np.repeat(np.arange(len(members)), size)
    label = np.concatenate(members)
    sets = csr_array((np.ones(len(label)), (owner, label)), shape=(len(members), n_labels))
    common = (sets @ sets.T).toarray()
    return 1 - common / (size[:, None] + size - common)


def _agreement(votes, consensus, n_classes):
    """Compute the mean share of votes for the majority label, for both crowd rows and each rater."""
    in_task = (consensus >= 0) & (consensus < n_classes)
    kept = in_task[votes.sample]
    sample, rater, weight = votes.sample[kept], votes.rater[kept], votes.weight[kept]
    hits = weight * (votes.label[kept] == consensus[sample])
    crowd = _mean_share(hits, weight, np.zeros_like(rater), sample, 1)
    raters = _mean_share(hits, weight, rater, sample, len(votes.raters))
    return np.concatenate([[1.0 if in_task.any() else np.nan], crowd, raters])


def _mean_share(part, whole, owner, sample, n_owners):
    """Average sum(part) / sum(whole) over each owner's samples; NaN for an owner without samples."""
    n_samples = sample.max(initial=0) + 1
    pair, inverse = np.unique(owner * n_samples + sample, return_inverse=True)
    share = np.bincount(inverse, part) / np.bincount(inverse, whole)
    return _ratio(
        np.bincount(pair // n_samples, share, minlength=n_owners),
        np.bincount(pair // n_samples, minlength=n_owners),
    )


def _hard_row(consensus, n_classes):
    """Count the samples whose majority is a class, and compute the share of each class in them."""
    count = np.bincount(consensus[(consensus >= 0) & (consensus < n_classes)], minlength=n_classes)
    return [count.sum(), count.sum(), 0, *_ratio(count, count.sum())]


def _view_rows(votes, owner, n_owners, n_classes, allowed=None):
    """Return the columns of `rater_summary` except the agreement, one row for each owner of votes."""
    inside = votes.label < n_classes
    if allowed is not None:
        inside &= allowed[votes.sample]
    owner, sample, label = owner[inside], votes.sample[inside], votes.label[inside]
    chosen = np.unique((owner * votes.n_samples + sample) * n_classes + label) // n_classes
    pair, n_chosen = np.unique(chosen, return_counts=True)
    samples = np.bincount(pair // votes.n_samples, minlength=n_owners)
    multiple = np.bincount(pair[n_chosen > 1] // votes.n_samples, minlength=n_owners)
    votes = np.bincount(
        owner * n_classes + label, votes.weight[inside], minlength=n_owners * n_classes
    ).reshape(n_owners, n_classes)
    shares = _ratio(votes, votes.sum(axis=1, keepdims=True))
    return np.column_stack([samples, samples - multiple, multiple, shares])


def _ratio(part, whole):
    """Divide; 0 / 0 is NaN without a warning."""
    with np.errstate(invalid="ignore"):
        return part / whole
