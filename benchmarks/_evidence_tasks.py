"""The tasks of `evidence.py`: their samples, ratings and folds, and the front end of each training part."""

from dataclasses import dataclass

import joblib
import numpy as np
import pandas as pd
from _crowds import DATA, SIMULATED
from sklearn.compose import make_column_transformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters import (
    FramePooler,
    FrontEndScaler,
    KernelFeatures,
    OpenSmileFrames,
    OpenSmileFunctionals,
    SpeakerScaler,
)
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.datasets import load_iemocap, load_speechocean762, make_rated_samples, make_rated_speech
from sklearn_raters.metrics import unweighted_average_recall
from sklearn_raters.ratings import Task

BANDS = ["bad", "poor", "fair", "good", "excellent"]
ABUSE = {-3: "very strong", -2: "strong", -1: "mild", 0: "ambiguous", 1: "none"}
SCORES = ("accuracy", "fluency", "prosodic", "total")
# 700 samples and 44 raters, as in music genre data, beside the three crowds of `rater_methods.py`.
MANY_RATERS = {"expert": 11, "average": 18, "biased": 6, "spammer": 7, "constant": 2}
CROWDS = {
    **{name: (1000, settings) for name, settings in SIMULATED.items()},
    "many_raters": (700, {"ratings_per_sample": 4, "raters": MANY_RATERS}),
}
N_FOLDS = 5
SCALINGS = ("training", "speaker", "both")  # of FrontEndScaler
SVD_UNITS = 200


@dataclass
class RatedTask:
    """Samples with ratings, and the split into training and test parts; one entry a sample."""

    ratings: Task
    table: object  # functionals (n_samples, n_features), or a DataFrame of texts
    groups: np.ndarray  # what no fold splits, and what the bootstrap draws
    folds: list  # of (train, test): indices of samples
    frames: list | None = None  # of arrays (n_frames_i, n_features)
    speakers: np.ndarray | None = None
    truth: np.ndarray | None = None  # object array; None: judged by the majority
    ordered: bool = False  # whether the classes are ordered from low to high

    def labels(self):
        """Return the labels that predictions are judged by, None where there is none."""
        return hard_labels(self.ratings) if self.truth is None else self.truth


@dataclass
class Parts:
    """The training and the test part of one fold behind the front end, the same for all rows."""

    train: object
    test: object
    dense_train: object  # the same without sparse rows, for estimators that do not take them
    dense_test: object


def store(value, path):
    """Write a file at once: a run that is killed leaves no part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{np.random.SeedSequence().entropy:x}")
    joblib.dump(value, unfinished)
    unfinished.replace(path)


def take(X, rows):
    """Return some of the samples, in the form of X."""
    if isinstance(X, list):
        return [X[row] for row in rows]
    return X.iloc[rows] if isinstance(X, pd.DataFrame) else X[rows]


def audio_features(name, paths, cache):
    """Return functionals and pooled frames of recordings, extracted once."""
    path = cache / "features" / f"{name}.joblib"
    if not path.exists():
        print(f"extracting the features of {len(paths)} recordings of {name}", flush=True)
        frames = FramePooler(5).fit_transform(OpenSmileFrames(n_jobs=-1).fit_transform(paths))
        store((OpenSmileFunctionals(n_jobs=-1).fit_transform(paths), frames), path)
    return joblib.load(path)


def audio_task(name, paths, ratings, groups, cache, quick, **about):
    """Return the task of recordings, with five folds by groups, of which quick runs take two."""
    table, frames = audio_features(name, [str(path) for path in paths], cache)
    folds = list(GroupKFold(N_FOLDS).split(table, groups=groups))[: 2 if quick else None]
    return RatedTask(ratings, table, np.asarray(groups), folds, frames, **about)


def speechocean762(score):
    def load(seed, cache, quick):
        bunch = load_speechocean762(DATA / "speechocean762", task=score)
        ratings, speakers = Task(bunch.Y, bunch.classes), np.asarray(bunch.speakers)
        about = {"speakers": speakers, "ordered": True}
        return audio_task("speechocean762", bunch.X, ratings, bunch.speakers, cache, quick, **about)

    return load


def mushra(seed, cache, quick):
    table = pd.read_csv(DATA / "mushra" / "ratings.csv")
    table["band"] = np.array(BANDS, dtype=object)[(table["score"] // 20).clip(upper=4).astype(int)]
    paths = sorted((DATA / "mushra").rglob("*.flac"))
    names = [path.stem for path in paths]
    Y = table.pivot(index="stimulus", columns="rater", values="band").loc[names].astype(object)
    recordings = table.drop_duplicates("stimulus").set_index("stimulus")["recording"].loc[names]
    groups = recordings.to_numpy()
    # Listeners heard all versions of a recording beside each other: features may be scaled by recording.
    settings = {"speakers": groups, "ordered": True}
    return audio_task("mushra", paths, Task(Y, BANDS), groups, cache, quick, **settings)


def made_speech(seed, cache, quick):
    bunch = load_iemocap(make_rated_speech(cache / "made", random_state=0))
    ratings, speakers = Task(bunch.Y, bunch.classes, bunch.label_map), np.asarray(bunch.speakers)
    return audio_task("made_speech", bunch.X, ratings, bunch.sessions, cache, quick, speakers=speakers)


def convabuse(binary):
    def load(seed, cache, quick):
        texts = pd.read_csv(DATA / "convabuse" / "texts.csv").fillna("")
        texts = texts.iloc[::8] if quick else texts
        texts["context"] = texts[["agent", "prev_user", "prev_agent"]].agg(" ".join, axis=1)
        votes = pd.read_csv(DATA / "convabuse" / "ratings.csv")
        names = {label: "abuse" if label < 0 else "fine" for label in ABUSE} if binary else ABUSE
        votes["label"] = votes["label"].map(names)
        Y = votes.pivot(index="sample", columns="rater", values="label").loc[texts["sample"]].astype(object)
        tested = texts["split"].to_numpy() == "test"
        ratings = Task(Y, list(dict.fromkeys(names.values())))
        folds = [(np.flatnonzero(~tested), np.flatnonzero(tested))]
        columns = texts[["user", "context"]].reset_index(drop=True)
        return RatedTask(ratings, columns, np.arange(len(texts)), folds, ordered=True)

    return load


def simulated(name):
    """Return the loader of a crowd, of which each seed draws another one."""

    def load(seed, cache, quick):
        n_train, settings = CROWDS[name]
        n_train = 300 if quick else n_train
        n_samples = n_train + 1000 if name == "many_raters" else 2 * n_train
        data = make_rated_samples(n_samples, random_state=10 + seed, **settings)
        parts = np.split(np.arange(n_samples), [n_train])
        ratings = Task(data.Y, data.classes)
        return RatedTask(ratings, data.X, np.arange(n_samples), [tuple(parts)], truth=data.true_labels)

    return load


# From name to a function of a seed, the cache folder, and whether the run is quick.
TASKS = {
    **{f"speechocean762 {score}": speechocean762(score) for score in SCORES},
    "mushra": mushra,
    "convabuse binary": convabuse(binary=True),
    "convabuse": convabuse(binary=False),
    "made speech": made_speech,
    **{name: simulated(name) for name in CROWDS},
}
# Only these depend on the seed themselves.
DRAWN = set(CROWDS)


def with_both(X, speakers):
    """Return features scaled by speaker beside the original ones, once for all folds; X without speakers."""
    return X if speakers is None else SpeakerScaler(output="both").fit_transform(X, speakers=speakers)


def make_front_end(task, scaling):
    """Return the transformer of the table: TF-IDF of the user's words and of the turns before, or scaling."""
    if not isinstance(task.table, pd.DataFrame):
        return FrontEndScaler(scaling)
    words = [
        (TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), column)
        for column in task.table.columns
    ]
    return make_column_transformer(*words, sparse_threshold=1)


def transform_parts(transformer, X, train, test):
    """Return the training and the test samples by a transformer that is fitted on the training samples."""
    transformer.fit(take(X, train))
    return [transformer.transform(take(X, rows)) for rows in (train, test)]


def choose_scaling(task, train):
    """Choose the scaling of the features by an inner search on the table.

    A logistic regression, learning the majority labels, is judged by UAR on three inner folds.
    """
    if task.speakers is None:
        return "both"
    known, y = labelled_samples(hard_labels(task.ratings.take(train)))
    rows = train[known]
    # Without a kernel; the penalty is as strong for both scalings side by side as for one.
    linear = KernelFeatures(1, weight=0)
    lines = make_pipeline(StandardScaler(), linear, LogisticRegression(C=3, max_iter=1000))
    pipe = Pipeline([("front_end", FrontEndScaler()), ("majority", lines)])
    uar = make_scorer(unweighted_average_recall, labels=task.ratings.classes)
    search = GridSearchCV(pipe, {"front_end__scaling": SCALINGS}, scoring=uar, cv=GroupKFold(3), refit=False)
    search.fit(take(with_both(task.table, task.speakers), rows), y, groups=task.groups[rows])
    return search.best_params_["front_end__scaling"]


def front_end(task, number, family, path):
    """Return the parts of one fold behind the front end, the same for all rows.

    The scaling of the features is chosen once for a task, a seed and a fold, on the training part's
    functionals, and stored; frames are scaled in the same way. TF-IDF and its singular values, for networks
    and trees, are fitted on the training part.
    """
    train, test = task.folds[number]
    if not path.exists():
        store(choose_scaling(task, train), path)
    scaling = joblib.load(path)
    if family == "frames":
        frames = with_both(task.frames, task.speakers)
        parts = transform_parts(FrontEndScaler(scaling), frames, train, test)
        return Parts(*parts, *parts)
    X = with_both(task.table, task.speakers)
    parts = dense = transform_parts(make_front_end(task, scaling), X, train, test)
    if isinstance(task.table, pd.DataFrame):
        reducer = TruncatedSVD(SVD_UNITS, random_state=0).fit(parts[0])
        units = np.float32(np.concatenate([reducer.transform(part) for part in parts]))
        rows = np.split(np.arange(len(units)), [len(train)])
        dense = transform_parts(FrontEndScaler(), units, *rows)
    return Parts(*parts, *dense)
