"""Shared steps: fitted once for all views, without labels; and texts as samples."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csc_array
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler, TargetEncoder

from made import GROUPS, VIEWS, CountedFits, X, Y, make_rated
from sklearn_raters import MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.model_selection import compare, cross_val_predict_raters

METHODS = ["predict_proba", "predict_proba_raters", "predict_soft_labels", "predict_proba_views", "transform"]


def as_texts(rows):
    """Return a text for each sample: the word of class k as often as twice its feature k."""
    counts = np.maximum(2 * rows[:, :3], 0).astype(int)
    return ["so " + " ".join(np.repeat(["rain", "fire", "sea"], row)) for row in counts]


TEXTS = as_texts(X)
EXACT = LogisticRegression(tol=1e-9, max_iter=1000)
FORMS = {
    "list": list,
    "array": np.array,
    "objects": lambda texts: np.array(texts, dtype=object),
    "series": pd.Series,
    "strings": lambda texts: pd.Series(texts, dtype="string"),
}


class CountedReads(TransformerMixin, BaseEstimator):
    """Numbers of letters; counts how many texts were read in this process."""

    n_read = 0

    def fit(self, X, y=None):
        self.labels_ = y
        return self

    def transform(self, X):
        CountedReads.n_read += len(X)
        return np.array([[text.count(letter) for letter in "rfsea"] for text in X], dtype=float)


def stack(first=None, *, last=None, **params):
    steps = (TfidfVectorizer() if first is None else first, EXACT if last is None else last)
    return MultiRaterStackingClassifier(make_pipeline(*steps), **{"random_state": 0, **params})


@pytest.fixture(scope="module")
def fitted():
    return stack(shared_steps=1).fit(TEXTS, Y, groups=GROUPS)


def assert_alike(one, other, samples, others=None):
    for method in METHODS:
        others = samples if others is None else others
        np.testing.assert_allclose(getattr(one, method)(samples), getattr(other, method)(others), rtol=1e-5)


def test_shared_steps_are_the_same_as_steps_before_the_stack(fitted):
    tfidf = TfidfVectorizer().fit(TEXTS)
    rows = tfidf.transform(TEXTS)
    inner = MultiRaterStackingClassifier(make_pipeline(EXACT), random_state=0)
    assert_alike(fitted, inner.fit(rows, Y, groups=GROUPS), TEXTS, rows)
    unseen = make_rated(300, seed=1)
    assert (fitted.predict(as_texts(unseen.X)) == unseen.truth).mean() > 0.7


def test_samples_are_read_once_in_fit_and_once_in_each_prediction():
    model = stack(CountedReads(), shared_steps=1)
    CountedReads.n_read = 0
    model.fit(TEXTS, Y)
    assert CountedReads.n_read == len(TEXTS)
    assert model.shared_steps_[0].labels_ is None
    for method in ["predict", *METHODS]:
        CountedReads.n_read = 0
        getattr(model, method)(TEXTS[:10])
        assert CountedReads.n_read == 10, method


def test_views_without_a_rating_for_a_sample_know_its_words():
    texts = [*TEXTS, "unrated words"]
    ratings = pd.concat([Y, pd.DataFrame([[None] * 3], columns=Y.columns)], ignore_index=True)
    shared = stack(shared_steps=1).fit(texts, ratings)
    assert {"unrated", "words"} <= set(shared.shared_steps_[0].vocabulary_)
    apart = stack().fit(texts, ratings)
    assert apart.shared_steps_ is None
    assert not any("unrated" in view.estimator_[0].vocabulary_ for view in apart.estimators_[1:])


def test_all_steps_but_the_last_can_be_shared():
    steps = make_pipeline(TfidfVectorizer(), TruncatedSVD(2), RandomForestClassifier(5))
    model = MultiRaterStackingClassifier(steps, shared_steps=2, fusion="mean", random_state=0)
    model.fit(TEXTS, Y)
    assert model.shared_steps_.transform(TEXTS).shape == (len(TEXTS), 2)
    again = clone(model).fit(TEXTS, Y)
    assert_alike(model, again, TEXTS)  # the steps' own randomness follows random_state
    assert_alike(model, pickle.loads(pickle.dumps(model)), TEXTS)


@pytest.mark.parametrize("fusion", ["pool", "logistic", "mean", "softmax"])
def test_a_table_keeps_its_features_names(fusion):
    table = pd.DataFrame(X, columns=list("abcd"))
    model = stack(StandardScaler(), shared_steps=1, fusion=fusion).fit(table, Y)
    assert model.n_features_in_ == 4
    assert model.feature_names_in_.tolist() == list("abcd")
    with pytest.raises(ValueError, match="feature names"):
        model.predict(table[["a", "b", "d", "c"]])


def test_a_sample_of_weight_2_is_the_same_sample_twice_and_weight_0_is_none():
    weight = np.r_[np.zeros(10), np.full(20, 2.0), np.ones(120)]
    rows = np.r_[np.arange(10, 30), np.arange(10, 150)]
    model = stack(StandardScaler(), shared_steps=1, fusion="mean", alpha=0.5)
    weighted = clone(model).fit(X, Y, sample_weight=weight)
    repeated = clone(model).fit(X[rows], Y.iloc[rows])
    np.testing.assert_allclose(weighted.shared_steps_[0].mean_, repeated.shared_steps_[0].mean_)
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-3)


def test_a_cache_knows_the_steps(tmp_path):
    model = stack(shared_steps=1, memory=str(tmp_path))
    first = clone(model).fit(TEXTS, Y)
    assert_alike(first, clone(model).fit(TEXTS, Y), TEXTS)
    other = clone(model).set_params(estimator__tfidfvectorizer__sublinear_tf=True).fit(TEXTS, Y)
    assert_alike(other, clone(other).set_params(memory=None).fit(TEXTS, Y), TEXTS)
    assert np.abs(other.predict_proba(TEXTS) - first.predict_proba(TEXTS)).max() > 1e-3


def test_steps_may_return_any_sparse_format(tmp_path):
    by_column = FunctionTransformer(csc_array, accept_sparse=True)
    model = stack(by_column, shared_steps=1, memory=str(tmp_path)).fit(X, Y)
    assert_alike(model, stack("passthrough").fit(X, Y), X)


def test_grids_reach_the_steps_and_the_number_of_them():
    grid = {"estimator__tfidfvectorizer__min_df": [1, 200], "shared_steps": [1]}
    model = stack(shared_steps=1, views=["crowd_hard", "crowd_soft"], fusion="mean")
    search = GridSearchCV(model, grid, scoring=uar_scorer, cv=KFold(2), error_score=0.0)
    # No word is in 200 texts.
    with pytest.warns(FitFailedWarning, match="without labels, which failed: max_df"):
        search.fit(TEXTS, Y)
    assert search.best_params_["estimator__tfidfvectorizer__min_df"] == 1
    assert search.best_estimator_.shared_steps_ is not None


def test_parallel_trainings_give_the_same():
    model = stack(shared_steps=1)
    assert_alike(model.fit(TEXTS, Y), clone(model).set_params(n_jobs=2).fit(TEXTS, Y), TEXTS)


def test_a_view_of_its_own_gets_the_output_of_the_steps():
    own = {"crowd_hard": RandomForestClassifier(5), "E1": {"logisticregression__C": 5.0}}
    model = stack(shared_steps=1, view_params=own, fusion="mean").fit(TEXTS, Y)
    assert model.estimators_[0].n_features_in_ == len(model.shared_steps_[0].vocabulary_)
    assert model.estimators_[VIEWS.index("E1")].estimator_[-1].estimator.C == 5.0


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (stack(shared_steps=2), ValueError, "has 2 steps, of which at most 1 can be shared"),
        (stack(shared_steps=-1), ValueError, "'shared_steps' parameter"),
        (
            MultiRaterStackingClassifier(LogisticRegression(), shared_steps=1),
            TypeError,
            r"needs a Pipeline as estimator.* not LogisticRegression\(\)",
        ),
        (MultiRaterStackingClassifier(shared_steps=1), TypeError, "needs a Pipeline as estimator.* not None"),
        (
            stack(shared_steps=1).set_params(E1__tfidfvectorizer__min_df=2),
            ValueError,
            "view_params gives the view 'E1' its own step 'tfidfvectorizer'",
        ),
        (
            stack(
                shared_steps=1, view_params={"E2": make_pipeline(TfidfVectorizer(), RandomForestClassifier())}
            ),
            ValueError,
            "view_params gives the view 'E2' its own step 'tfidfvectorizer'",
        ),
    ],
)
def test_steps_that_cannot_be_shared_are_refused_before_they_are_fitted(model, error, message):
    for act in (model.plan, model.fit):
        with pytest.raises(error, match=message):
            act(TEXTS, Y)


class Stateless(CountedReads):
    def fit(self, X, y=None):
        return self


@pytest.mark.parametrize(
    ("step", "error", "message"),
    [
        (
            SelectKBest(k=2),
            ValueError,
            r"fits selectkbest without labels, which failed: .*\. Share fewer steps",
        ),
        (
            TargetEncoder(),
            ValueError,
            "fits targetencoder without labels, which failed: .* Share fewer steps",
        ),
        (Stateless(), TypeError, "'stateless' has no learnt attribute after its fit"),
    ],
)
def test_steps_that_cannot_be_fitted_without_labels_are_named(step, error, message):
    CountedFits.n_fits = 0
    with pytest.raises(error, match=message):
        stack(step, shared_steps=1, last=CountedFits()).fit(TEXTS if "State" in str(step) else X, Y)
    assert CountedFits.n_fits == 0


def test_the_plan_reads_no_text():
    CountedReads.n_read = 0
    assert "5 views" in str(stack(CountedReads(), shared_steps=1).plan(TEXTS, Y))
    assert CountedReads.n_read == 0
    with pytest.raises(ValueError, match="NaN"):
        stack(StandardScaler(), shared_steps=1, last=LogisticRegression()).plan(np.where(X > 4, np.nan, X), Y)


# Texts in every form


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_texts_are_samples_of_stacks_and_networks(form):
    texts = form(TEXTS)
    net = make_pipeline(TfidfVectorizer(), RaterNetClassifier("multitask", max_epochs=20, random_state=0))
    models = {"crowd-hard": make_pipeline(TfidfVectorizer(), LogisticRegression()), "net": net}
    models["stack"] = stack(shared_steps=1, fusion="mean")
    table = compare(models, texts, Y, groups=GROUPS, cv=2, n_bootstrap=20, random_state=0)
    assert (table["uar"] > 0.6).all()
    for model in (net, models["stack"]):
        proba = cross_val_predict_raters(model, texts, Y, groups=GROUPS, cv=2, method="predict_proba_raters")
        assert proba.shape == (150, 3, 3)
    grid = GridSearchCV(net, {"tfidfvectorizer__min_df": [1, 2]}, scoring=uar_scorer, cv=GroupKFold(2))
    assert grid.fit(texts, Y, groups=GROUPS).best_score_ > 0.6


@pytest.mark.parametrize("form", [list, lambda texts: np.array(texts, dtype=object), pd.Series])
@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_missing_text_is_named_before_any_is_read(form, missing):
    texts = form([*TEXTS[:7], missing, *TEXTS[8:]])
    CountedReads.n_read = 0
    for model in (stack(CountedReads()), RaterNetClassifier()):
        with pytest.raises(ValueError, match=r"Sample 7 of X has no text \(1 have none\)"):
            model.fit(texts, Y)
    assert CountedReads.n_read == 0


@pytest.mark.parametrize(
    ("estimator", "reader"),
    [(None, "StandardScaler"), (LogisticRegression(), "LogisticRegression"), (RaterNetClassifier(), None)],
)
def test_texts_that_nothing_turns_into_numbers_are_refused(estimator, reader):
    model = estimator if reader is None else MultiRaterStackingClassifier(estimator)
    message = (
        "frames are needed" if reader is None else f"view 'crowd_hard' begins with {reader}, which takes num"
    )
    with pytest.raises(
        ValueError, match=rf"{message}.*make_pipeline\(TfidfVectorizer\(\), ...\) takes texts"
    ):
        model.fit(TEXTS, Y)
