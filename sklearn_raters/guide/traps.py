"""Traps: where several raters and scikit-learn's habits collide.

**Groups.** The default fusion holds out groups, so that it must know them: give `groups=` to `fit`.
`cross_validate` and searches pass them on only with metadata routing:

```python
>>> import numpy as np
>>> import sklearn
>>> from sklearn.linear_model import LogisticRegression
>>> from sklearn.model_selection import GroupKFold, cross_validate
>>> from sklearn_raters import MultiRaterStackingClassifier
>>> from sklearn_raters.metrics import uar_scorer
>>> rng = np.random.default_rng(0)
>>> X, Y, speakers = rng.normal(size=(60, 3)), rng.choice(["calm", "sad"], (60, 3)), np.arange(60) % 6
>>> stack = MultiRaterStackingClassifier(LogisticRegression(), random_state=0)
>>> with sklearn.config_context(enable_metadata_routing=True):
...     found = cross_validate(
...         stack, X, Y, params={"groups": speakers}, cv=GroupKFold(3), scoring=uar_scorer
...     )
>>> len(found["test_score"])
3

```

**Scorers.** String scorers such as "accuracy" reject ratings. Those of `sklearn_raters.metrics` take them, and
judge by the consensus, the shares or each rater.

**Splitters.** scikit-learn makes folds by what y looks like. With ratings that are missing an int as `cv` ends in an
error (of sorting texts, or "Input y contains NaN"), and StratifiedGroupKFold rejects ratings always: give `cv=GroupKFold(5)` or `cv=KFold(5)`, or
`ConsensusStratifiedGroupKFold(5)` of `sklearn_raters.model_selection`, which keeps groups whole and the classes' shares alike.

**Out-of-fold predictions.** `cross_val_predict(method="predict_proba")` encodes every rater's column as labels
of its own, and warns only if a fold has another number of classes than a column. `cross_val_predict_raters` does not:

```python
>>> from sklearn_raters.model_selection import cross_val_predict_raters
>>> cross_val_predict_raters(stack, X, Y, groups=speakers, cv=3, method="predict_proba").shape
(60, 2)

```

**Absent classes.** UAR over a fold that lacks a class depends on who computes it: `recall_score` counts it as
0 if it is predicted or named in `labels`, and leaves it out otherwise; `balanced_accuracy_score` always leaves
it out. `compare` pools the folds before it averages.

**Classes in your own order.** `classes=["low", "middle", "high"]` orders all columns of probabilities. Tools of
scikit-learn that read probabilities ("roc_auc", "neg_log_loss", `VotingClassifier`, `cross_val_predict`) take
columns for sorted, without a word. Give them sorted classes, or use `compare` and the scorers here, which go by name.

**"None" is no label.** Texts such as NA, nan and None are missing ratings. Name a class that is called so in
`classes=`.

**-1 is a label** unless you say otherwise: `label_map={-1: None}` or `missing_label=-1`.

**One column is one rater.** If the columns of a table are "first answer", "second answer" of changing people,
the views are of no one. Use the crowd views only: `views=["crowd_hard", "crowd_soft"]`.

**pandas pairs by index.** X and Y with the same index in another order are paired by it; with other index
sets they are refused. A default index (0, 1, 2, ...) beside the same numbers in another order is refused too, since it
may be new: `StandardScaler().set_output(transform="pandas")` gives it to arrays. A pipeline that begins with such a step
on arrays takes `Y.to_numpy()`.

**A test that shuffles Y** must not be undone by its index: `permutation_test_score` shuffles the rows of a table with
their index, and within `groups` they are then paired again. Give it `Y.to_numpy()`.

**What to catch.** Errors about input are `sklearn_raters.exceptions.InputError`, a ValueError, so that a program
can tell wrong input from a fault.
"""
