"""The entry points of the fuzz that write: frames on disk, graphs of ONNX; and the classes of a scale."""

import functools
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_raters as sr
from fuzz import data
from fuzz.files import CONTENT, NO_CONTENT, SIGNAL, written
from fuzz.forms import ANY, REFUSE, SAME, forms
from fuzz.oracle import require
from fuzz.targets import QUICK, Target, blstm, described, laws_of_tasks, one, stack
from sklearn_raters import persistence, ratings
from sklearn_raters.features import load_frames, save_frames

FRAMES = [np.tile(row, (2, 1)).astype(np.float32) for row in data.X[:6]]
SCORES = np.round(100 * np.random.default_rng(1).random((24, 3)))
BINS = {"edges": [0, 33, 66, 100], "names": ["low", "middle", "high"]}
SCALES = [
    *forms(
        SAME,
        tuples=lambda v, rng: {"edges": tuple(v["edges"]), "names": tuple(v["names"])},
        arrays=lambda v, rng: {"edges": np.array(v["edges"]), "names": np.array(v["names"])},
        floats=lambda v, rng: {**v, "edges": [float(edge) for edge in v["edges"]]},
        numpy_edges=lambda v, rng: {**v, "edges": [np.int64(edge) for edge in v["edges"]]},
        series=lambda v, rng: {"edges": pd.Series(v["edges"]), "names": pd.Series(v["names"])},
        said=lambda v, rng: {**v, "right": True},
        wide=lambda v, rng: {**v, "edges": [-np.inf, 33, 66, np.inf]},
    ),
    *forms(
        REFUSE,
        list=lambda v, rng: [0, 33, 66, 100],
        number=lambda v, rng: 3,
        words=lambda v, rng: "0,low,33,middle",
        empty=lambda v, rng: {},
        no_names=lambda v, rng: {"edges": v["edges"]},
        no_edges=lambda v, rng: {"names": v["names"]},
        more_keys=lambda v, rng: {**v, "more": 1},
        falling=lambda v, rng: {**v, "edges": v["edges"][::-1]},
        equal_edges=lambda v, rng: {**v, "edges": [0, 33, 33, 100]},
        nan_edge=lambda v, rng: {**v, "edges": [0, np.nan, 66, 100]},
        word_edges=lambda v, rng: {**v, "edges": ["a", "b", "c", "d"]},
        complex_edges=lambda v, rng: {**v, "edges": [0, 1j, 66, 100]},
        none_edge=lambda v, rng: {**v, "edges": [0, None, 66, 100]},
        two_dimensions=lambda v, rng: {**v, "edges": [v["edges"]]},
        an_edge_less=lambda v, rng: {**v, "edges": v["edges"][:-1]},
        a_name_less=lambda v, rng: {**v, "names": v["names"][:-1]},
        names_twice=lambda v, rng: {**v, "names": ["low", "low", "high"]},
        names_of_kinds=lambda v, rng: {**v, "names": ["low", 1, "high"]},
        names_none=lambda v, rng: {**v, "names": None},
        names_missing=lambda v, rng: {**v, "names": ["low", None, "high"]},
        names_lists=lambda v, rng: {**v, "names": [["low"], ["middle"], ["high"]]},
        narrow=lambda v, rng: {**v, "edges": [40, 41, 42, 43]},
        right_word=lambda v, rng: {**v, "right": "no"},
        right_nan=lambda v, rng: {**v, "right": np.nan},
        times=lambda v, rng: {**v, "edges": pd.date_range("2020", periods=4)},
        huge=lambda v, rng: {**v, "edges": [0, 33, 66, 10**400]},
        nothing_within=lambda v, rng: {**v, "edges": [1e9, 2e9, 3e9, 4e9]},
    ),
    *forms(
        ANY,
        none=lambda v, rng: None,
        text_edges=lambda v, rng: {**v, "edges": [str(edge) for edge in v["edges"]]},
        true_edges=lambda v, rng: {**v, "edges": [False, True, 66, 100]},
        left=lambda v, rng: {**v, "right": False},
        number_names=lambda v, rng: {**v, "names": [1, 2, 3]},
        nan_names=lambda v, rng: {**v, "names": ["nan", "NA", ""]},
        joined_names=lambda v, rng: {**v, "names": ["a,b", "c|d", "[e]"]},
        blank_names=lambda v, rng: {**v, "names": [" low", "middle ", "high"]},
        generator=lambda v, rng: {**v, "edges": (edge for edge in v["edges"])},
        masked_edges=lambda v, rng: {**v, "edges": np.ma.masked_greater(v["edges"], 70)},
    ),
]


def cells(change):
    """Return a maker of ratings as objects, each cell changed."""
    return lambda v, rng: np.array([[change(cell) for cell in row] for row in v.tolist()], dtype=object)


OF_SCALES = [
    *forms(
        SAME,
        integers=lambda v, rng: v.astype(int),
        halves=lambda v, rng: v.astype(np.float32),
        objects=lambda v, rng: v.astype(object),
        lists=lambda v, rng: v.tolist(),
        texts=cells(lambda score: f"{score:g}"),
        texts_with_blanks=cells(lambda score: f" {score:.1f} "),
        frame_of_ints=lambda v, rng: pd.DataFrame(v).astype("Int64"),
    ),
    *forms(
        REFUSE,
        words=cells(lambda score: "much"),
        words_among=lambda v, rng: np.where(v > 50, "much", v.astype(object)),
        beyond=lambda v, rng: v + 1000,
        one_beyond=lambda v, rng: np.where(np.arange(v.size).reshape(v.shape) == 7, 101.0, v),
        infinite=lambda v, rng: np.where(np.arange(v.size).reshape(v.shape) == 7, np.inf, v),
        all_missing=lambda v, rng: v * np.nan,
        complex_numbers=lambda v, rng: v + 1j,
        times=lambda v, rng: v.astype("int64").astype("datetime64[s]"),
        percent=cells(lambda score: f"{score:g}%"),
        fractions=cells(lambda score: f"{score:g}/100"),
    ),
    *forms(
        ANY,
        some_missing=lambda v, rng: np.where(rng.random(v.shape) < 0.3, np.nan, v),
        nulls=lambda v, rng: pd.DataFrame(v).astype("Float64").mask(rng.random(v.shape) < 0.3),
        several=cells(lambda score: (score, 100 - score)),
        joined=cells(lambda score: f"[{score:g}, 3]"),
        decimal_commas=cells(lambda score: f"{score:g},5"),
        booleans=lambda v, rng: v > 50,
        one_rater=lambda v, rng: v[:, 0],
        cube=lambda v, rng: np.stack([v, v], axis=2),
    ),
]
MODELS = [
    *forms(
        ANY,
        stack=lambda v, rng: stack(),
        stack_of_pool=lambda v, rng: stack(views="all", fusion="pool"),
        stack_of_networks=lambda v, rng: stack(sr.SoftmaxLayerClassifier(**QUICK)),
        network=lambda v, rng: sr.SoftmaxLayerClassifier(**QUICK),
        blstm=lambda v, rng: blstm(),
        regression=lambda v, rng: LogisticRegression(),
        pipeline=lambda v, rng: make_pipeline(StandardScaler(), LogisticRegression()),
        neighbours=lambda v, rng: KNeighborsClassifier(3),
        soft=lambda v, rng: sr.SoftTargetClassifier(LogisticRegression()),
        ensemble=lambda v, rng: sr.DeepEnsembleClassifier(sr.SoftmaxLayerClassifier(**QUICK), 2),
        calibrated=lambda v, rng: sr.CalibratedRatersClassifier(stack(), cv=2),
        rater_network=lambda v, rng: sr.RaterNetClassifier(**QUICK),
    ),
    *forms(
        REFUSE,
        scaler=lambda v, rng: StandardScaler(),
        a_class=lambda v, rng: LogisticRegression,
        none=lambda v, rng: None,
        number=lambda v, rng: 3,
        text=lambda v, rng: "model",
        a_list=lambda v, rng: [LogisticRegression()],
        a_function=lambda v, rng: len,
        a_dict=lambda v, rng: {"model": 1},
    ),
]


def a_pipe():
    """Return the path of a named pipe, which stands for every file that is no ordinary one."""
    pipe = Path(tempfile.mkdtemp(), "pipe")
    os.mkfifo(pipe)
    return str(pipe)


ODD_PATHS = forms(
    ANY,
    empty=lambda v, rng: "",
    a_folder=lambda v, rng: ".",
    nowhere=lambda v, rng: "nowhere/inside/x",
    unknown_home=lambda v, rng: "~no_such_user/x",
    nul=lambda v, rng: "a\0b",
    long=lambda v, rng: "x" * 5000,
    pipe=lambda v, rng: a_pipe(),
    below_a_pipe=lambda v, rng: f"{a_pipe()}/x",
    blank=lambda v, rng: " ",
    accents=lambda v, rng: "é",
    path=lambda v, rng: Path("made"),
    raw_bytes=lambda v, rng: b"made",
    none=lambda v, rng: None,
    number=lambda v, rng: 3,
    a_list=lambda v, rng: ["made"],
    surrogate=lambda v, rng: "\ud800",
)


def of_each_file(form):
    """Return a form of the content of each file in a folder."""
    return form._replace(make=lambda v, rng: lambda content: form.make(content, rng))


KINDS_OF_OUTPUTS = {
    "scale": SCALES,
    "scores": OF_SCALES,
    "model": MODELS,
    "odd_path": ODD_PATHS,
    "damage": [of_each_file(form)._replace(expect=ANY) for form in [*CONTENT, *NO_CONTENT]],
}


def scale_targets():
    """Yield what cuts scores into classes."""

    def parsed(Y, bins):
        votes = ratings.parse_ratings(Y, bins=bins)
        return described(votes, votes.labels)

    def task(Y, bins):
        made = ratings.Task(Y, bins=bins)
        return described(made.votes, made.classes)

    def table(Y, bins):
        Y = Y.to_numpy(dtype=object) if hasattr(Y, "to_numpy") else Y
        rows = [
            (sample, rater, cell)
            for sample, row in enumerate(Y)
            for rater, cell in enumerate([row] if np.isscalar(row) else row)
        ]
        long = pd.DataFrame(rows, columns=["sample", "rater", "label"])
        made = ratings.Task(ratings.ratings_from_long(long, bins=bins))
        return described(made.votes, made.classes)

    scores, bins = ("scores", SCORES), ("scale", BINS)
    for name, call in {"parse_ratings": parsed, "Task": task, "ratings_from_long": table}.items():
        yield one(f"{name} of bins", "scales", call, laws_of_tasks, Y=scores, bins=bins)
        yield one(
            f"{name} of bins of any kind",
            "scales",
            lambda bins, call=call: call(SCORES, bins),
            laws_of_tasks,
            bins=("parameter", BINS),
        )


@functools.cache
def saved_frames():
    """Return the files of a folder of frames."""
    with tempfile.TemporaryDirectory() as folder:
        save_frames(FRAMES, f"{folder}/made")
        return {path.name: path.read_bytes() for path in sorted(Path(folder, "made").iterdir())}


def laws_of_frames(answer):
    """Check that frames are those that were saved."""
    require(len(answer["frames"]) == len(FRAMES), f"{len(answer['frames'])} samples, not {len(FRAMES)}")
    for found, sound in zip(answer["frames"], FRAMES, strict=True):
        require(np.array_equal(found, sound), "frames are not those that were saved")


def laws_of_saved(answer):
    """Check that frames are 2-D numbers, as many as were given."""
    require(len(answer["frames"]) == answer["n_samples"] > 0, "samples are lost")
    for values in answer["frames"]:
        require(values.ndim == 2 and values.dtype.kind == "f", f"frames of {values.dtype}, {values.shape}")


def frame_targets():
    """Yield the writing and reading of frames on disk."""

    def keep(samples, dtype="float32"):
        with tempfile.TemporaryDirectory() as folder:
            kept = save_frames(samples, f"{folder}/made", dtype=dtype)
            return {"n_samples": len(kept), "frames": [np.array(one) for one in kept]}

    def path(folder):
        kept = save_frames(FRAMES, folder)
        return {"n_samples": len(kept), "frames": [np.array(one) for one in kept]}

    def read(tree):
        with written(tree) as folder:
            return {"frames": [np.array(one) for one in load_frames(folder)]}

    def extracted(signal, dtype="float32", out=None):
        with tempfile.TemporaryDirectory() as folder:
            out = folder if out is None else out
            frames = sr.OpenSmileFrames(out=out, dtype=dtype).transform([signal])
            return {"n_samples": 1, "frames": [np.array(one) for one in frames]}

    def extracted_again(content):
        with tempfile.TemporaryDirectory() as folder:
            frames = sr.OpenSmileFrames(out=folder)
            sound = np.array(frames.transform([SIGNAL])[0])
            for place in sorted(Path(folder).rglob("*")):
                if place.is_file():
                    place.chmod(0o644)
                    place.write_bytes(content(place.read_bytes()))
            again = np.array(frames.transform([SIGNAL])[0])
            require(np.array_equal(again, sound), "frames of a damaged folder are others")
            return {"n_samples": 1, "frames": [again]}

    yield one("save_frames", "frames", keep, laws_of_saved, samples=("sequences", FRAMES))
    yield one(
        "save_frames as",
        "frames",
        lambda value: keep(FRAMES, value),
        laws_of_saved,
        value=("parameter", "float32"),
    )
    yield one("save_frames in", "frames", path, laws_of_saved, folder=("odd_path", "made"))
    yield one("load_frames", "frames", read, laws_of_frames, tree=("tree", saved_frames()))
    yield one(
        "load_frames of a path",
        "frames",
        lambda folder: {"frames": list(load_frames(folder))},
        laws_of_frames,
        folder=("odd_path", "nowhere"),
    )
    for name in saved_frames():

        def changed(content, name=name):
            return read({**saved_frames(), name: content})

        content = ("content", saved_frames()[name])
        yield one(f"load_frames of another {name}", "frames", changed, laws_of_frames, content=content)
    yield one("OpenSmileFrames(out=)", "frames", extracted, laws_of_saved, signal=("signal", SIGNAL))
    for parameter in ("out", "dtype"):
        kinds = ("odd_path", "made") if parameter == "out" else ("parameter", "float32")
        yield one(
            f"OpenSmileFrames {parameter} of out",
            "frames",
            lambda value, parameter=parameter: extracted(SIGNAL, **{parameter: value}),
            laws_of_saved,
            value=kinds,
        )
    yield one(
        "OpenSmileFrames(out=) of a damaged folder",
        "frames",
        extracted_again,
        laws_of_saved,
        content=("damage", lambda content: content),
    )


def onnx_targets():
    """Yield `to_onnx`: the graph's answers are the model's."""

    def graph(X, model, path=None):
        import onnxruntime

        Y = data.Y if getattr(model, "_takes_ratings", False) else data.LABELS
        fitted = model.fit(X, Y) if hasattr(model, "fit") and not isinstance(model, type) else model
        with tempfile.TemporaryDirectory() as folder:
            file = f"{folder}/model.onnx" if path is None else path
            persistence.to_onnx(fitted, file)
            session = onnxruntime.InferenceSession(file)
            names = [one.name for one in session.get_inputs()]
            table = np.resize(data.X, (len(data.X), fitted.n_features_in_))
            given = {"X": table} if names == ["X"] else {}
            if not given:
                given = {
                    "frames": table[:, None].astype(np.float32),
                    "lengths": np.ones(len(table), np.int64),
                }
            found = session.run(["probabilities"], given)[0]
            return {"found": found, "sound": fitted.predict_proba(table)}

    for model in (stack(), sr.SoftmaxLayerClassifier(**QUICK)):
        name = f"to_onnx of {type(model).__name__}"
        is_network = not hasattr(model, "estimator")
        of_X = {"X": ("table", data.X)}
        yield Target(
            name, "onnx", lambda X, model=model: graph(X, model), of_X, laws_of_graphs, strict=is_network
        )
    yield one("to_onnx", "onnx", lambda model: graph(data.X, model), laws_of_graphs, model=("model", stack()))
    yield one(
        "to_onnx unfitted",
        "onnx",
        lambda model: persistence.to_onnx(model, "made.onnx"),
        lambda answer: require(False, "an unfitted model is written"),
        model=("model", stack()),
    )
    yield one(
        "to_onnx in",
        "onnx",
        lambda path: graph(data.X, stack(), path),
        laws_of_graphs,
        path=("odd_path", "made.onnx"),
    )


def laws_of_graphs(answer):
    """Check that a graph answers what its model does."""
    require(np.allclose(answer["found"], answer["sound"], atol=1e-5), "the graph answers otherwise")


def output_targets():
    """Return all entry points that write, and those of scales."""
    return [*scale_targets(), *frame_targets(), *onnx_targets()]
