"""The guide: from a table of ratings to models of its raters.

Read the chapters in any order; each one stands alone. Code with `>>>` is run by the tests.

- `sklearn_raters.guide.first_hour`: from a table of your own to a comparison.
- `sklearn_raters.guide.which_method`: which estimator for which data, with measured numbers.
- `sklearn_raters.guide.the_paper`: the views, the fusion and the protocol of "Every Rating Matters".
- `sklearn_raters.guide.texts`: texts and other tables.
- `sklearn_raters.guide.front_ends`: openSMILE, spectral features for products, pretrained encoders, scaling.
- `sklearn_raters.guide.own_parts`: a network, a model of raters or a corpus of your own.
- `sklearn_raters.guide.many_machines`: parallel jobs, caches, clusters, data larger than the memory.
- `sklearn_raters.guide.traps`: where several raters and scikit-learn's habits collide.
- `sklearn_raters.guide.limits`: what this package does not do, and what was not shown.

Every public class and function is described under the module that it is imported from: `sklearn_raters` for
estimators and transformers, and one module a topic for the rest.
"""
