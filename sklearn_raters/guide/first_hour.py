"""The first hour: from a table of your own ratings to a comparison of models.

You need two things: recordings (or texts, or any features), and a table with one row a vote. Its columns are
called sample, rater and label here; `ratings_from_long(votes, sample=..., rater=..., label=...)` takes other names.
`sklearn_raters.ratings.read_ratings(file)` reads such a table, or the export of an annotation tool (Label Studio,
Argilla, Prodigy, doccano, Potato, MTurk, Prolific, Toloka), and finds the columns. Without data of your own,
`sklearn_raters.datasets.fetch_crema_d()` downloads acted emotions with all their raters.

```python
>>> import pandas as pd
>>> votes = pd.DataFrame(
...     [("a", "ann", "calm"), ("a", "bob", "calm"), ("b", "ann", "sad"), ("b", "cleo", "calm")],
...     columns=["sample", "rater", "label"],
... )

```

**Ratings as a table.** One row a sample, one column a rater. Everything in the package takes this form, and
several others; `sklearn_raters.ratings.parse_ratings` lists them.

```python
>>> from sklearn_raters.ratings import ratings_from_long
>>> Y = ratings_from_long(votes)
>>> Y
    ann   bob  cleo
a  calm  calm   NaN
b   sad   NaN  calm

```

**Look at the raters first**, by `sklearn-raters inspect votes.csv` on the command line, or in Python. How much did each
one rate, which classes do they use, do they agree? The first two rows are the majority labels and all votes together.

```python
>>> from sklearn_raters.ratings import rater_summary
>>> rater_summary(Y)[["samples", "share_calm", "share_sad"]]
            samples  share_calm  share_sad
crowd_hard        1        1.00       0.00
crowd_soft        2        0.75       0.25
ann               2        0.50       0.50
bob               1        1.00       0.00
cleo              1        1.00       0.00

```

**Features.** Audio becomes one row a recording by `OpenSmileFunctionals`, or a sequence of frames by
`OpenSmileFrames`; openSMILE is for research only, and `sklearn_raters.guide.front_ends` names what products take.
Of your own recordings, in a folder beside the table of votes:

    from sklearn_raters import OpenSmileFunctionals, SpeakerScaler
    from sklearn_raters.datasets import load_rated_audio
    corpus = load_rated_audio("votes.csv", "recordings", speaker="speaker")  # .X paths, .Y ratings, .speakers
    X = OpenSmileFunctionals(n_jobs=-1).fit_transform(corpus.X)  # row i belongs to row i of corpus.Y
    X = SpeakerScaler().fit_transform(X, speakers=corpus.speakers)

Here synthetic sequences stand in for them, rated by five simulated raters:

```python
>>> import numpy as np
>>> from sklearn_raters.datasets import make_rated_sequences
>>> corpus = make_rated_sequences(120, random_state=0)
>>> X = np.array([frames.mean(axis=0) for frames in corpus.X])  # one row a recording
>>> corpus.Y.shape[1], X.shape[0]
(5, 120)

```

**Pictures** of the raters show the same as the tables above (extra `plot`: `pip install 'sklearn-raters[plot]'`).
Which classes does each one use?

```python
>>> from sklearn_raters.plots import AgreementDisplay, ClassUseDisplay
>>> class_use = ClassUseDisplay.from_ratings(corpus.Y)

```

![Shares of the classes in the votes of five raters, as bars](class_use.svg)

Who agrees with whom? Camps of raters stand side by side, as bright squares; `RaterConfusionsDisplay` shows who
names a class differently.

```python
>>> agreement = AgreementDisplay.from_ratings(corpus.Y)

```

![Agreement of every two raters in percent, as a matrix](agreement.svg)

**Fit, and ask three questions.** The default estimator suits most tables; `sklearn_raters.guide.which_method` tells
when to take another one. `groups` are what must not be split between training and test, such as sessions or speakers.

```python
>>> from sklearn_raters import MultiRaterStackingClassifier
>>> stack = MultiRaterStackingClassifier(random_state=0)
>>> stack = stack.fit(X, corpus.Y, groups=corpus.sessions)
>>> stack.predict_proba(X).shape  # which class is the consensus
(120, 4)
>>> stack.predict_proba_raters(X).shape  # what each rater would say
(120, 5, 4)
>>> stack.predict_soft_labels(X).shape  # which share of the raters would say each class
(120, 4)

```

**Compare, on folds that keep speakers or sessions whole.** An interval that excludes 0 is a difference that
other samples of the same kind would show as well.

```python
>>> from sklearn_raters.model_selection import compare
>>> models = {
...     "majority": MultiRaterStackingClassifier(views=["crowd_hard"], fusion="mean"),
...     "all views": MultiRaterStackingClassifier(),
... }
>>> table = compare(
...     models, X, corpus.Y, groups=corpus.sessions, cv=3, baseline="majority", random_state=0
... )
>>> table[["uar", "difference", "low", "high"]].shape
(2, 4)

```

```python
>>> from sklearn_raters.plots import ComparisonDisplay
>>> comparison = ComparisonDisplay.from_comparison(table)

```

![Difference of the models in unweighted average recall, with intervals](comparison.svg)

With `return_comparison=True` the result holds the table, every prediction (`found.predictions`), and a report
(extra `report`) of raters, models and the samples that split the raters, one HTML page with their recordings or
texts: `found.to_html("report.html", audio=corpus.X)`. Of raters alone:
`sklearn_raters.report.make_report(corpus.Y, "raters.html")`.

**Without Python** the command line does all of this for audio:

    sklearn-raters evaluate --ratings votes.csv --audio recordings --speaker-column speaker --report report.html
"""
