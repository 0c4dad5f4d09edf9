"""Which estimator for which data, with measured numbers.

Ask two questions. **Is there one right answer?** A disease, a transcript, a species: raters err, and the
ratings are noise around the truth. Or **may people differ?** An emotion, an offence, a taste: the ratings are
what is to be learnt.

| You have | Take | Why |
|---|---|---|
| a table or texts, and people may differ | `MultiRaterStackingClassifier()` | ahead of majority labels on five tasks of eight, behind on none |
| sequences of frames, and people may differ | `MultiRaterStackingClassifier()` | the same, with networks as views |
| one right answer, several votes a sample | `sklearn_raters.stacking.truth_stack` | learns how good each rater is before it learns the class |
| groups of raters who name classes differently | `truth_stack`, or `RaterNetClassifier("annot_mix")`, X scaled | 13 and 14 points above the stack on a simulated crowd |
| one vote, one label, or soft labels, a sample | any tuned classifier, or `SoftTargetClassifier` around it | one view is enough |

The numbers are from `benchmarks/evidence.py`, and the README has its table. Ahead or behind is a difference whose
95 % interval excludes 0. The lessons:

- **A good part of the gain is balance.** Majority labels starve rare classes. With the class shares of every
  row divided out, the stack is ahead of an ensemble of equal cost on two tasks of eight instead of six. Where rare classes matter, set
  `class_weight="balanced"` first, whatever the estimator.
- **All views are not ahead of the crowd pair** (majority and soft labels, fused) in UAR on any of these
  tasks. The views of single raters are worth their time where you want `predict_proba_raters`.
- **Other kinds of methods** (four networks of raters, Dawid and Skene's labels, `truth_stack`, tuned SVCs and forests, five methods
  of other packages): with balanced classes none has a higher mean over these tasks than the stack. A network of
  raters costs one training instead of three for each view, and comes within four points. `truth_stack` is
  level as balanced but on one task (abuse in two classes, a point behind), and ahead on four tasks as predicted:
  where samples have several votes, try it too.
- **On few frames of speech** (1,010 recordings, 360 synthetic ones, or 128 of a listening test) networks gain nothing
  from fusing that an ensemble of majority networks of equal cost does not gain: the default with balanced classes has
  51.1 % (prosody), 64.0 % (synthetic) and 37.1 % (sound quality), such an ensemble 51.1, 64.8 and 39.7 %.
  `fusion="mean"` has 50.0, 64.5 and 38.6 % in half the time. Functionals of the same recordings have 57.7, 69.1
  and 38.9 %: try them first.
- **Networks need scaled features**: `make_pipeline(StandardScaler(), RaterNetClassifier("annot_mix"))`, for
  recordings after `SpeakerScaler`. From the raw columns of scikit-learn's wine it learns little. `fit` warns of
  columns that are plainly not scaled.
- **Where one answer is right**, the stack learns the majority's errors. Judged by the true labels of simulated
  crowds of five votes a sample, all views had 64.1 %, `truth_stack` 65.2 %, `annot_mix` 63.3 %, and a tuned SVC of
  the majority labels 65.2 %; of two groups who name classes differently, 51.5, 64.6, 65.3 and 51.4 %. With one vote a
  sample all views and `annot_mix` had 46.4 %, and the SVC 51.0 %.

**Soft labels** are what to report where people may differ: `predict_soft_labels`, judged by
`sklearn_raters.metrics.soft_cross_entropy` and its like. UAR asks for the majority only.

Every classifier of scikit-learn can be the view of a stack:

```python
>>> from sklearn.ensemble import RandomForestClassifier
>>> from sklearn.svm import SVC
>>> from sklearn_raters import MultiRaterStackingClassifier
>>> forest = MultiRaterStackingClassifier(RandomForestClassifier(50))
>>> mixed = MultiRaterStackingClassifier(RandomForestClassifier(50), view_params={"crowd_hard": SVC()})

```
"""
