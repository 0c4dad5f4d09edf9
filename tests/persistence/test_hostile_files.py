"""No model file runs anything: each one that is not sound is refused in one line, and nothing was done."""

import io
import json
import pickle
import time
import zipfile
import zlib

import joblib
import numpy as np
import pytest
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from sklearn_raters import BLSTMClassifier
from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence import load, save
from sklearn_raters.persistence._archive import pack, unpack

TABLE = np.array([[0.0], [1.0], [2.0], [3.0]])


class Runs:
    """Its pickle writes a file when it is read."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), "w")


@pytest.fixture
def mark(tmp_path):
    return tmp_path / "code was run"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model"


def saved(path, model=None):
    """Save a model and return the parts of its file."""
    save(LogisticRegression().fit(TABLE, [0, 0, 1, 1]) if model is None else model, path)
    return unpack(path)


def refused(path, match, mark=None):
    with pytest.raises(InputError, match=match) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert mark is None or not mark.exists()


def rewrite(path, parts):
    """Write parts with checksums that are right, as an attacker would."""
    path.write_bytes(pack(parts))


def edit(path, change):
    """Change the structure of a saved model."""
    parts = unpack(path)
    structure = json.loads(parts["structure.json"])
    change(structure)
    rewrite(path, {**parts, "structure.json": json.dumps(structure).encode()})


def nodes(structure):
    """Yield each node of a structure."""
    if isinstance(structure, dict):
        yield structure
        structure = list(structure.values())
    if isinstance(structure, list):
        for part in structure:
            yield from nodes(part)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_not_read(path, mark, protocol):
    path.write_bytes(pickle.dumps(Runs(mark), protocol))
    refused(path, "is not a model file", mark)


@pytest.mark.parametrize("compress", [0, 3, "gzip", "bz2", "xz"])
def test_a_file_of_joblib_is_not_read(path, mark, compress):
    joblib.dump(Runs(mark), path, compress=(compress, 3) if isinstance(compress, str) else compress)
    refused(path, "is not a model file", mark)


def test_a_model_file_of_the_earlier_format_is_told_by_name_and_not_read(path, mark):
    path.write_bytes(b"sklearn_raters model, format 2\n" + zlib.compress(pickle.dumps(Runs(mark))))
    refused(path, "has format 2, a pickle.*this version reads format 5.*[Tt]rain the model again", mark)


@pytest.mark.parametrize("part", ["structure.json", "arrays.safetensors", "README.md"])
def test_a_pickle_in_a_part_is_not_read(path, mark, part):
    parts = saved(path)
    rewrite(path, {**parts, part: pickle.dumps(Runs(mark))})
    if part == "README.md":  # it is for people, and never read
        load(path)
        assert not mark.exists()
    else:
        refused(path, part, mark)


@pytest.mark.parametrize("form", ["npy", "npz", "bin"])
def test_a_pickle_in_place_of_an_array_is_not_read(path, mark, form):
    from safetensors.numpy import load as read_tensors
    from safetensors.numpy import save as write_tensors

    parts = saved(path)
    tensors = read_tensors(parts["arrays.safetensors"])
    name = next(key for key in tensors if key.endswith("coef_.npy"))
    buffer = io.BytesIO()
    np.save(buffer, np.array([Runs(mark)], dtype=object), allow_pickle=True)
    del tensors[name]
    name = name.removesuffix("npy") + form
    tensors[f"{name}.bytes"] = np.frombuffer(buffer.getvalue(), dtype=np.uint8)
    rewrite(path, {**parts, "arrays.safetensors": write_tensors(tensors)})

    def rename(structure):
        for node in nodes(structure):
            if str(node.get("file")).endswith("coef_.npy"):
                node["file"] = name

    edit(path, rename)
    refused(path, "structure", mark)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("builtins", "eval"),
        ("builtins", "exec"),
        ("builtins", "getattr"),
        ("subprocess", "Popen"),
        ("joblib.memory", "Memory"),
        ("sklearn_raters.__main__", "main"),
        ("sklearn_raters.cli", "main"),
        ("sklearn.utils._testing", "TempMemmap"),
        ("sklearn.metrics.os", "system"),
        ("sklearn_raters.networks..os", "system"),
        ("torch", "load"),
        ("torch.hub", "load"),
        ("torch.nn.modules.module.torch", "load"),
        ("numpy", "load"),
        ("sklearn_raters._torch.skorch_net", "SequenceNet"),
        ("skorch.net", "NeuralNet"),
        ("sklearn_raters._torch.batches", "SequenceDataset"),
        ("sklearn.utils.parallel", "Parallel"),
        ("sklearn.datasets", "load_files"),
        ("sklearn.tree._splitter", "Splitter"),
        ("sklearn.tree._tree", "Tree"),
        ("sklearn.ensemble._hist_gradient_boosting.predictor", "TreePredictor"),
    ],
)
@pytest.mark.parametrize(
    "loader", ["ObjectNode", "TypeNode", "FunctionNode", "ConstructorFromReduceNode", "DictNode", "TreeNode"]
)
def test_a_class_that_is_not_trusted_is_refused_by_its_name(path, mark, module, name, loader):
    saved(path)

    def name_it(structure):
        inner = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": []}
        text = json.dumps(f"touch {mark}")
        string = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": text}
        inner["content"] = [string]
        bad = {"__class__": name, "__module__": module, "__loader__": loader, "content": inner}
        if loader == "DictNode":
            bad |= {"key_types": {**inner, "content": []}, "content": {}}
        if loader == "TreeNode":
            bad["__reduce__"] = {"args": inner}
        structure["content"]["content"]["hostile"] = bad

    edit(path, name_it)
    refused(path, f"{module}.{name}.*trusted=", mark)


@pytest.mark.parametrize(
    "loader", ["MethodNode", "PartialNode", "OperatorFuncNode", "NoSuchNode", None, 3, []]
)
def test_other_kinds_of_nodes_are_refused(path, loader):
    saved(path)

    def change(structure):
        node = {"__class__": "attrgetter", "__module__": "operator", "__loader__": loader}
        text = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": '"a"'}
        content = {"func": text, "obj": text, "args": text, "kwds": text, "namespace": text}
        structure["content"]["content"]["C"] = {**node, "content": content, "attrs": text}

    edit(path, change)
    refused(path, "structure|trusted")


def test_a_structure_nested_without_end_is_refused(path):
    parts = saved(path)
    rewrite(path, {**parts, "structure.json": b'{"a":' * 100_000 + b"1" + b"}" * 100_000})
    refused(path, "structure")
    node = {"__class__": "list", "__module__": "builtins", "__loader__": "CachedNode", "__id__": 1}
    saved(path)
    edit(path, lambda structure: structure["content"]["content"].update(C=dict(node)))
    refused(path, "structure")


def test_objects_that_hold_each_other_again_and_again_are_refused_at_once(path):
    saved(path)

    def nest(structure):
        node = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": []}
        for place in range(60):  # 2 ** 60 visits
            node = {**node, "content": [{**node, "__id__": 1000 + place}, {"__id__": 1000 + place}]}
        structure["content"]["content"]["C"] = node

    edit(path, nest)
    start = time.monotonic()
    refused(path, "again and again")
    assert time.monotonic() - start < 10


def write_zip(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)


@pytest.mark.parametrize(
    "name", ["../outside", "/tmp/outside", "a/../../outside", "C:\\outside", "more.json"]
)
def test_a_part_of_another_name_is_refused_and_nothing_is_unpacked(path, name):
    parts = saved(path)
    write_zip(path, [*parts.items(), (name, b"content")])
    before = sorted(path.parent.rglob("*"))
    refused(path, "outside|more.json")
    assert sorted(path.parent.rglob("*")) == before


def test_a_part_that_is_missing_is_named(path):
    parts = saved(path)
    for name in parts:
        write_zip(path, [pair for pair in parts.items() if pair[0] != name])
        refused(path, f"lacks.*{name}")


def test_a_part_that_occurs_twice_is_refused(path):
    parts = saved(path)
    with pytest.warns(UserWarning, match="Duplicate"):
        write_zip(path, [*parts.items(), ("structure.json", parts["structure.json"])])
    refused(path, "structure.json")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(path):
    parts = saved(path)
    parts["structure.json"] = bytes(200_000_000)
    write_zip(path, list(parts.items()), zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1_000_000
    refused(path, "compressed")


def test_parts_that_overlap_are_refused(path):
    # One stored part whose entry in the table of contents promises more than the file holds.
    content = pack(saved(path))
    place = content.rindex(b"PK\x01\x02")
    for start in (20, 24):  # sizes, as stored and as unpacked
        content = content[: place + start] + b"\xff\xff\xff\x7f" + content[place + start + 4 :]
    path.write_bytes(content)
    refused(path, "model")


def test_a_zip_of_something_else_is_no_model(path):
    write_zip(path, [("hello.txt", b"hello")])
    refused(path, "is not a model file|lacks")


def test_each_changed_byte_is_noticed(path):
    content = pack(saved(path))
    rng = np.random.default_rng(0)
    for place in [
        *range(120),
        *rng.integers(len(content), size=300),
        *range(len(content) - 150, len(content)),
    ]:
        changed = bytearray(content)
        changed[place] ^= 1 << rng.integers(8)
        path.write_bytes(changed)
        refused(path, "model")


@pytest.mark.parametrize("kept", [0, 1, 30, 200, -1, -30, -1000])
def test_a_file_that_is_cut_short_or_has_more_at_its_end_is_refused(path, kept):
    content = pack(saved(path))
    path.write_bytes(content[:kept])
    refused(path, "copy the file again|is not a model file")
    path.write_bytes(content + b"more")
    refused(path, "copy the file again|is not a model file")


def test_an_array_that_promises_more_than_it_holds_is_refused(path):
    parts = saved(path)
    header = json.dumps({"a": {"dtype": "F64", "shape": [10**15], "data_offsets": [0, 8]}}).encode()
    rewrite(path, {**parts, "arrays.safetensors": len(header).to_bytes(8, "little") + header + bytes(8)})
    refused(path, "arrays.safetensors")


def test_a_tree_that_points_outside_itself_is_refused(path):
    # scikit-learn follows the numbers in a tree without a check, into memory that is not the tree's.
    tree = DecisionTreeClassifier().fit(TABLE, [0, 0, 1, 1])
    save(tree, path)
    assert load(path).predict(TABLE).tolist() == [0, 0, 1, 1]
    for field, value in [("left_child", 10**6), ("right_child", 0), ("feature", 10**6), ("feature", -5)]:
        state = tree.tree_.__getstate__()
        state["nodes"] = state["nodes"].copy()
        state["nodes"][field][0] = value
        broken = DecisionTreeClassifier().fit(TABLE, [0, 0, 1, 1])
        broken.tree_.__setstate__(state)
        save(broken, path)
        refused(path, "tree")


@pytest.fixture(scope="module")
def forest():
    return RandomForestClassifier(3, random_state=0).fit(TABLE, [0, 0, 1, 1])


@pytest.mark.parametrize(
    ("array", "values", "message"),
    [
        ("nodes.sizes", [1, 2, 10**6], "other sizes"),
        ("nodes.sizes", [-1, 2, 3], "other sizes"),
        ("nodes.sizes", [9], "Wrong shape for value array"),
        ("nodes.rows.fields.left_child", [0], "other sizes|broadcast"),
        ("nodes.rows.fields.feature", [0, 0], "broadcast"),
        ("random_state.each", [1], "shorter"),
    ],
)
def test_trees_of_other_sizes_than_their_arrays_are_refused(forest, path, array, values, message):
    from safetensors.numpy import load as read_tensors
    from safetensors.numpy import save as write_tensors

    parts = saved(path, forest)
    tensors = read_tensors(parts["arrays.safetensors"])
    (name,) = [one for one in tensors if one.endswith(f".{array}.npy")]
    tensors[name] = np.array(values, dtype=tensors[name].dtype)
    rewrite(path, {**parts, "arrays.safetensors": write_tensors(tensors)})
    refused(path, message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda parts: parts.__setitem__(0, "os.system"), "'os.system' is no kind of tree"),
        (lambda parts: parts.__setitem__(0, "joblib.memory.Memory"), "no kind of tree"),
        (lambda parts: parts[2]["content"].__setitem__(0, "circle"), "cannot be made"),
        (lambda parts: parts[1]["content"].pop("tree_"), "cannot be made"),
    ],
)
def test_what_is_no_forest_is_not_made_into_one(forest, path, change, message):
    saved(path, forest)

    def alter(structure):
        for node in nodes(structure):
            if node.get("__class__") == "Trees":
                change(node["content"]["content"])

    edit(path, alter)
    refused(path, message)


def test_a_tree_with_more_outputs_than_it_has_classes_for_is_refused(forest, path):
    saved(path, forest)

    def alter(structure):
        for node in nodes(structure):
            content = node.get("content")
            if isinstance(content, dict) and "n_outputs" in content:
                content["n_outputs"]["content"]["same"] = 10**6

    edit(path, alter)
    refused(path, "numbers of classes for other outputs")


def test_records_of_a_form_that_no_tree_has_are_refused(forest, path):
    saved(path, forest)

    def alter(structure):
        for node in nodes(structure):
            content = node.get("content")
            if isinstance(content, dict) and "places" in content:
                content["size"] = 10**9

    edit(path, alter)
    refused(path, "nodes of a form that those of no tree have")


@pytest.mark.parametrize("estimator", [RandomForestClassifier(2), GradientBoostingClassifier(n_estimators=2)])
def test_trees_for_more_features_than_the_samples_have_are_refused(path, estimator):
    wide = np.hstack([np.zeros((4, 5)), TABLE])
    save(estimator.fit(wide, [0, 0, 1, 1]), path)
    assert load(path).predict(wide).tolist() == estimator.predict(wide).tolist()

    def narrow(structure):  # of the ensemble alone, or of all estimators
        for node in list(nodes(structure))[: None if "all" in path.name else 3]:
            content = node.get("content")
            if isinstance(content, dict) and "n_features_in_" in content:
                if "all" in path.name and isinstance(content["n_features_in_"], dict):  # of all trees
                    content["n_features_in_"]["content"]["same"] = 1
                else:
                    content["n_features_in_"] = 1

    edit(path, narrow)
    refused(path, "another number of features")
    path = path.with_name("all")
    save(estimator, path)
    edit(path, narrow)
    refused(path, "another number of features")


def test_boosted_trees_for_more_features_than_the_samples_have_are_refused(path):
    wide = np.hstack([np.zeros((40, 5)), np.repeat(TABLE, 10, axis=0)])
    model = HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=2).fit(wide, np.repeat([0, 1], 20))
    saved(path, model)

    def narrow(structure):
        structure["content"]["content"]["n_features_in_"] = 1

    edit(path, narrow)
    refused(path, "a feature that does not exist")


@pytest.mark.parametrize("key", ["schema.json.bytes", "../a.npy", "coef_.npy.bytes", "a"])
def test_an_array_of_a_name_that_is_taken_or_is_none_is_refused(path, key):
    from safetensors.numpy import load as read_tensors
    from safetensors.numpy import save as write_tensors

    parts = saved(path)
    tensors = read_tensors(parts["arrays.safetensors"])
    tensors[key] = np.zeros(3, dtype=np.uint8)
    rewrite(path, {**parts, "arrays.safetensors": write_tensors(tensors)})
    if key == "../a.npy":  # a name without a meaning: nothing is unpacked to a folder
        load(path)
        assert [*path.parent.iterdir()] == [path]
    else:
        refused(path, "no place for an array")


def test_a_function_of_the_users_own_runs_only_if_it_is_trusted(path):
    model = FunctionTransformer(refused)
    save(model.fit(TABLE), path)
    name = f"{refused.__module__}.refused"
    refused(path, f"{name}.*trusted=")
    assert load(path, trusted=[name]).func is refused
    assert load(path, trusted=[refused]).func is refused


def test_a_model_brings_no_folder_of_a_cache_with_it(path, tmp_path):
    # A cache holds pickles: whoever named its folder could run code at the next fit.
    model = FunctionTransformer()
    model.memory = str(tmp_path)
    save(model.fit(TABLE), path)
    assert load(path).memory is None
    saved(path, FunctionTransformer().fit(TABLE))

    def add(structure):
        text = json.dumps(str(tmp_path))
        content = structure["content"]["content"]
        content["memory"] = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode"}
        content["memory"]["content"] = text

    edit(path, add)
    assert load(path).memory is None


def test_a_network_runs_nothing_either(path, mark):
    model = BLSTMClassifier(
        dense_units=2, lstm_units=2, representation_units=2, max_epochs=1, random_state=0
    ).fit(TABLE, [0, 0, 1, 1])
    saved(path, model)

    def change(structure):
        for node in nodes(structure):
            if node.get("__class__") == "Linear":
                node.update(__class__="system", __module__="posix")

    edit(path, change)
    refused(path, "posix.system", mark)
