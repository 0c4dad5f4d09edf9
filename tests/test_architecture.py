"""The house keeps its order: imports run one way, heavy libraries load late, files stay short."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sklearn_raters

PACKAGE = Path(__file__).resolve().parents[1] / "sklearn_raters"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

# A module imports only what stands above it, in its own line before it or in an earlier line, so
# that no circle can be; a new file needs its place.
LAYERS = """
    __init__
    ratings:   _votes _parsing agreement ratings
    consensus: consensus crowd_labels
    metrics:   _align _estimator_kinds metrics.recalls metrics.distributions metrics.raters
               metrics.scorers metrics
    features:  sequences frames speaker_scaler audio _parallel extraction features
    targets:   _targets _splits
    torch:     _threads _batches _losses _modules _rater_model _rater_heads _rater_confusions
               _rater_features _rater_networks _rater_net _joint_net _net _trained_net _base_net blstm
               softmax_layer
    raters:    _consensus_answers _rated_input _rater_answers rater_nets
    stack:     soft_targets _views _view_params _frozen_views _memory _view_fits
               _logistic_layer _mixture _fusion _fine_tune _stack_answers stacking recipes
               deep_ensemble
    judging:   _folds bootstrap _comparison_runs _comparison_table paper_models comparison model_selection
    datasets:  datasets._files datasets._voices datasets._made_raters datasets._iemocap_text
               datasets._iemocap_tree datasets._iemocap_counts datasets.iemocap
               datasets.speechocean762 datasets.rated_audio datasets.made_samples
               datasets.made_sequences datasets.made_speech datasets
    command:   persistence _answers _named_corpus _jobs cli __main__
"""
ORDER = [word for word in LAYERS.split() if not word.endswith(":")]

# Who may import a heavy library at all, at the top or inside a function.
RATER_FILES = {f"_rater_{name}" for name in ("model", "heads", "confusions", "features", "networks", "net")}
NET_FILES = {"_threads", "_batches", "_losses", "_modules", "_joint_net", "_trained_net"}
SKORCH_FILES = {"_net"}
ONLY_TORCH_AND_NUMPY = RATER_FILES | NET_FILES
TORCH_FILES = ONLY_TORCH_AND_NUMPY | SKORCH_FILES
COMMAND = {"_jobs", "cli"}
HEAVY = ["torch", "skorch", "opensmile", "matplotlib", "pandas"]


def imported(module):
    """Return what a file imports anywhere, functions included: own modules, and libraries."""
    own, libraries = set(), set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno} imports relatively"
            # What is imported may be a module itself.
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            library, _, inside = name.partition(".")
            if library != "sklearn_raters":
                libraries.add(library)
                continue
            while inside and inside not in MODULES:
                inside = inside.rpartition(".")[0]
            own.add(inside or "__init__")
    return own, libraries


def test_every_module_has_its_place_once():
    assert len(ORDER) == len(set(ORDER))
    missing = sorted(set(MODULES) - set(ORDER))
    assert not missing, f"give {missing} a place in LAYERS, below all that they import"
    gone = sorted(set(ORDER) - set(MODULES))
    assert not gone, f"{gone} stand in LAYERS, but there are no such files"


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module):
    # The package's own names stand for any module: only the command, above all, may use them.
    own = imported(module)[0] - (set() if module not in COMMAND else {"__init__"})
    wrong = [name for name in own if ORDER.index(name) >= ORDER.index(module)]
    assert not wrong, f"{module} imports {wrong}, which stand at or below it"
    assert module in COMMAND or "__init__" not in own, f"{module} imports from the package itself"


@pytest.mark.parametrize("module", MODULES)
def test_heavy_libraries_stay_in_their_files(module):
    own, libraries = imported(module)
    if module not in TORCH_FILES:
        assert "torch" not in libraries
    if module not in SKORCH_FILES:
        assert "skorch" not in libraries
    if module in TORCH_FILES:
        assert "sklearn" not in libraries
    if module in ONLY_TORCH_AND_NUMPY:
        assert libraries - sys.stdlib_module_names <= {"torch", "numpy"}
        assert own <= ONLY_TORCH_AND_NUMPY


@pytest.mark.parametrize("module", MODULES)
def test_a_file_tells_one_idea_in_300_lines(module):
    text = MODULES[module].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    summary = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    assert summary.endswith("."), "the first docstring line tells the file's idea"


@pytest.mark.parametrize("module", MODULES)
def test_no_type_hints(module):
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            hinted = node.returns or any(argument.annotation for argument in arguments)
            assert not hinted, f"{module}.{node.name} has type hints"


def loaded_after(*modules):
    """Return the heavy libraries that a fresh Python has loaded after these imports, one by one."""
    code = f"""
import importlib, sys
for name in {modules}:
    importlib.import_module(name)
    print(name, *(library for library in {HEAVY} if library in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name: set(loaded) for name, *loaded in map(str.split, done.stdout.splitlines())}


def test_importing_the_package_and_its_command_loads_nothing_heavy():
    names = ["", ".ratings", ".consensus", ".cli"]
    light = [f"sklearn_raters{name}" for name in names]
    assert loaded_after(*light) == {name: set() for name in light}


def test_importing_any_module_but_those_of_torch_loads_nothing_heavy():
    modules = [f"sklearn_raters.{name}" for name in ORDER if name not in {"__init__", *TORCH_FILES}]
    # scikit-learn itself loads pandas where there is one.
    heavy = {name: loaded - {"pandas"} for name, loaded in loaded_after(*modules).items()}
    assert not {name for name in heavy if heavy[name]}, "import it where it is needed"


def test_every_public_name_is_lazy_and_real():
    for name in sklearn_raters.__all__:
        assert name in dir(sklearn_raters)
        assert getattr(sklearn_raters, name).__module__ == sklearn_raters._HOMES[name]
    with pytest.raises(AttributeError, match="no attribute 'Missing'"):
        _ = sklearn_raters.Missing
