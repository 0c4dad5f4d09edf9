"""Texts and other tables: a Pipeline before the views, computed once.

A view can be any Pipeline that takes what `fit` is given, so texts go straight into the stack. With
`shared_steps=1` the first step is fitted once without labels, instead of once for each view and split.

```python
>>> from sklearn.feature_extraction.text import TfidfVectorizer
>>> from sklearn.linear_model import LogisticRegression
>>> from sklearn.pipeline import make_pipeline
>>> from sklearn_raters import MultiRaterStackingClassifier
>>> texts = ["you are kind", "you are stupid", "kind of you", "how stupid"] * 10
>>> ratings = [["fine", "fine"], ["rude", "rude"], ["fine", "fine"], ["rude", "fine"]] * 10
>>> views = make_pipeline(TfidfVectorizer(), LogisticRegression())
>>> stack = MultiRaterStackingClassifier(views, shared_steps=1, random_state=0).fit(texts, ratings)
>>> stack.predict(["so kind"])
array(['fine'], dtype='<U4')

```

Rows stay sparse in every estimator here, in the networks too: a batch is made dense at a time. So a network of
all raters takes TF-IDF as it is:

```python
>>> from sklearn_raters import RaterNetClassifier
>>> net = make_pipeline(TfidfVectorizer(), RaterNetClassifier("multitask", max_epochs=5, random_state=0))
>>> net.fit(texts, ratings).predict_proba(["so kind"]).shape
(1, 2)

```

`TextEncoder` gives dense rows of a pretrained encoder in place of TF-IDF (extra `encoders`).

**Ordered labels**, such as degrees of abuse or scores, are classes in an order. Give the order once, as a
Task, and metrics of order can be asked for:

```python
>>> from sklearn_raters.metrics import wasserstein_distance
>>> from sklearn_raters.consensus import soft_labels
>>> from sklearn_raters.ratings import Task
>>> task = Task([[-1, 0], [1, 1], [0, 1]], classes=[-1, 0, 1])
>>> shares = soft_labels(task, alpha=0)
>>> round(float(wasserstein_distance(shares, [[0, 1, 0]] * 3)), 2)
0.67

```

Scores from 0 to 100 become classes by `bins=`, with edges that you choose: a score of 0.37 is no class.

```python
>>> bins = {"edges": [0, 33, 66, 100], "names": ["low", "middle", "high"]}
>>> Task([[12.5, 20], [70, 90]], bins=bins).classes
['low', 'middle', 'high']

```
"""
