"""Situations that no form of one argument makes: unfitted use, unknown names, searches without refit."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_raters as sr
from fuzz import data
from fuzz.forms import ANY, REFUSE, forms
from fuzz.targets import (
    CLASSIFIERS,
    QUICK,
    SOUND_Y,
    Target,
    answers_of,
    blstm,
    fitted,
    laws_of_classifiers,
    no_laws,
    stack,
)
from sklearn_raters import model_selection


class Broken(ClassifierMixin, BaseEstimator):
    """A user's classifier that answers with the wrong shape, or nonsense."""

    def __init__(self, answer="nan"):
        self.answer = answer

    def fit(self, X, y, sample_weight=None):
        """Learn the classes only."""
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        """Answer wrongly."""
        shape = (len(X), len(self.classes_))
        answers = {
            "nan": np.full(shape, np.nan),
            "short": np.full((1, shape[1]), 1 / shape[1]),
            "narrow": np.full((len(X), 1), 1.0),
            "flat": np.zeros(len(X)),
            "none": None,
            "negative": np.full(shape, -1.0),
            "words": np.full(shape, "a"),
        }
        return answers[self.answer]

    def predict(self, X):
        """Answer the first class."""
        return np.repeat(self.classes_[:1], len(X))


def search(**params):
    """Return a small search."""
    return GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, **{"cv": KFold(2), **params})


def unfitted(name, method):
    """Return a call of a method before `fit`."""
    return lambda: getattr(CLASSIFIERS[name][0](), method)(data.X)


METHODS = [
    "predict",
    "predict_proba",
    "predict_soft_labels",
    "predict_proba_raters",
    "transform",
    "attention",
    "score",
]
UNFITTED = {
    f"unfitted {name}.{method}": unfitted(name, method)
    for name in CLASSIFIERS
    for method in METHODS
    if method != "score" and hasattr(CLASSIFIERS[name][0](), method)
}


def fits(make, y="ratings", X=None, **fit_params):
    """Return a call that makes, fits and asks an estimator."""

    def call():
        samples = data.X if X is None else X
        return answers_of(make().fit(samples, SOUND_Y[y], **fit_params), samples)

    return call


PIPELINE = make_pipeline(StandardScaler(), LogisticRegression())
REFUSED = {
    **UNFITTED,
    "a view of nobody": fits(lambda: stack(views=["nobody"])),
    "no views": fits(lambda: stack(views=[])),
    "a missing view": fits(lambda: stack(views=[None])),
    "parameters of nobody": fits(lambda: stack(view_params={"nobody": {"C": 1}})),
    "unknown parameters of a view": fits(lambda: stack(view_params={"crowd_hard": {"depth": 1}})),
    "a number as parameters of a view": fits(lambda: stack(view_params={"crowd_hard": 3})),
    "unknown classes": fits(lambda: stack(classes=["red", "green"])),
    "one class": fits(lambda: stack(classes=["sad"])),
    "classes twice": fits(lambda: stack(classes=["sad", "sad"])),
    "a map to no class": fits(lambda: stack(classes=["sad", "angry"], label_map={"neutral": "calm"})),
    "a map to a list": fits(lambda: stack(label_map={"neutral": ["sad"]})),
    "min_ratings beyond all": fits(lambda: stack(views=["raters"], min_ratings=1000)),
    "cv of half": fits(lambda: stack(fusion=LogisticRegression(), cv=0.5)),
    "cv of one": fits(lambda: stack(fusion=LogisticRegression(), cv=1)),
    "cv of more than samples": fits(lambda: stack(fusion=LogisticRegression(), cv=1000)),
    "cv of overlapping folds": fits(lambda: stack(fusion=LogisticRegression(), cv=[([0, 1], [1, 2])])),
    "cv of indices out of range": fits(
        lambda: stack(fusion=LogisticRegression(), cv=[(np.arange(20), [99])])
    ),
    "cv of empty parts": fits(lambda: stack(fusion=LogisticRegression(), cv=[([], list(range(24)))])),
    "cv of no folds": fits(lambda: stack(fusion=LogisticRegression(), cv=[])),
    "cv of words": fits(lambda: stack(fusion=LogisticRegression(), cv=[("a", "b")])),
    "calibrated by cv of half": fits(lambda: sr.CalibratedRatersClassifier(stack(), cv=0.5)),
    "calibrated by one fold": fits(lambda: sr.CalibratedRatersClassifier(stack(), cv=1)),
    "calibrated by the training part": fits(
        lambda: sr.CalibratedRatersClassifier(stack(), cv=[(range(24), range(24))])
    ),
    "calibrated without raters": fits(lambda: sr.CalibratedRatersClassifier(LogisticRegression())),
    "a stack of a search without refit": fits(lambda: stack(search(refit=False))),
    "soft targets of a search without refit": fits(
        lambda: sr.SoftTargetClassifier(search(refit=False)), "shares"
    ),
    "an ensemble of a search without refit": fits(
        lambda: sr.DeepEnsembleClassifier(
            GridSearchCV(LogisticRegression(random_state=0), {"C": [1]}, cv=KFold(2), refit=False), 2
        ),
        "labels",
    ),
    "a stack of a scaler": fits(lambda: stack(StandardScaler())),
    "a stack of a regression": fits(lambda: stack(LinearRegression())),
    "a stack of clusters": fits(lambda: stack(KMeans(2))),
    "a stack of an empty pipeline": fits(lambda: stack(Pipeline([]))),
    "a stack of a class": fits(lambda: stack(LogisticRegression)),
    "soft targets of neighbours": fits(lambda: sr.SoftTargetClassifier(KNeighborsClassifier()), "shares"),
    "soft views of neighbours": fits(lambda: stack(KNeighborsClassifier(), views=["crowd_soft"])),
    "soft targets of a regression": fits(lambda: sr.SoftTargetClassifier(LinearRegression()), "shares"),
    "an ensemble without a seed": fits(lambda: sr.DeepEnsembleClassifier(GaussianNB(), 2), "labels"),
    "fusion by a scaler": fits(lambda: stack(fusion=StandardScaler())),
    "fine tuning of no networks": fits(lambda: stack(fusion="fine_tune")),
    "shared steps beyond the pipeline": fits(lambda: stack(PIPELINE, shared_steps=5)),
    "shared steps of no pipeline": fits(lambda: stack(shared_steps=1)),
    "weights of no class": fits(lambda: stack(fusion="logistic", class_weight={"nobody": 2})),
    "weights of classes of words": fits(lambda: stack(fusion="logistic", class_weight={"sad": "much"})),
    "negative class weights": fits(lambda: stack(fusion="logistic", class_weight={"sad": -1})),
    "network weights of no class": fits(lambda: blstm(class_weight={"nobody": 2}), "labels"),
    "negative network weights": fits(lambda: blstm(class_weight={"sad": -1.0}), "labels"),
    "network classes that miss one": fits(lambda: blstm(classes=["sad", "angry"]), "labels"),
    "network classes of shares, too few": fits(lambda: blstm(classes=["sad", "angry"]), "shares"),
    "unknown net_params": fits(lambda: blstm(net_params={"nonsense": 1}), "labels"),
    "net_params that the net sets": fits(lambda: blstm(net_params={"max_epochs": 1}), "labels"),
    "net_params of an unknown optimizer": fits(lambda: blstm(net_params={"optimizer": "Adamx"}), "labels"),
    "net_params of an optimizer's unknown setting": fits(
        lambda: blstm(net_params={"optimizer__nonsense": 1}), "labels"
    ),
    "net_params of a setting out of range": fits(
        lambda: blstm(net_params={"optimizer__weight_decay": -1.0}), "labels"
    ),
    "net_params of no callbacks": fits(lambda: blstm(net_params={"callbacks": 3}), "labels"),
    "net_params with numbers as names": fits(lambda: blstm(net_params={3: 3}), "labels"),
    "an unknown device": fits(lambda: blstm(device="tpu"), "labels"),
    "an absent device": fits(lambda: blstm(device="cuda:7"), "labels"),
    "a trunk that is none": fits(lambda: sr.RaterNetClassifier(**QUICK, trunk="tree")),
    "a trunk that is a number": fits(lambda: sr.RaterNetClassifier(**QUICK, trunk=3)),
    "unknown trunk_params": fits(lambda: sr.RaterNetClassifier(**QUICK, trunk_params={"nonsense": 1})),
    "unknown rater_params": fits(lambda: sr.RaterNetClassifier(**QUICK, rater_params={"nonsense": 1})),
    "rater_params out of range": fits(
        lambda: sr.RaterNetClassifier("trace_reg", **QUICK, rater_params={"strength": "much"})
    ),
    "an unknown rater model": fits(lambda: sr.RaterNetClassifier("nonsense", **QUICK)),
    "early stopping with one group": fits(
        lambda: blstm(early_stopping=True), "labels", groups=np.zeros(data.N_SAMPLES)
    ),
    "compare a list of models": lambda: model_selection.compare([stack()], data.X, data.Y, cv=2),
    "compare nothing": lambda: model_selection.compare({}, data.X, data.Y, cv=2),
    "compare with a baseline of nobody": lambda: model_selection.compare(
        {"a": stack()}, data.X, data.Y, cv=2, baseline="b"
    ),
    "compare scalers": lambda: model_selection.compare(
        {"a": StandardScaler()}, data.X, data.Y, cv=2, baseline="a"
    ),
    "compare classes": lambda: model_selection.compare(
        {"a": LogisticRegression}, data.X, data.Y, cv=2, baseline="a"
    ),
    "compare numbers": lambda: model_selection.compare({"a": 3}, data.X, data.Y, cv=2, baseline="a"),
    "cross-validate a search without refit": lambda: model_selection.cross_val_predict_raters(
        search(refit=False), data.X, data.Y, cv=2
    ),
    "cross-validate a method that it lacks": lambda: model_selection.cross_val_predict_raters(
        LogisticRegression(), data.X, data.Y, cv=2, method="predict_proba_raters"
    ),
    "cross-validate unknown fit parameters": lambda: model_selection.cross_val_predict_raters(
        stack(), data.X, data.Y, cv=2, params={"nonsense": 1}
    ),
    "cross-validate a regression": lambda: model_selection.cross_val_predict_raters(
        LinearRegression(), data.X, data.Y, cv=2
    ),
    **{
        f"a view that answers {answer}": fits(lambda answer=answer: stack(Broken(answer)))
        for answer in ("nan", "short", "narrow", "flat", "none", "negative", "words")
    },
    **{
        f"soft targets of one that answers {answer}": fits(
            lambda answer=answer: sr.SoftTargetClassifier(Broken(answer)), "shares"
        )
        for answer in ("narrow", "flat", "none")
    },
}
ANSWERED = {
    "a view twice": fits(lambda: stack(views=["crowd_hard", "crowd_hard"])),
    "a stack of a stack": fits(lambda: stack(stack())),
    "raters of nobody": lambda: fitted("rater net").predict_proba_raters(data.X, raters=["nobody"]),
    "folds as lists": fits(
        lambda: stack(
            fusion=LogisticRegression(),
            cv=[(list(range(12)), list(range(12, 24))), (list(range(12, 24)), list(range(12)))],
        )
    ),
    "stratified folds": fits(lambda: stack(fusion=LogisticRegression(), cv=StratifiedKFold(2))),
    "a stack of a search": fits(lambda: stack(search())),
    "early stopping": fits(lambda: blstm(early_stopping=True), "labels", groups=data.GROUPS),
    "more epochs of patience than epochs": fits(
        lambda: blstm(early_stopping=True, n_iter_no_change=99), "labels"
    ),
    "dropout of nearly all": fits(lambda: blstm(dropout=0.999), "labels"),
    "batches larger than the data": fits(lambda: blstm(batch_size=10**6), "labels"),
    "batches of one": fits(lambda: blstm(batch_size=1), "labels"),
    "steps of no size": fits(lambda: blstm(learning_rate=1e-300), "labels"),
    "huge steps": fits(lambda: blstm(learning_rate=1e30), "labels"),
    "smoothing without end": fits(lambda: stack(alpha=1e300, views=["crowd_soft"])),
}


def situation_targets():
    """Return each situation as an entry point without arguments but one."""
    targets = []
    for situations, kind, laws in ((REFUSED, "refused", no_laws), (ANSWERED, "answered", no_laws)):
        for name, call in situations.items():
            kept = laws_of_classifiers if "raters of" not in name and kind == "answered" else laws
            targets.append(
                Target(
                    name, "situations", lambda situation, call=call: call(), {"situation": (kind, None)}, kept
                )
            )
    return targets


SITUATIONS = {
    "refused": forms(REFUSE, as_it_is=lambda v, rng: v),
    "answered": forms(ANY, as_it_is=lambda v, rng: v),
}
