"""Checks that names and order of raters and samples do not matter."""

import numpy as np

from sklearn_raters.estimator_checks._subject import (
    CLOSE,
    answers,
    assert_same,
    fit,
    learn,
    make_rated,
    reference,
    seeded,
)


def check_raters_in_another_order(name, estimator):
    """Check that the order of the raters' columns does not matter."""
    import pandas as pd

    data = make_rated(n_raters=4)
    table = pd.DataFrame(data.Y, columns=["ann", "bob", "cho", "dee"])
    expected = reference(estimator, data._replace(Y=table))
    found = learn(estimator, data._replace(Y=table[["cho", "dee", "ann", "bob"]]))
    assert_same(expected, found, "after the raters' columns changed places", tolerance=CLOSE)


def check_raters_renamed(name, estimator):
    """Check that the names of the raters do not matter, be they text, numbers or places."""
    import pandas as pd

    data = make_rated()
    expected = reference(estimator, data)
    for names in (["zoe", "ann", "m 3"], [30, 7, 12]):
        renamed = learn(estimator, data._replace(Y=pd.DataFrame(data.Y, columns=names)))
        if renamed.raters is not None:
            renamed = renamed._replace(raters=[names.index(rater) for rater in renamed.raters])
        assert_same(expected, renamed, f"after the raters were named {names}")


def check_samples_in_another_order(name, estimator):
    """Check that the order of the samples does not matter, where ratings and groups move with them.

    Without groups too: folds that an estimator draws itself must come from what the samples are.
    """
    data = make_rated()
    order = np.random.RandomState(1).permutation(len(data.X))
    moved = data._replace(X=data.X[order], Y=data.Y[order], groups=data.groups[order])
    expected, found = reference(estimator, data), learn(estimator, moved)
    assert_same(expected, found, "after samples, ratings and groups changed places", tolerance=CLOSE)
    expected, found = (learn(estimator, one._replace(groups=None)) for one in (data, moved))
    assert_same(expected, found, "after samples and ratings changed places, without groups", tolerance=CLOSE)


def check_samples_paired_by_index(name, estimator):
    """Check that tables of samples and ratings are paired by their index, and refused where it differs."""
    import pandas as pd

    data = make_rated()
    index = [f"s{sample:02}" for sample in range(len(data.X))]
    table = data._replace(X=pd.DataFrame(data.X, index).add_prefix("x"), Y=pd.DataFrame(data.Y, index))
    table = table._replace(new_X=pd.DataFrame(data.new_X).add_prefix("x"))
    order = np.random.RandomState(1).permutation(len(data.X))
    found = learn(estimator, table._replace(Y=table.Y.iloc[order]))
    assert_same(
        reference(estimator, table), found, "after the rows of the ratings changed places with their index"
    )
    others = table.Y.set_axis([*index[:3], "elsewhere", *index[4:]])
    try:
        learn(estimator, table._replace(Y=others))
    except ValueError:
        return
    raise AssertionError("fit accepts ratings whose index names a sample that X has not.")


def check_one_by_one(name, estimator):
    """Check that a sample is answered alike alone, in a batch, and in a batch in another order."""
    data = make_rated()
    model = fit(seeded(estimator), data)
    expected = answers(model, data.new_X)
    alone = [answers(model, data.new_X[[sample]]) for sample in range(len(data.new_X))]
    joined = {name: np.concatenate([one.values[name] for one in alone]) for name in expected.values}
    # Matrix products of other sizes round otherwise, in float32 for networks.
    assert_same(expected, expected._replace(values=joined), "one sample at a time", tolerance=CLOSE)
    turned = answers(model, data.new_X[::-1])
    back = {name: values[::-1] for name, values in turned.values.items()}
    assert_same(expected, turned._replace(values=back), "in another order", tolerance=CLOSE)
