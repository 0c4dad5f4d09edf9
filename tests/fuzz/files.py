"""The entry points of the fuzz that read files: loaders of corpora, openSMILE, model files."""

import functools
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile

import sklearn_raters as sr
from fuzz import data
from fuzz.forms import ANY, REFUSE, SAME, forms
from fuzz.oracle import require
from fuzz.targets import Target, answers_of, laws_of_classifiers, laws_of_transformers, no_laws, one, stack
from sklearn_raters import datasets

RATE = 16000


def flipped(content, rng, n=1):
    """Return bytes of which some are changed."""
    content = bytearray(content)
    for at in rng.integers(len(content), size=n):
        content[at] ^= 1 << rng.integers(8)
    return bytes(content)


def spliced(content, rng, piece):
    """Return bytes with a piece put in anywhere."""
    at = rng.integers(len(content) + 1)
    return content[:at] + piece + content[at:]


# Forms of the content of one file, of any format.
CONTENT = forms(
    ANY,
    one_bit=lambda v, rng: flipped(v, rng),
    one_bit_of_the_head=lambda v, rng: flipped(v[:44], rng) + v[44:],
    ten_bits=lambda v, rng: flipped(v, rng, 10),
    a_thousand_bits=lambda v, rng: flipped(v, rng, 1000),
    cut=lambda v, rng: v[: rng.integers(len(v))],
    half=lambda v, rng: v[: len(v) // 2],
    one_byte_short=lambda v, rng: v[:-1],
    one_byte_more=lambda v, rng: v + b"\0",
    twice=lambda v, rng: v + v,
    no_start=lambda v, rng: v[4:],
    nul_inside=lambda v, rng: spliced(v, rng, b"\0"),
    nuls_inside=lambda v, rng: spliced(v, rng, b"\0" * 1000),
    not_utf8=lambda v, rng: spliced(v, rng, b"\xff\xfe"),
    byte_order_mark=lambda v, rng: b"\xef\xbb\xbf" + v,
    windows_lines=lambda v, rng: v.replace(b"\n", b"\r\n"),
    old_mac_lines=lambda v, rng: v.replace(b"\n", b"\r"),
    no_last_line_end=lambda v, rng: v.rstrip(b"\n"),
    blank_lines=lambda v, rng: v.replace(b"\n", b"\n\n"),
    quotes=lambda v, rng: spliced(v, rng, b'"'),
    separators=lambda v, rng: spliced(v, rng, b",;\t"),
    braces=lambda v, rng: spliced(v, rng, b"[{"),
    long_line=lambda v, rng: spliced(v, rng, b"x" * 200_000),
    digits=lambda v, rng: spliced(v, rng, b"9" * 400),
    lines_shuffled=lambda v, rng: b"".join(rng.permutation(v.splitlines(keepends=True)).tolist()),
    lines_twice=lambda v, rng: b"".join(line + line for line in v.splitlines(keepends=True)),
    lines_lost=lambda v, rng: b"".join(line for line in v.splitlines(keepends=True) if rng.random() < 0.7),
    words_lost=lambda v, rng: b" ".join(word for word in v.split(b" ") if rng.random() < 0.7),
    commas_lost=lambda v, rng: v.replace(b",", b"", 1),
    trailing_commas=lambda v, rng: v.replace(b"\n", b",\n"),
    utf16=lambda v, rng: v.decode("latin-1").encode("utf-16"),
    ones=lambda v, rng: b"\xff" * len(v),
    noise=lambda v, rng: rng.bytes(len(v)),
    gzip_head=lambda v, rng: b"\x1f\x8b\x08" + v,
    zip_head=lambda v, rng: b"PK\x03\x04" + v,
)
NO_CONTENT = forms(
    REFUSE,
    empty=lambda v, rng: b"",
    one_byte=lambda v, rng: b"x",
    blanks=lambda v, rng: b" \n \n",
    a_web_page=lambda v, rng: b"<!DOCTYPE html><html><body>404</body></html>",
    lfs_pointer=lambda v, rng: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
)


def any_file(change):
    """Return a maker that changes the content of one file of a tree."""

    def make(tree, rng):
        path = sorted(tree)[rng.integers(len(tree))]
        return {**tree, path: change(tree[path], rng)}

    return make


def without_one(tree, rng):
    """Return a tree without one of its files."""
    lost = sorted(tree)[rng.integers(len(tree))]
    return {path: content for path, content in tree.items() if path != lost}


def renamed(change):
    """Return a maker that gives one file of a tree another name."""

    def make(tree, rng):
        path = sorted(tree)[rng.integers(len(tree))]
        rest = {name: content for name, content in tree.items() if name != path}
        return {**rest, change(path): tree[path]}

    return make


TREE = [
    *forms(ANY, **{form.name: any_file(form.make) for form in [*CONTENT, *NO_CONTENT]}),
    *forms(
        ANY,
        without_one=without_one,
        upper_case=renamed(str.upper),
        with_blank=renamed(lambda path: f"{path} "),
        moved=renamed(lambda path: f"deep/er/{path}"),
        other_suffix=renamed(lambda path: f"{path}.bak"),
        a_folder=renamed(lambda path: f"{path}/inside"),
        accents=renamed(lambda path: f"é{path}"),
        stray=lambda v, rng: {**v, "Session99999999999/x.txt": b"x", "._x.wav": b"", "Thumbs.db": b"x"},
        copies=lambda v, rng: {**v, **{f"copy/{path}": content for path, content in v.items()}},
    ),
    *forms(REFUSE, nothing=lambda v, rng: {}, strays_only=lambda v, rng: {"x.txt": b"x"}),
]
LONG = [
    *forms(
        SAME,
        a_dict=lambda v, rng: {name: v[name].tolist() for name in v},
        shuffled_columns=lambda v, rng: v[v.columns[::-1]],
        categories=lambda v, rng: v.astype({"rater": "category", "label": "category"}),
        odd_index=lambda v, rng: v.set_index(np.arange(len(v)) * 7 + 3),
        equal_index=lambda v, rng: v.set_index(np.zeros(len(v), dtype=int)),
        repeated=lambda v, rng: pd.concat([v, v]),
        unrated_rows=lambda v, rng: pd.concat([v, v.assign(label=None)]),
        more_columns=lambda v, rng: v.assign(time=1.0, note="x"),
        lists=lambda v, rng: v.assign(label=[[label] for label in v["label"]]),
        blanks=lambda v, rng: v.assign(label=" " + v["label"].astype(object) + " "),
    ),
    *forms(
        REFUSE,
        no_rows=lambda v, rng: v.iloc[:0],
        no_columns=lambda v, rng: v[[]],
        no_label=lambda v, rng: v.drop(columns="label"),
        no_rater=lambda v, rng: v.drop(columns="rater"),
        no_sample=lambda v, rng: v.drop(columns="sample"),
        missing_rater=lambda v, rng: v.assign(rater=v["rater"].astype(object).where(v.index != 1)),
        missing_sample=lambda v, rng: v.assign(sample=v["sample"].astype(object).where(v.index != 1)),
        all_unrated=lambda v, rng: v.assign(label=None),
        two_label_columns=lambda v, rng: pd.concat(
            [v, v[["label"]].iloc[::-1].reset_index(drop=True)], axis=1
        ),
        two_rater_columns=lambda v, rng: pd.concat(
            [v, v[["rater"]].iloc[::-1].reset_index(drop=True)], axis=1
        ),
        mixed_labels=lambda v, rng: v.assign(label=[*v["label"][:-1], 3]),
        dict_labels=lambda v, rng: v.assign(label=[{"a": 1}] * len(v)),
        continuous=lambda v, rng: v.assign(label=rng.random(len(v))),
        infinite=lambda v, rng: v.assign(label=np.inf),
        none=lambda v, rng: None,
        number=lambda v, rng: 3,
        text=lambda v, rng: "votes.csv",
        unequal=lambda v, rng: {"sample": [1, 2], "rater": [1], "label": [1, 2]},
        array=lambda v, rng: v.to_numpy(),
        list_of_lists=lambda v, rng: v.to_numpy().tolist(),
    ),
    *forms(
        ANY,
        number_raters=lambda v, rng: v.assign(rater=v["rater"].str[1:].astype(int)),
        mixed_raters=lambda v, rng: v.assign(rater=[1, *v["rater"][1:]]),
        list_raters=lambda v, rng: v.assign(rater=[[name] for name in v["rater"]]),
        dict_raters=lambda v, rng: v.assign(rater=[{"id": name} for name in v["rater"]]),
        list_samples=lambda v, rng: v.assign(sample=[[name] for name in v["sample"]]),
        float_samples=lambda v, rng: v.assign(sample=v["sample"] + 0.5),
        times=lambda v, rng: v.assign(label=pd.Timestamp(2020, 1, 1)),
        huge_labels=lambda v, rng: v.assign(label=[10**30] * len(v)),
        joined=lambda v, rng: v.assign(label="sad|angry"),
        empty_text=lambda v, rng: v.assign(label=""),
        as_index=lambda v, rng: v.set_index("sample"),
        records=lambda v, rng: v.to_dict("records"),
        columns_of_columns=lambda v, rng: pd.concat({"a": v}, axis=1),
    ),
]


def wav(n_samples=4000, *, rate=RATE, format="WAV", subtype=None):
    """Return a tone as the bytes of an audio file."""
    file = io.BytesIO()
    tone = 0.25 * np.sin(np.arange(n_samples) / 5)
    soundfile.write(file, tone, rate, format=format, subtype=subtype)
    return file.getvalue()


SIGNAL = (0.25 * np.sin(np.arange(4000) / 5), RATE)
SIGNALS = [
    *forms(
        SAME,
        read_only=lambda v, rng: (np.broadcast_to(v[0], v[0].shape), RATE),
        a_list=lambda v, rng: [v[0], RATE],
        listed=lambda v, rng: (v[0].tolist(), RATE),
        float_rate=lambda v, rng: (v[0], float(RATE)),
        numpy_rate=lambda v, rng: (v[0], np.int32(RATE)),
        two_channels=lambda v, rng: (np.stack([v[0], v[0]]), RATE),
        fortran=lambda v, rng: (np.asfortranarray(np.stack([v[0], v[0]])), RATE),
        reversed_view=lambda v, rng: (v[0][::-1].copy()[::-1], RATE),
        big_endian=lambda v, rng: (v[0].astype(">f8"), RATE),
        series=lambda v, rng: (pd.Series(v[0]), RATE),
    ),
    *forms(
        REFUSE,
        swapped=lambda v, rng: (RATE, v[0]),
        no_rate=lambda v, rng: v[0],
        three=lambda v, rng: (v[0], RATE, 1),
        none=lambda v, rng: None,
        none_rate=lambda v, rng: (v[0], None),
        none_signal=lambda v, rng: (None, RATE),
        word_rate=lambda v, rng: (v[0], "fast"),
        zero_rate=lambda v, rng: (v[0], 0),
        minus_rate=lambda v, rng: (v[0], -RATE),
        nan_rate=lambda v, rng: (v[0], np.nan),
        huge_rate=lambda v, rng: (v[0], 1e300),
        large_rate=lambda v, rng: (v[0], 10**12),
        rate_of_three=lambda v, rng: (v[0], 3),
        complex_rate=lambda v, rng: (v[0], 16000j),
        list_rate=lambda v, rng: (v[0], [RATE]),
        nan=lambda v, rng: (np.where(np.arange(4000) == 7, np.nan, v[0]), RATE),
        infinity=lambda v, rng: (np.where(np.arange(4000) == 7, np.inf, v[0]), RATE),
        complex_numbers=lambda v, rng: (v[0] + 1j, RATE),
        words=lambda v, rng: (np.full(4000, "a"), RATE),
        times=lambda v, rng: (np.arange(4000).astype("M8[s]"), RATE),
        empty=lambda v, rng: (v[0][:0], RATE),
        too_short=lambda v, rng: (v[0][:10], RATE),
        three_dimensions=lambda v, rng: (v[0][None, None], RATE),
        ragged=lambda v, rng: ([[0.0, 1.0], [0.0]], RATE),
        number=lambda v, rng: 7,
        number_words=lambda v, rng: (v[0].astype(str), RATE),
        masked=lambda v, rng: (np.ma.masked_greater(v[0], 0.1), RATE),
        missing_file=lambda v, rng: "nowhere/nothing.wav",
        a_folder=lambda v, rng: ".",
        empty_text=lambda v, rng: "",
        unknown_home=lambda v, rng: "~nobody/x.wav",
        nul_path=lambda v, rng: "a\0b.wav",
        bytes_path=lambda v, rng: b"x.wav",
        dictionary=lambda v, rng: {"signal": v[0], "rate": RATE},
    ),
    *forms(
        ANY,
        integers=lambda v, rng: ((v[0] * 32767).astype(np.int16), RATE),
        long_integers=lambda v, rng: ((v[0] * 32767).astype(np.int64), RATE),
        unsigned=lambda v, rng: (((v[0] + 1) * 127).astype(np.uint8), RATE),
        booleans=lambda v, rng: (v[0] > 0, RATE),
        halves=lambda v, rng: (v[0].astype(np.float16), RATE),
        opposite=lambda v, rng: (np.stack([v[0], -v[0]]), RATE),
        upright=lambda v, rng: (np.stack([v[0], v[0]], axis=1), RATE),
        silence=lambda v, rng: (v[0] * 0, RATE),
        constant=lambda v, rng: (v[0] * 0 + 0.5, RATE),
        loud=lambda v, rng: (v[0] * 1e9, RATE),
        low_rate=lambda v, rng: (v[0], 8000),
        odd_rate=lambda v, rng: (v[0], 11025.5),
        high_rate=lambda v, rng: (v[0], 192000),
    ),
]
KINDS_OF_FILES = {"content": [*CONTENT, *NO_CONTENT], "tree": TREE, "long": LONG, "signal": SIGNALS}


def written(tree):
    """Write a tree of files to a new folder and return it."""
    folder = tempfile.TemporaryDirectory()
    for name, content in tree.items():
        path = Path(folder.name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


VOTES = b"sample,rater,label,speaker\n" + b"".join(
    f"clip{sample},w{rater},{data.CLASSES[(sample + rater % 2) % 3]},s{sample % 2}\n".encode()
    for sample in range(6)
    for rater in range(3)
)
RATED = {"votes.csv": VOTES, **{f"audio/clip{sample}.wav": b"RIFF" for sample in range(6)}}
SCORES = {f"00001001{n}": {"prosodic": [10, 9, 8.5, 7, n], "total": [8.9, 9.0, n, 5, 4.9]} for n in range(4)}
_LISTS = {"wav.scp": "{0}\tWAVE/SPEAKER0001/{0}.WAV\n", "utt2spk": "{0} 0001\n"}
SPEECHOCEAN = {
    "resource/scores-detail.json": json.dumps(SCORES).encode(),
    **{f"WAVE/SPEAKER0001/{name}.WAV": b"RIFF" for name in SCORES},
    **{
        f"{part}/{list_name}": "".join(line.format(name) for name in sorted(SCORES)[half]).encode()
        for part, half in (("train", slice(0, 2)), ("test", slice(2, 4)))
        for list_name, line in _LISTS.items()
    },
    **{f"{part}/spk2gender": b"0001 m\n" for part in ("train", "test")},
    **{f"{part}/spk2age": b"0001 6\n" for part in ("train", "test")},
}


@functools.cache
def iemocap():
    """Return a small corpus in IEMOCAP's layout, with audio of four bytes."""
    with tempfile.TemporaryDirectory() as folder:
        datasets.make_rated_speech(folder, n_sessions=2, n_utterances=24, random_state=0)
        return {
            path.relative_to(folder).as_posix(): b"RIFF" if path.suffix == ".wav" else path.read_bytes()
            for path in sorted(Path(folder).rglob("*"))
            if path.is_file()
        }


def described(corpus):
    """Return a loaded corpus as an answer."""
    Y = corpus.Y.map(lambda label: "" if label is None or label != label else str(label))
    return {"n_samples": len(corpus.X), "X": len(corpus.X), "Y": Y.to_numpy(), "classes": corpus.classes}


def laws_of_corpora(answer):
    """Check that a corpus has a row of ratings for each file, and some."""
    require(answer["X"] == len(answer["Y"]) > 0, "the ratings have other rows than the samples")
    require((answer["Y"] != "").any(), "no sample has a rating")


def load_targets():
    """Yield the loaders of corpora."""

    def rated(tree, **settings):
        with written(tree) as folder:
            settings = {
                "table": f"{folder}/votes.csv",
                "audio_dir": f"{folder}/audio",
                "speaker": "speaker",
                **settings,
            }
            return described(
                datasets.load_rated_audio(settings.pop("table"), settings.pop("audio_dir"), **settings)
            )

    yield one("load_rated_audio", "datasets", rated, laws_of_corpora, tree=("tree", RATED))
    yield one(
        "load_rated_audio of a table",
        "datasets",
        lambda content: rated({**RATED, "votes.csv": content}),
        laws_of_corpora,
        content=("content", VOTES),
    )
    for name, value in {
        "table": None,
        "audio_dir": None,
        "sample": "sample",
        "rater": "rater",
        "label": "label",
        "speaker": "speaker",
        "session": None,
        "extension": None,
    }.items():
        yield one(
            f"load_rated_audio {name}",
            "datasets",
            lambda value, name=name: rated(RATED, **{name: value}),
            laws_of_corpora,
            value=("parameter", value),
        )

    def speechocean(tree, **settings):
        with written(tree) as folder:
            return described(datasets.load_speechocean762(settings.pop("root", folder), **settings))

    yield one("load_speechocean762", "datasets", speechocean, laws_of_corpora, tree=("tree", SPEECHOCEAN))
    for name, value in {"root": None, "task": "prosodic", "cuts": (5, 7, 9)}.items():
        yield one(
            f"load_speechocean762 {name}",
            "datasets",
            lambda value, name=name: speechocean(SPEECHOCEAN, **{name: value}),
            laws_of_corpora,
            value=("parameter", value),
        )

    def emocap(tree, **settings):
        with written(tree) as folder:
            return described(datasets.load_iemocap(settings.pop("root", folder), **settings))

    yield one("load_iemocap", "datasets", emocap, laws_of_corpora, tree=("tree", iemocap()))
    yield one(
        "load_iemocap strictly",
        "datasets",
        lambda tree: emocap(tree, strict=True),
        laws_of_corpora,
        tree=("tree", iemocap()),
    )
    for name, value in {"root": None, "sessions": None, "strict": False}.items():
        yield one(
            f"load_iemocap {name}",
            "datasets",
            lambda value, name=name: emocap(iemocap(), **{name: value}),
            laws_of_corpora,
            value=("parameter", value),
        )


def audio_targets():
    """Yield openSMILE on broken files and odd signals."""
    transformers = {"frames": sr.OpenSmileFrames(), "functionals": sr.OpenSmileFunctionals("eGeMAPSv02")}
    for name, transformer in transformers.items():
        for format, subtype in (
            ("WAV", "PCM_16"),
            ("WAV", "FLOAT"),
            ("FLAC", "PCM_16"),
            ("OGG", "VORBIS"),
            ("MP3", "MPEG_LAYER_III"),
            ("AIFF", "PCM_16"),
            ("AU", "PCM_16"),
            ("CAF", "PCM_16"),
        ):

            def read(content, format=format, transformer=transformer):
                with written({f"a.{format.lower()}": content}) as folder:
                    frames = transformer.transform([f"{folder}/a.{format.lower()}"])
                    return {"n_samples": 1, "frames": frames}

            arguments = {"content": ("content", wav(format=format, subtype=subtype))}
            yield Target(
                f"openSMILE {name} of {format} {subtype}",
                "features",
                read,
                arguments,
                laws_of_transformers,
                True,
            )

        def signal(signal, transformer=transformer):
            return {"n_samples": 1, "frames": transformer.transform([signal])}

        yield Target(
            f"openSMILE {name}",
            "features",
            signal,
            {"signal": ("signal", SIGNAL)},
            laws_of_transformers,
            True,
        )


@functools.cache
def model_file():
    """Return the bytes of a saved model."""
    with written({}) as folder:
        save(stack().fit(data.X, data.Y), f"{folder}/model")
        return Path(folder, "model").read_bytes()


def save(model, path):
    """Save a model."""
    from sklearn_raters import persistence

    getattr(persistence, "save", getattr(persistence, "save_model", None))(model, path)


def load(path):
    """Load a model."""
    from sklearn_raters import persistence

    return getattr(persistence, "load", getattr(persistence, "load_model", None))(path)


def model_targets():
    """Yield the reading of damaged model files."""

    def read(content):
        with written({"model": content}) as folder:
            return answers_of(load(f"{folder}/model"), data.X)

    yield one("load of a model", "persistence", read, laws_of_classifiers, content=("content", model_file()))
    yield one(
        "load of a path",
        "persistence",
        lambda value: load(value),
        no_laws,  # another case may have written a model of this name
        value=("parameter", "nowhere"),
    )


def file_targets():
    """Return all entry points that read files, and the one that reads a long table."""
    return [*load_targets(), *audio_targets(), *model_targets()]
