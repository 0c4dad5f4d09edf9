"""The table of an evaluation that is repeated with several seeds."""

import numpy as np

from sklearn_raters.model_selection import paired_bootstrap


def over_seeds(results, classes, groups, baseline, random_state):
    """
    Return the means of a comparison over its seeds, with the spread of the UAR.

    Parameters
    ----------
    results : list of Comparison
        By seed, all on the same folds.
    classes : list
        The classes.
    groups : ndarray of shape (n_samples,) or None
        Groups that the bootstrap draws.
    baseline : str or None
        The model that the others are compared with.
    random_state : int
        Seed of the bootstrap.

    Returns
    -------
    DataFrame
        The columns of `compare`, as means over the seeds, and after ``uar`` its standard deviation over the
        seeds, ``uar_sd``. The interval draws groups with what all seeds predict for them.
    """
    tables = [result.table for result in results]
    mean = sum(tables) / len(tables)
    spread = np.std([table["uar"] for table in tables], axis=0, ddof=1)
    mean.insert(mean.columns.get_loc("uar") + 1, "uar_sd", spread)
    if baseline is None:
        return mean
    # With the same samples in every seed, recalls over all of them are the means of the seeds' recalls.
    predictions = [result.predictions for result in results]
    scored = predictions[0]["consensus"].notna().to_numpy()
    truth = np.tile(predictions[0]["consensus"].to_numpy(dtype=object)[scored], len(results))
    groups = np.arange(len(scored)) if groups is None else groups
    groups = np.tile(groups[scored], len(results))
    predicted = {
        name: np.concatenate([one[name].to_numpy(dtype=object)[scored] for one in predictions])
        for name in mean.index
    }
    settings = {"groups": groups, "labels": classes, "random_state": random_state}
    for name in mean.index:
        found = paired_bootstrap(truth, predicted[name], predicted[baseline], **settings)
        mean.loc[name, ["difference", "low", "high"]] = list(found)
    return mean
