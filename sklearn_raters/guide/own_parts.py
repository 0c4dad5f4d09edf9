"""Parts of your own: a network, a model of raters, a corpus.

**A network** that turns a sample into a representation is a `trunk` of `RaterNetClassifier`. It is called
with rows of a table, or with padded frames and their numbers:

```python
>>> import numpy as np
>>> from torch import nn
>>> from sklearn_raters import RaterNetClassifier
>>> rng = np.random.default_rng(0)
>>> X, Y = rng.normal(size=(40, 3)), rng.choice(["calm", "sad"], (40, 3))
>>> trunk = nn.Sequential(nn.Linear(3, 8), nn.Tanh())
>>> net = RaterNetClassifier("crowd_layer", trunk=trunk, max_epochs=2, random_state=0).fit(X, Y)
>>> net.predict_proba_raters(X).shape
(40, 3, 2)

```

**A model of raters** says how a representation becomes each rater's votes. Subclass `RaterModel`; sizes and
weights are made in its constructor, and `rater_log_proba` is all that it must define: it returns one row for each
pair of a sample and a rater, whose numbers it is given. This one is a softmax layer for each rater:

```python
>>> from sklearn_raters.networks import RaterModel
>>> class OneLayerEach(RaterModel):
...     def __init__(self, n_units, n_classes, n_raters):
...         super().__init__(n_units, n_classes, n_raters)
...         self.layers = nn.Linear(n_units, n_raters * n_classes)
...
...     def rater_log_proba(self, units, sample, rater):
...         logits = self.layers(units).reshape(len(units), self.n_raters, self.n_classes)
...         return logits.log_softmax(dim=2)[sample, rater]
>>> net = RaterNetClassifier(OneLayerEach, max_epochs=2, random_state=0).fit(X, Y)
>>> net.predict_proba_raters(X).shape
(40, 3, 2)

```

**A classifier** of any package is a view: what has `fit` with `sample_weight` learns soft labels as weighted
repeats, what has only `decision_function` takes part in the default fusion.

**A corpus** is a table of votes and a folder. `load_rated_audio` reads both; what it returns has the fields of
every loader here: `X`, `Y`, `speakers`, `sessions`, `consensus`, `classes`.

**Check your classifier of ratings** by the checks that every estimator here passes, as tests of pytest, or
all at once by `check_rater_estimator`:

```python
>>> from sklearn.linear_model import LogisticRegression
>>> from sklearn_raters import MultiRaterStackingClassifier
>>> from sklearn_raters.estimator_checks import parametrize_with_rater_checks
>>> @parametrize_with_rater_checks([MultiRaterStackingClassifier(LogisticRegression())])
... def test_my_classifier(estimator, check):
...     check(estimator)

```
"""
