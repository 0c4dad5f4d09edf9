"""The layout of the package: folders and their faces, one direction of imports, short files."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import sklearn_raters

PACKAGE = Path(__file__).resolve().parents[1] / "sklearn_raters"
FILES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
FOLDERS = {path.partition("/")[0] for path in FILES if "/" in path}

# Rooms (folders, and files at the top) from the ground up: a room imports only from layers above its line.
LAYERS = [
    ["_optional", "exceptions"],
    ["_align", "_files", "_forms"],
    ["_parallel", "_sklearn_compat", "ratings", "sequences", "_torch"],
    ["_nested", "_seeds", "_targets", "consensus"],
    ["_inner_splits", "_rated", "datasets", "features", "metrics"],
    ["networks", "plots", "soft_targets"],
    ["report", "stacking"],
    ["model_selection", "persistence"],
    ["calibration", "cli", "estimator_checks", "guide"],
    ["__init__", "__main__"],
]
LAYER = {room: number for number, rooms in enumerate(LAYERS) for room in rooms}

HEAVY = ["torch", "skorch", "opensmile", "matplotlib", "pandas"]
# The only places that import a library, or private names of one.
HOMES = {"torch": "_torch/", "skorch": "_torch/", "opensmile": "features/", "matplotlib": "plots/"}
PRIVATE_SKLEARN = "_sklearn_compat.py"


@cache
def tree_of(path):
    """Return the syntax tree of a file, which several tests read."""
    return ast.parse(FILES[path].read_text(encoding="utf-8"))


def room_of(path):
    return path.partition("/")[0].removesuffix(".py")


def imports(path):
    """Yield (line, module, names) of every import in a file, also in functions; `import a` has no names."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield node.lineno, node.module, [alias.name for alias in node.names]


def own_imports(path):
    """Yield (line, dotted path inside the package, names) of the imports from the package itself."""
    for line, module, names in imports(path):
        library, _, inside = module.partition(".")
        if library != "sklearn_raters":
            continue
        if inside:
            yield line, inside, names
        else:
            yield from ((line, name if name in LAYER else "__init__", []) for name in names)


def face_of(folder):
    """Return the names that a folder offers: its `__all__`."""
    for node in tree_of(f"{folder}/__init__.py").body:
        if isinstance(node, ast.Assign) and [getattr(name, "id", "") for name in node.targets] == ["__all__"]:
            return ast.literal_eval(node.value)
    return []


def test_the_top_holds_few_rooms_each_in_one_layer():
    rooms = {room_of(path) for path in FILES}
    assert len(rooms) <= 32
    assert len(LAYERS) <= 10
    assert sorted(LAYER) == sorted(rooms), "give a new room its layer, take out one that is gone"


@pytest.mark.parametrize("path", FILES)
def test_a_room_imports_from_lower_layers_only(path):
    room = room_of(path)
    for line, module, _ in own_imports(path):
        other = module.partition(".")[0]
        # The command line asks for the version.
        allowed = other == room or (room, other) == ("cli", "__init__") or LAYER[other] < LAYER[room]
        assert allowed, f"{path}:{line} imports {other}, which is not below {room}"


@pytest.mark.parametrize("path", FILES)
def test_a_folder_takes_from_another_only_what_its_face_offers(path):
    for line, module, names in own_imports(path):
        other, _, inside = module.partition(".")
        if other == room_of(path) or other not in FOLDERS:
            continue
        assert not inside, f"{path}:{line} reaches into {module}: import from sklearn_raters.{other}"
        missing = set(names) - set(face_of(other))
        assert not missing, f"{path}:{line} imports {missing}, which sklearn_raters.{other} does not offer"


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_files_of_a_folder_import_each_other_in_no_circle(folder):
    inside = {path for path in FILES if path.startswith(f"{folder}/") and not path.endswith("__init__.py")}
    arrows = {
        path: {
            f"{module.replace('.', '/')}.py"
            for _, module, _ in own_imports(path)
            if f"{module.replace('.', '/')}.py" in inside
        }
        for path in inside
    }
    while arrows:
        ground = {path for path, targets in arrows.items() if not targets & set(arrows)}
        assert ground, f"a circle of imports among {sorted(arrows)}"
        arrows = {path: targets for path, targets in arrows.items() if path not in ground}


@pytest.mark.parametrize("path", FILES)
def test_heavy_libraries_are_imported_in_one_folder_only(path):
    for line, module, names in imports(path):
        library = module.partition(".")[0]
        home = HOMES.get(library, "")
        assert path.startswith(home), f"{path}:{line} imports {library}, which only {home} does"
        if path.startswith("_torch/"):
            assert library != "sklearn", f"{path}:{line}: _torch must not import scikit-learn"
        if library == "sklearn" and path != PRIVATE_SKLEARN:
            parts = [part for part in [*module.split("."), *names] if part.startswith("_")]
            assert not parts, f"{path}:{line} takes {parts} from scikit-learn: only {PRIVATE_SKLEARN} does"


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith("stacking/")])
def test_the_stack_does_not_import_torch(path):
    assert not [line for line, module, _ in own_imports(path) if module.startswith("_torch")]


def lines_of_code(path):
    """Count lines without blank ones and docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    skipped = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            skipped |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = FILES[path].read_text(encoding="utf-8").splitlines()
    return sum(bool(line.strip()) for number, line in enumerate(lines, 1) if number not in skipped)


@pytest.mark.parametrize("path", FILES)
def test_a_file_has_a_summary_and_about_200_lines_of_code(path):
    assert lines_of_code(path) <= 220
    summary = (ast.get_docstring(tree_of(path)) or "").partition("\n")[0]
    assert summary.endswith("."), "the first docstring line must be a sentence"


@pytest.mark.parametrize("path", FILES)
def test_functions_have_no_type_hints(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            hinted = node.returns or any(argument.annotation for argument in arguments)
            assert not hinted, f"{path}: {node.name} has type hints"


@pytest.mark.parametrize("path", FILES)
def test_no_function_takes_classes_or_a_label_map_beside_ratings(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef) and path != "ratings/_task.py":
            names = {argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]}
            triple = names & {"Y", "y", "votes"} and {"classes", "label_map"} <= names
            assert not triple, f"{path}: {node.name} takes what a Task holds"


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
    light = [f"sklearn_raters{name}" for name in ["", ".ratings", ".consensus", ".cli"]]
    assert loaded_after(*light) == {name: set() for name in light}


def test_importing_any_room_but_torchs_loads_nothing_heavy():
    rooms = [f"sklearn_raters.{room}" for room in LAYER if room not in ("_torch", "__init__", "__main__")]
    # scikit-learn itself loads pandas where there is one.
    heavy = {name: loaded - {"pandas"} for name, loaded in loaded_after(*rooms).items()}
    assert not {name: loaded for name, loaded in heavy.items() if loaded}, "import it where it is needed"


def test_every_public_name_is_lazy_and_real():
    for name in sklearn_raters.__all__:
        assert name in dir(sklearn_raters)
        assert getattr(sklearn_raters, name).__module__.startswith(sklearn_raters._HOMES[name])
    with pytest.raises(AttributeError, match="no attribute 'Missing'"):
        _ = sklearn_raters.Missing
