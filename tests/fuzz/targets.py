"""The entry points of the fuzz: each with its sound arguments, and the laws that its answers keep."""

import functools
import inspect
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import _num_samples

import sklearn_raters as sr
from fuzz import data
from fuzz.oracle import require
from sklearn_raters import consensus, datasets, metrics, model_selection, ratings
from sklearn_raters._nested import call_inside, unwrap
from sklearn_raters.stacking import paper_stack, truth_stack


class Target(NamedTuple):
    """An entry point.

    Parameters
    ----------
    name, area : str
        Its name and the folder of the package.
    call : callable
        Takes the arguments and returns an answer.
    arguments : dict
        From name to a pair: kind of input, sound value.
    laws : callable
        Takes an answer; raises LawError.
    strict : bool
        Whether the package's own code reads the samples, so that whatever is none of numbers is refused.
    fitted : bool
        Whether the samples go to an estimator that is fitted, so that other features are refused.
    """

    name: str
    area: str
    call: object
    arguments: dict
    laws: object
    strict: bool = False
    fitted: bool = False


QUICK = {"max_epochs": 2, "random_state": 0, "device": "cpu"}
NARROW = {"dense_units": 4, "lstm_units": 4, "representation_units": 4}


def blstm(**params):
    """Return a small BLSTM."""
    return sr.BLSTMClassifier(**{**QUICK, **NARROW, **params})


def stack(estimator=None, **params):
    """Return a small stack."""
    settings = {"views": ["crowd_hard", "raters"], "fusion": "mean", "random_state": 0}
    estimator = LogisticRegression() if estimator is None else estimator
    return sr.MultiRaterStackingClassifier(estimator, **{**settings, **params})


# Estimators, the form of the targets that they take, and whether their own code reads the samples.
CLASSIFIERS = {
    "stack": (lambda: stack(), "ratings", False),
    "stack of pool": (lambda: stack(views="all", fusion="pool"), "ratings", False),
    "stack of softmax": (lambda: stack(fusion=sr.SoftmaxLayerClassifier(**QUICK)), "ratings", False),
    "stack of networks": (lambda: stack(blstm(), start_from=None), "ratings", True),
    "stack of pipelines": (
        lambda: stack(make_pipeline(StandardScaler(), LogisticRegression()), shared_steps=1),
        "ratings",
        False,
    ),
    "stack of logistic": (lambda: stack(fusion="logistic"), "ratings", False),
    "truth_stack": (lambda: truth_stack(LogisticRegression(), random_state=0), "ratings", False),
    "paper_stack": (
        lambda: paper_stack(blstm(), random_state=0).set_params(fusion=sr.SoftmaxLayerClassifier(**QUICK)),
        "ratings",
        True,
    ),
    "rater net": (lambda: sr.RaterNetClassifier(**QUICK), "ratings", True),
    "rater net annot_mix": (lambda: sr.RaterNetClassifier("annot_mix", **QUICK), "ratings", True),
    "rater net multitask": (lambda: sr.RaterNetClassifier("multitask", **QUICK), "ratings", True),
    "ensemble": (
        lambda: sr.DeepEnsembleClassifier(sr.RaterNetClassifier(**QUICK), 2, random_state=0),
        "ratings",
        True,
    ),
    "calibrated": (lambda: sr.CalibratedRatersClassifier(stack(), cv=2, random_state=0), "ratings", False),
    "blstm": (blstm, "labels", True),
    "softmax layer": (lambda: sr.SoftmaxLayerClassifier(**QUICK), "labels", True),
    "soft target": (lambda: sr.SoftTargetClassifier(LogisticRegression()), "labels", False),
    "ensemble of blstm": (lambda: sr.DeepEnsembleClassifier(blstm(), 2, random_state=0), "labels", True),
    "blstm on shares": (blstm, "shares", True),
    "softmax layer on shares": (lambda: sr.SoftmaxLayerClassifier(**QUICK), "shares", True),
    "soft target on shares": (
        lambda: sr.SoftTargetClassifier(GaussianNB()),
        "shares",
        False,
    ),
    "soft target of a search": (
        lambda: sr.SoftTargetClassifier(
            GridSearchCV(LogisticRegression(tol=1e-8), {"C": [0.1, 1]}, cv=KFold(2))
        ),
        "shares",
        False,
    ),
}
SEQUENCE_CLASSIFIERS = ["stack of networks", "rater net", "blstm", "blstm on shares"]
SOUND_Y = {"ratings": data.Y, "labels": data.LABELS, "shares": data.SHARES}
METHODS = [
    "predict",
    "predict_proba",
    "predict_soft_labels",
    "predict_proba_raters",
    "transform",
    "attention",
]


def answers_of(model, X, methods=("predict", "predict_proba", "predict_soft_labels")):
    """Return what a fitted classifier answers."""
    inner = unwrap(model)
    answers = {name: call_inside(model, name, X, {}) for name in methods if hasattr(inner, name)}
    return {"n_samples": _num_samples(X), "classes": np.asarray(model.classes_), **answers}


def laws_of_classifiers(answer):
    """Check shapes, that rows sum to one, are finite, and that labels are classes."""
    n_samples, classes = answer["n_samples"], answer["classes"]
    require(len(set(classes.tolist())) == len(classes) > 0, f"classes {classes} are not distinct")
    for name, values in answer.items():
        if name == "predict":
            require(np.shape(values) == (n_samples,), f"predict has the shape {np.shape(values)}")
            require(set(np.asarray(values).tolist()) <= set(classes.tolist()), "predict answers no class")
        elif name.startswith("predict_"):
            shape = np.shape(values)
            require(
                len(shape) >= 2 and (shape[0], shape[-1]) == (n_samples, len(classes)),
                f"{name} has the shape {shape}",
            )
            require(np.isfinite(values).all(), f"{name} is not finite")
            require((np.asarray(values) >= 0).all(), f"{name} is negative")
            require(np.allclose(np.sum(values, axis=-1), 1, atol=1e-4), f"rows of {name} do not sum to one")
        elif name == "transform":
            require(
                len(values) == n_samples and np.isfinite(np.asarray(values)).all(), "transform is not finite"
            )
        elif name == "attention":
            require(
                all(np.isclose(np.sum(one), 1, atol=1e-4) for one in values), "attention does not sum to one"
            )


def fit_targets():
    """Yield the fits of all classifiers, on tables and on sequences."""
    for name, (make, targets, strict) in CLASSIFIERS.items():
        for kind, X in (("table", data.X), ("sequences", data.SEQUENCES)):
            if kind == "sequences" and name not in SEQUENCE_CLASSIFIERS:
                continue

            def fit(X, y, groups, sample_weight, make=make):
                model = make().fit(X, y, sample_weight=sample_weight, groups=groups)
                return answers_of(model, X)

            arguments = {
                "X": (kind, X),
                "y": (targets, SOUND_Y[targets]),
                "groups": ("groups", data.GROUPS),
                "sample_weight": ("weights", data.WEIGHTS),
            }
            yield Target(f"fit {name}, {kind}", "fit", fit, arguments, laws_of_classifiers, strict)


@functools.cache
def fitted(name, kind="table"):
    """Return a classifier that is fitted on the sound data."""
    make, targets, _ = CLASSIFIERS[name]
    X = data.X if kind == "table" else data.SEQUENCES
    return make().fit(X, SOUND_Y[targets])


def predict_targets():
    """Yield the methods of fitted classifiers."""
    for name, (make, targets, strict) in CLASSIFIERS.items():
        for kind, X in (("table", data.X), ("sequences", data.SEQUENCES)):
            if kind == "sequences" and name not in SEQUENCE_CLASSIFIERS:
                continue
            inner = unwrap(make())
            for method in METHODS:
                if not hasattr(inner, method):
                    continue

                def predict(X, raters=None, name=name, kind=kind, method=method):
                    model = fitted(name, kind)
                    if raters is None:
                        return answers_of(model, X, [method])
                    return {
                        "n_samples": _num_samples(X),
                        "classes": model.classes_,
                        method: call_inside(model, method, X, {"raters": raters}),
                    }

                arguments = {"X": (kind, X)}
                if "raters" in inspect.signature(getattr(inner, method)).parameters:
                    arguments["raters"] = ("names", ["E1", "E3"])
                yield Target(
                    f"{method} {name}, {kind}",
                    "predict",
                    predict,
                    arguments,
                    laws_of_classifiers,
                    strict,
                    True,
                )

            def score(X, y, sample_weight, name=name, kind=kind):
                return fitted(name, kind).score(X, y, sample_weight=sample_weight)

            arguments = {
                "X": (kind, X),
                "y": (targets, SOUND_Y[targets]),
                "sample_weight": ("weights", data.WEIGHTS),
            }
            yield Target(f"score {name}, {kind}", "predict", score, arguments, laws_of_scores, strict, True)


def laws_of_scores(answer):
    """Check that a score is a finite number."""
    require(np.ndim(answer) == 0 and np.isfinite(float(answer)), f"the score is {answer}")


# Values that are so large that the work that they ask for cannot be done in ten seconds.
TOO_LONG = {
    "n_jobs": {"minus_one"},
    "--n-jobs": {"minus_one"},
}
PARAMETERS_OF = [
    *(
        "stack",
        "stack of networks",
        "rater net",
        "ensemble",
        "calibrated",
        "blstm",
        "softmax layer",
        "soft target",
    ),
    *("truth_stack", "rater net annot_mix", "stack of pool"),
]


def parameter_targets():
    """Yield every parameter of every estimator, set to whatever before `fit`."""
    for name in PARAMETERS_OF:
        make, targets, _ = CLASSIFIERS[name]
        for parameter, value in make().get_params(deep=False).items():

            def fit(value, parameter=parameter, make=make, targets=targets):
                model = make().set_params(**{parameter: value})
                return answers_of(model.fit(data.X, SOUND_Y[targets], groups=data.GROUPS), data.X)

            arguments = {"value": ("parameter", value)}
            yield Target(f"{parameter} of {name}", "parameters", fit, arguments, laws_of_classifiers)
    for make in (
        sr.SpeakerScaler,
        sr.FramePooler,
        sr.FrontEndScaler,
        sr.OpenSmileFrames,
        sr.OpenSmileFunctionals,
    ):
        for parameter, value in make().get_params().items():

            def transform(value, parameter=parameter, make=make):
                transformer = make(**{parameter: value})
                if "OpenSmile" in make.__name__:
                    X = [(0.1 * np.sin(np.arange(4000) / 5), 16000)]
                else:
                    X = [frames[:, :2] for frames in data.SEQUENCES]
                settings = {"speakers": data.GROUPS} if make is sr.SpeakerScaler else {}
                return {"n_samples": len(X), "frames": transformer.fit(X).transform(X, **settings)}

            arguments = {"value": ("parameter", value)}
            yield Target(
                f"{parameter} of {make.__name__}", "parameters", transform, arguments, laws_of_transformers
            )


def laws_of_transformers(answer):
    """Check that each sample has finite features."""
    frames = answer["frames"]
    require(len(frames) == answer["n_samples"], f"{answer['n_samples']} samples became {len(frames)}")
    for values in frames:
        require(np.isfinite(np.asarray(values, dtype=float)).all(), "a feature is not finite")


def transformer_targets():
    """Yield the transformers of frames."""
    for kind, X in (("table", data.X), ("sequences", data.SEQUENCES)):
        both = np.concatenate([X, X], axis=1) if kind == "table" else [np.tile(one, (1, 2)) for one in X]

        def scale(X, speakers):
            scaled = sr.SpeakerScaler().fit_transform(X, speakers=speakers)
            return {"n_samples": _num_samples(X), "frames": plain(scaled)}

        def pool(X):
            pooled = sr.FramePooler(2).fit(X).transform(X)
            return {"n_samples": _num_samples(X), "frames": plain(pooled)}

        def choose(X):
            chosen = sr.FrontEndScaler("speaker").fit(X).transform(X)
            return {"n_samples": _num_samples(X), "frames": plain(chosen)}

        def pool_again(X, kind=kind):
            return {"n_samples": _num_samples(X), "frames": plain(fitted_pooler(kind).transform(X))}

        arguments = {"X": (kind, X), "speakers": ("groups", data.GROUPS)}
        yield Target(f"SpeakerScaler, {kind}", "features", scale, arguments, laws_of_transformers, True)
        one = {"X": (kind, X)}
        yield Target(f"FramePooler, {kind}", "features", pool, one, laws_of_transformers, True)
        yield Target(
            f"FramePooler fitted, {kind}", "features", pool_again, one, laws_of_transformers, True, True
        )
        one = {"X": (kind, both)}
        yield Target(f"FrontEndScaler, {kind}", "features", choose, one, laws_of_transformers, True)


@functools.cache
def fitted_pooler(kind):
    """Return a pooler that is fitted on the sound data."""
    return sr.FramePooler(2).fit(data.X if kind == "table" else data.SEQUENCES)


def plain(frames):
    """Return frames as a list of arrays."""
    return [np.asarray(values) for values in (frames.to_numpy() if hasattr(frames, "to_numpy") else frames)]


def laws_of_tasks(answer):
    """Check votes, classes and majority of a task."""
    require(len(set(answer["classes"])) == len(answer["classes"]), "classes are not distinct")
    require(all(0 <= sample < answer["n_samples"] for sample in answer["sample"]), "a vote of no sample")
    require(
        (np.asarray(answer["weight"]) > 0).all() and np.isfinite(answer["weight"]).all(),
        "a weight is not positive",
    )


def described(votes, classes):
    """Return votes as plain arrays."""
    named = [str(classes[label]) for label in votes.label]
    return {
        "n_samples": votes.n_samples,
        "classes": classes,
        "sample": votes.sample,
        "rater": votes.rater,
        "label": named,
        "weight": votes.weight,
    }


def laws_of_shares(answer):
    """Check that rows sum to one, or are missing as a whole."""
    values = np.asarray(answer, dtype=float)
    require(values.ndim == 2, f"shares have the shape {values.shape}")
    rated = values[~np.isnan(values).all(axis=1)]
    require((rated >= 0).all() and np.allclose(rated.sum(axis=1), 1), "rows do not sum to one")


def laws_of_labels(answer):
    """Check that labels are 1-D."""
    require(np.ndim(answer) == 1, f"labels have the shape {np.shape(answer)}")


def laws_of_numbers(answer):
    """Check that all is finite or missing."""
    numbers = pd.DataFrame(answer).select_dtypes("number").to_numpy(dtype=float)
    require(not np.isinf(numbers).any(), "a number is infinite")


def no_laws(answer):
    """Check nothing."""


def one(name, area, call, laws, **arguments):
    """Return a target whose arguments are given as name=(kind, value)."""
    return Target(name, area, call, arguments, laws, strict=True)


def rating_targets():
    """Yield the functions of ratings and of the consensus."""
    Y, parameter = ("ratings", data.Y), "parameter"
    yield one(
        "parse_ratings",
        "ratings",
        lambda Y, classes: (lambda v: described(v, v.labels))(ratings.parse_ratings(Y, classes)),
        laws_of_tasks,
        Y=Y,
        classes=(parameter, None),
    )
    yield one(
        "Task",
        "ratings",
        lambda Y, classes, label_map: (lambda t: described(t.votes, t.votes.labels))(
            ratings.Task(Y, classes, label_map)
        ),
        laws_of_tasks,
        Y=Y,
        classes=(parameter, None),
        label_map=(parameter, None),
    )
    yield one("krippendorff_alpha", "ratings", lambda Y: ratings.krippendorff_alpha(Y), no_laws, Y=Y)
    yield one("rater_summary", "ratings", lambda Y: ratings.rater_summary(Y).to_numpy(), no_laws, Y=Y)
    yield one(
        "eligible_raters",
        "ratings",
        lambda Y, min_ratings, groups: len(
            ratings.eligible_raters(Y, min_ratings=min_ratings, groups=groups)
        ),
        no_laws,
        Y=Y,
        min_ratings=(parameter, 1),
        groups=("groups", data.GROUPS),
    )
    yield one(
        "ratings_to_long",
        "ratings",
        lambda Y, sample, rater, label: (
            ratings.ratings_to_long(Y, sample=sample, rater=rater, label=label)[label].astype(str).tolist()
        ),
        no_laws,
        Y=Y,
        sample=(parameter, "sample"),
        rater=(parameter, "rater"),
        label=(parameter, "label"),
    )
    yield one(
        "ratings_from_long",
        "ratings",
        lambda table, sample, rater, label, samples: (
            ratings.ratings_from_long(table, sample=sample, rater=rater, label=label, samples=samples)
            .astype(str)
            .to_numpy()
        ),
        no_laws,
        table=("long", data.long_table()),
        sample=(parameter, "sample"),
        rater=(parameter, "rater"),
        label=(parameter, "label"),
        samples=(parameter, None),
    )
    yield one(
        "hard_labels",
        "consensus",
        lambda Y, ties: consensus.hard_labels(Y, ties=ties),
        laws_of_labels,
        Y=Y,
        ties=(parameter, "missing"),
    )
    yield one(
        "soft_labels",
        "consensus",
        lambda Y, alpha, outside: consensus.soft_labels(Y, alpha=alpha, outside_majority=outside),
        laws_of_shares,
        Y=Y,
        alpha=(parameter, 0.75),
        outside=(parameter, "drop"),
    )
    yield one("agreement_weights", "consensus", lambda Y: consensus.agreement_weights(Y), no_laws, Y=Y)
    for method in ("majority", "dawid_skene", "wawa"):
        yield one(
            f"consensus_labels {method}",
            "consensus",
            lambda Y, method=method: consensus.consensus_labels(Y, method),
            laws_of_labels,
            Y=Y,
        )
    yield one(
        "consensus_labels",
        "consensus",
        lambda method: consensus.consensus_labels(data.Y, method),
        laws_of_labels,
        method=(parameter, "majority"),
    )
    yield one(
        "consensus_proba",
        "consensus",
        lambda Y, method: consensus.consensus_proba(Y, method),
        laws_of_shares,
        Y=Y,
        method=(parameter, "wawa"),
    )


def for_raters(proba):
    """Return probabilities as those of three raters; what is no table stays as it is."""
    if np.ma.isMaskedArray(proba):
        return np.ma.stack([proba] * 3, axis=1)
    return np.stack([proba] * 3, axis=1) if type(proba) is np.ndarray and proba.ndim == 2 else proba


def metric_targets():
    """Yield the metrics, scorers and model selection."""
    parameter, Y, shares, proba = (
        "parameter",
        ("ratings", data.Y),
        ("shares", data.SHARES),
        ("shares", data.PROBA),
    )
    for name in (
        "soft_cross_entropy",
        "jensen_shannon_divergence",
        "manhattan_distance",
        "brier_score",
        "wasserstein_distance",
    ):
        yield one(
            name,
            "metrics",
            lambda soft_true, proba, name=name: getattr(metrics, name)(soft_true, proba),
            laws_of_scores,
            soft_true=shares,
            proba=proba,
        )
    yield one(
        "soft_f1_score",
        "metrics",
        lambda soft_true, proba, average: metrics.soft_f1_score(soft_true, proba, average=average),
        laws_of_scores,
        soft_true=shares,
        proba=proba,
        average=(parameter, "micro"),
    )
    yield one(
        "expected_calibration_error",
        "metrics",
        lambda soft_true, proba, n_bins: metrics.expected_calibration_error(soft_true, proba, n_bins=n_bins),
        laws_of_scores,
        soft_true=shares,
        proba=proba,
        n_bins=(parameter, 15),
    )
    labels, other = ("labels", data.LABELS), ("labels", np.roll(data.LABELS, 1))
    yield one(
        "class_recalls",
        "metrics",
        lambda y_true, y_pred, labels: metrics.class_recalls(y_true, y_pred, labels=labels),
        no_laws,
        y_true=labels,
        y_pred=other,
        labels=(parameter, None),
    )
    yield one(
        "unweighted_average_recall",
        "metrics",
        lambda y_true, y_pred, labels: metrics.unweighted_average_recall(y_true, y_pred, labels=labels),
        laws_of_scores,
        y_true=labels,
        y_pred=other,
        labels=(parameter, None),
    )
    yield one(
        "by_agreement",
        "metrics",
        lambda Y, proba, scores: metrics.by_agreement(Y, proba, scores).to_numpy(),
        laws_of_numbers,
        Y=Y,
        proba=proba,
        scores=(parameter, None),
    )
    for name in ("rater_uar", "rater_error_rate", "rater_distance"):
        yield one(
            name,
            "metrics",
            lambda Y, predicted, raters, name=name: getattr(metrics, name)(
                Y, for_raters(predicted), raters=raters
            ),
            no_laws,
            Y=Y,
            predicted=proba,
            raters=("names", ["E1", "E2", "E3"]),
        )
        yield one(
            f"{name} of",
            "metrics",
            lambda predicted, raters, name=name: getattr(metrics, name)(data.Y, predicted, raters=raters),
            no_laws,
            predicted=(parameter, np.stack([data.PROBA] * 3, axis=1)),
            raters=(parameter, None),
        )
    yield one(
        "paired_bootstrap",
        "model_selection",
        lambda y_true, pred_a, groups, labels, n, confidence, seed: list(
            model_selection.paired_bootstrap(
                y_true,
                pred_a,
                data.LABELS,
                groups,
                labels=labels,
                n_bootstrap=n,
                confidence=confidence,
                random_state=seed,
            )
        ),
        no_laws,
        y_true=labels,
        pred_a=other,
        groups=("groups", data.GROUPS),
        labels=(parameter, None),
        n=(parameter, 20),
        confidence=(parameter, 0.95),
        seed=(parameter, 0),
    )
    for name in (
        "uar_scorer",
        "soft_f1_scorer",
        "neg_soft_cross_entropy_scorer",
        "neg_brier_score_scorer",
        "neg_expected_calibration_error_scorer",
    ):
        yield Target(
            name,
            "metrics",
            lambda X, Y, name=name: getattr(metrics, name)(fitted("stack"), X, Y),
            {"X": ("table", data.X), "Y": Y},
            laws_of_scores,
            False,
            True,
        )
    yield Target(
        "uar_scorer of labels",
        "metrics",
        lambda X: metrics.uar_scorer(fitted("blstm"), X, data.LABELS),
        {"X": ("table", data.X)},
        laws_of_scores,
        True,
        True,
    )
    yield Target(
        "soft scorer of shares",
        "metrics",
        lambda X, Y: metrics.neg_soft_cross_entropy_scorer(fitted("blstm on shares"), X, Y),
        {"X": ("table", data.X), "Y": shares},
        laws_of_scores,
        True,
        True,
    )
    yield one(
        "scorer with weights",
        "metrics",
        lambda sample_weight: metrics.uar_scorer(
            fitted("stack"), data.X, data.Y, sample_weight=sample_weight
        ),
        laws_of_scores,
        sample_weight=("weights", data.WEIGHTS),
    )
    for name, value in {
        "score_func": metrics.unweighted_average_recall,
        "target": "consensus",
        "greater_is_better": True,
        "alpha": 0.0,
        "ordered": False,
        "classes": None,
        "label_map": None,
    }.items():
        yield one(
            f"make_ratings_scorer {name}",
            "metrics",
            lambda value, name=name: metrics.make_ratings_scorer(
                **{"score_func": metrics.unweighted_average_recall, name: value}
            )(fitted("stack"), data.X, data.Y),
            laws_of_scores,
            value=(parameter, value),
        )


def selection_targets():
    """Yield compare, cross_val_predict_raters, and scikit-learn's own cross-validation of ratings."""
    parameter, X, Y = "parameter", ("table", data.X), ("ratings", data.Y)
    groups = ("groups", data.GROUPS)
    models = lambda: {"a": stack(views=["crowd_hard"]), "b": LogisticRegression()}  # noqa: E731

    def compared(X, Y, groups, **settings):
        settings = {"n_bootstrap": 20, "cv": 3, "random_state": 0, "baseline": "a", **settings}
        table = model_selection.compare(settings.pop("models", models()), X, Y, groups=groups, **settings)
        return table.drop(columns=["fit_seconds", "predict_seconds"]).to_numpy()

    yield Target("compare", "model_selection", compared, {"X": X, "Y": Y, "groups": groups}, laws_of_numbers)
    for name, value in {
        "models": models(),
        "cv": 3,
        "truth": None,
        "ordered": False,
        "baseline": "a",
        "n_bootstrap": 20,
        "n_jobs": None,
        "memory": None,
        "random_state": 0,
        "verbose": 0,
        "return_comparison": False,
    }.items():

        def one_setting(value, name=name):
            if name == "return_comparison":
                table = model_selection.compare(
                    models(),
                    data.X,
                    data.Y,
                    cv=3,
                    n_bootstrap=20,
                    baseline="a",
                    random_state=0,
                    return_comparison=value,
                )
                return getattr(table, "table", table).shape
            return compared(data.X, data.Y, data.GROUPS, **{name: value})

        yield one(f"compare {name}", "model_selection", one_setting, no_laws, value=(parameter, value))

    def crossed(X, Y, groups, **settings):
        settings = {"cv": 3, **settings}
        estimator = settings.pop("estimator", stack())
        return model_selection.cross_val_predict_raters(estimator, X, Y, groups=groups, **settings)

    yield Target(
        "cross_val_predict_raters",
        "model_selection",
        crossed,
        {"X": X, "Y": Y, "groups": groups},
        laws_of_shares,
    )
    sequences = {"X": ("sequences", data.SEQUENCES), "Y": Y, "groups": groups}
    yield Target(
        "cross_val_predict_raters, sequences",
        "model_selection",
        functools.partial(crossed, estimator=stack(blstm(), start_from=None)),
        sequences,
        laws_of_shares,
        True,
    )
    for name, value in {
        "estimator": stack(),
        "cv": 3,
        "method": "predict_proba",
        "n_jobs": None,
        "params": None,
        "return_names": False,
    }.items():
        yield one(
            f"cross_val_predict_raters {name}",
            "model_selection",
            lambda value, name=name: np.shape(crossed(data.X, data.Y, data.GROUPS, **{name: value})),
            no_laws,
            value=(parameter, value),
        )

    def validated(X, Y):
        cv = KFold(3)
        return cross_validate(
            stack(), X, Y, scoring=metrics.uar_scorer, cv=cv, params={}, error_score="raise"
        )["test_score"]

    yield Target("cross_validate", "model_selection", validated, {"X": X, "Y": Y}, no_laws)
    makers = {
        "make_rated_samples": {
            "n_samples": 20,
            "n_classes": 3,
            "n_features": 4,
            "raters": None,
            "ratings_per_sample": 3,
            "class_sep": 1.6,
            "random_state": 0,
        },
        "make_rated_sequences": {
            "n_samples": 12,
            "n_raters": 3,
            "n_classes": 3,
            "n_features": 2,
            "mean_length": 3,
            "n_groups": 2,
            "difficulty": 1.0,
            "coverage": 0.8,
            "multiple": 0.05,
            "random_state": 0,
        },
    }
    for maker, settings in makers.items():
        for name, value in settings.items():
            yield one(
                f"{maker} {name}",
                "datasets",
                lambda value, maker=maker, settings=settings, name=name: len(
                    getattr(datasets, maker)(**{**settings, name: value}).X
                ),
                no_laws,
                value=(parameter, value),
            )


def all_targets():
    """Return all entry points but those that read files."""
    makers = (
        fit_targets,
        predict_targets,
        parameter_targets,
        transformer_targets,
        rating_targets,
        metric_targets,
        selection_targets,
    )
    return [target for maker in makers for target in maker()]
