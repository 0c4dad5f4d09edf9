"""Limits: what this package does not do, and what was not shown.

- **Classes only.** Valence from 1 to 5 becomes classes by `bins=`; there is no regression of ratings.
- **One question at a time.** Several questions about a sample, such as emotion and strength, are several models.
- **Fusion is no magic.** Over the crowd pair, all views gained nothing measurable in UAR on eight tasks, and on
  frames the default did not beat an ensemble of equal cost. See `sklearn_raters.guide.which_method`.
- **The paper's own numbers are not confirmed**: IEMOCAP was not at hand.
- **Few samples.** Below some 200 recordings a network is past its best before its default budget ends: by two
  points of UAR on one synthetic task. Give `max_epochs`, or take functionals and a logistic regression.
- **Large tables take their time.** The views' kernel looks at 1,000 samples for each one: ten views of 10,000 rows
  and 100 columns learn for half a minute, and their file has 57 MB. Linear views take five seconds:
  `make_pipeline(StandardScaler(), LogisticRegression(C=3 / n_features))`.
- **Views of raters who rated little** learn little. `min_ratings` and `max_raters` leave them out.
- **Raters who were not in the training data** have no answers of their own: `predict_proba_raters(X, raters=[...])`
  gives the consensus for them, with a warning; a stack does so for raters without a view, too.
- **A GPU was at hand for two minutes**: a BLSTM learnt there 5 times as fast as on two processor cores. Its
  predictions were not compared, and training in one batch was tested on processors only.
- **Intervals are over groups.** With five speakers a bootstrap of groups says little; read it as a lower bound
  of the uncertainty.
- **openSMILE is for research only.** Products need audEERING's licence, or another front end:
  `SpectralFrames`, or a pretrained encoder (`sklearn_raters.guide.front_ends`).
"""
