"""The command line in the fuzz: each option and each file of every command, in one process."""

import functools
import io
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pandas as pd

from fuzz import data
from fuzz.files import wav, written
from fuzz.forms import ANY, forms
from fuzz.oracle import require
from fuzz.targets import one
from sklearn_raters.cli import _help, _main, _parser
from sklearn_raters.exceptions import InputError

N_CLIPS = 12
VOTES = b"sample,rater,label,speaker,score\n" + b"".join(
    f"clip{clip}.wav,w{rater},{data.CLASSES[(clip + (rater + clip) // 9) % 3]},s{clip % 2},{clip}\n".encode()
    for clip in range(N_CLIPS)
    for rater in range(3)
)
CORPUS = {"votes.csv": VOTES, **{f"audio/clip{n}.wav": wav(3200 + 160 * n) for n in range(N_CLIPS)}}
QUICK = {
    "epochs": "1",
    "n-jobs": "1",
    "min-ratings": "2",
    "fusion": "mean",
    "views": "crowd_hard,w1",
    "device": "cpu",
    "speaker-column": "speaker",
}
# Texts for the value of any option.
WORDS = forms(
    ANY,
    empty=lambda v, rng: "",
    blank=lambda v, rng: " ",
    word=lambda v, rng: "nonsense",
    zero=lambda v, rng: "0",
    one=lambda v, rng: "1",
    two=lambda v, rng: "2",
    minus_one=lambda v, rng: "-1",
    half=lambda v, rng: "0.5",
    huge=lambda v, rng: "9" * 30,
    beyond_float=lambda v, rng: "1e400",
    too_small=lambda v, rng: "1e-400",
    nan=lambda v, rng: "nan",
    infinity=lambda v, rng: "inf",
    minus_infinity=lambda v, rng: "-inf",
    none=lambda v, rng: "None",
    true=lambda v, rng: "True",
    commas=lambda v, rng: ",,,",
    list=lambda v, rng: "sad,angry",
    same_twice=lambda v, rng: "sad,sad",
    many=lambda v, rng: ",".join(map(str, range(500))),
    equals=lambda v, rng: "sad=angry",
    equals_nothing=lambda v, rng: "sad=",
    equals_twice=lambda v, rng: "sad=angry=neutral",
    only_equals=lambda v, rng: "=",
    scale=lambda v, rng: "0,low,50,high,100",
    falling_scale=lambda v, rng: "100,low,50,high,0",
    half_a_scale=lambda v, rng: "0,low,50,high",
    column=lambda v, rng: "label",
    other_column=lambda v, rng: "speaker",
    spaced=lambda v, rng: " label ",
    nowhere=lambda v, rng: "nowhere/inside/x",
    a_folder=lambda v, rng: ".",
    unknown_home=lambda v, rng: "~no_such_user/x",
    accents=lambda v, rng: "\u00e9",
    surrogate=lambda v, rng: "\udc80",
    nul=lambda v, rng: "a\0b",
    long=lambda v, rng: "x" * 5000,
    lines=lambda v, rng: "a\nb",
    bars=lambda v, rng: "|",
    json=lambda v, rng: '{"a": [1]}',
    percent=lambda v, rng: "%s %(x)d {0}",
    dashes=lambda v, rng: "--",
    as_option=lambda v, rng: "--corpus",
    views=lambda v, rng: "all",
    cuda=lambda v, rng: "cuda:7",
)
KINDS_OF_COMMANDS = {"option": WORDS}


def run_command(arguments):
    """Run a command as `main` does, but let its errors through; those of the parser are refusals.

    An error that `main` does not catch would end with a traceback, and is made a RuntimeError here.
    """
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            options = _parser.parse(list(map(str, arguments)))
    except SystemExit as stop:
        if stop.code == 0:
            return 0
        raise InputError(said.getvalue().splitlines()[-1]) from stop
    try:
        return _main.run(options)
    except (ValueError, OSError):
        raise
    except Exception as error:
        raise RuntimeError(f"a traceback: {type(error).__name__}: {error}") from error


def as_arguments(options):
    """Return options as the words of a command line."""
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def laws_of_commands(answer):
    """Check the status, and that a file with numbers was written."""
    require(answer["status"] in (0, 3), f"status {answer['status']}")
    if answer["table"] is not None:
        require(len(answer["table"]) > 0, "the results are empty")
        shares = answer["table"]["uar"]
        require(((shares >= 0) & (shares <= 1)).all(), "a UAR is no share")


def ran(command, tree, **options):
    """Run `evaluate` or `train` on a corpus of a few recordings."""
    with written(tree) as folder, tempfile.TemporaryDirectory() as results:
        files = {"ratings": f"{folder}/votes.csv", "audio": f"{folder}/audio", "out": f"{results}/made"}
        folds = {"folds": "2", "models": "views"} if command == "evaluate" else {}
        given = {**QUICK, **folds, **files, **options}
        flags = ["--skip-broken"] if given.pop("skip-broken", None) else []
        status = run_command([command, *as_arguments(given), *flags])
        made = Path(given["out"])
        table = pd.read_csv(made) if command == "evaluate" and made.is_file() else None
        return {"status": status, "table": table}


@functools.cache
def trained():
    """Return the bytes of a model that `train` wrote."""
    with written(CORPUS) as folder:
        files = {"ratings": f"{folder}/votes.csv", "audio": f"{folder}/audio", "out": f"{folder}/model"}
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            run_command(["train", *as_arguments({**QUICK, **files})])
        return Path(folder, "model").read_bytes()


def predicted(model_file, audio, **options):
    """Run `predict` on two files."""
    with written({"model": model_file, "a.wav": audio, "b.wav": CORPUS["audio/clip1.wav"]}) as folder:
        files = [f"{folder}/{name}.wav" for name in "ab"]
        model = options.pop("model", f"{folder}/model")
        files = [options.pop("files"), files[1]] if "files" in options else files
        said = io.StringIO()
        with redirect_stderr(said):
            status = run_command(["predict", *as_arguments(options), "--", model, *files])
        if status == 3:
            raise InputError(said.getvalue())
        return {"status": status, "table": None}


def command_targets():
    """Yield the options and files of each command."""
    others = ("skip-broken", "format", "speakers", "protocol", "saved-model", "model-out", "answers-out")
    options = [name for name in _help.HELP if name not in others]
    for command in ("evaluate", "train"):
        for name in options if command == "evaluate" else [name for name in options if name != "folds"]:
            yield one(
                f"{command} --{name}",
                "cli",
                lambda value, command=command, name=name: ran(command, CORPUS, **{name: value}),
                laws_of_commands,
                value=("option", ""),
            )
    for skip in (None, True):
        words = " --skip-broken" if skip else ""
        settings = {"skip-broken": skip}
        yield one(
            f"train{words} on files",
            "cli",
            lambda tree, settings=settings: ran("train", tree, **settings),
            laws_of_commands,
            tree=("tree", CORPUS),
        )
    yield one(
        "predict a file",
        "cli",
        lambda content: predicted(trained(), content),
        laws_of_commands,
        content=("content", CORPUS["audio/clip0.wav"]),
    )
    yield one(
        "train on a table",
        "cli",
        lambda content: ran("train", {**CORPUS, "votes.csv": content}),
        laws_of_commands,
        content=("content", VOTES),
    )
    yield one(
        "predict by a model",
        "cli",
        lambda content: predicted(content, CORPUS["audio/clip0.wav"]),
        laws_of_commands,
        content=("content", trained()),
    )
    for name in ("format", "speakers", "n-jobs", "model", "files"):
        yield one(
            f"predict {name}",
            "cli",
            lambda value, name=name: predicted(trained(), CORPUS["audio/clip0.wav"], **{name: value}),
            laws_of_commands,
            value=("option", ""),
        )
