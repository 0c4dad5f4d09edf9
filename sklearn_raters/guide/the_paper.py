"""The paper: views, fusion and protocol of "Every Rating Matters" (Chou and Lee, ICASSP 2019).

The same ratings are read in several ways, each of which trains a network of its own, a *view*:

- `crowd_hard`: the majority label;
- `crowd_soft`: the shares of the labels, smoothed by equation 1 of the paper;
- one view a rater who rated enough: the rater's own labels.

The trained views are frozen. A *fusion* learns from their last hidden layers side by side what the consensus
is. `paper_stack` is this form with every setting that the paper states; `MultiRaterStackingClassifier()` has
defaults that were better on the tasks at hand.

```python
>>> from sklearn_raters.stacking import paper_stack
>>> stack = paper_stack(random_state=0)
>>> stack.fusion, stack.alpha, stack.start_from
('softmax', 0.75, None)

```

A holder of IEMOCAP repeats Table 3, with the search over batch size, learning rate and number of epochs inside
each training part. `--batch-size`, `--learning-rate` and `--epochs` narrow it:

    sklearn-raters evaluate --corpus iemocap --protocol paper --root IEMOCAP

It checks the number of samples and votes against Table 1 first. The corpus was not at hand when this package
was written, so the paper's 57.5, 57.1, 58.6 and 61.5 (majority, shares, pair, all views) are not confirmed
here. What the paper leaves open, and what was chosen, is listed in `benchmarks/README.md`.

Before a long fit, look at its plan. It names each training, and raises what would fail.

```python
>>> import numpy as np
>>> from sklearn.linear_model import LogisticRegression
>>> from sklearn_raters import MultiRaterStackingClassifier
>>> rng = np.random.default_rng(0)
>>> X, Y = rng.normal(size=(40, 3)), rng.choice(["calm", "sad"], (40, 3))
>>> plan = MultiRaterStackingClassifier(LogisticRegression()).plan(X, Y)
>>> len(plan.views), len(plan.trainings)  # each view once on all samples, once on either half
(5, 15)

```
"""
