"""Votes as a network's targets: one row a sample."""

import numpy as np


def votes_in_rows(task, weights):
    """Lay votes for the classes out in one row a sample, as a network takes them.

    Parameters
    ----------
    task : Task
        The votes and the classes.
    weights : ndarray of shape (n_classes,)
        Weights of the classes.

    Returns
    -------
    targets : ndarray of shape (n_samples, n_votes_at_most, 3), float32
        Rater, class and weight of each vote. What one rater says of one sample weighs one in all, before
        the classes' weights; weight 0 fills the rows up.
    raters : ndarray of int of shape (n_raters,)
        Which of the task's raters the codes stand for: those with a vote for a class.
    """
    votes = task.class_votes
    inside = votes.label < len(weights)
    sample, label, weight = votes.sample[inside], votes.label[inside], votes.weight[inside]
    raters, rater = np.unique(votes.rater[inside], return_inverse=True)
    _, cell = np.unique(sample * len(raters) + rater, return_inverse=True)
    weight = weight / np.bincount(cell, weight)[cell] * weights[label]
    place = np.arange(len(sample)) - np.searchsorted(sample, sample)
    targets = np.zeros((task.n_samples, place.max(initial=0) + 1, 3), dtype=np.float32)
    targets[sample, place] = np.column_stack([rater, label, weight])
    return targets, raters


def strangers_last(targets, raters, train):
    """Let only raters with a vote in the training part be known; all others get one number after theirs.

    Parameters
    ----------
    targets, raters : ndarray
        What `votes_in_rows` returned.
    train : ndarray of int
        The samples of the training part.

    Returns
    -------
    targets, raters : ndarray
        The same with new numbers: a stranger's is the number of known raters.
    """
    learnt = targets[train]
    known = np.unique(learnt[:, :, 0][learnt[:, :, 2] > 0]).astype(np.intp)
    number = np.full(len(raters), len(known), dtype=np.float32)
    number[known] = np.arange(len(known))
    targets = targets.copy()
    targets[:, :, 0] = number[targets[:, :, 0].astype(np.intp)]
    return targets, raters[known]
