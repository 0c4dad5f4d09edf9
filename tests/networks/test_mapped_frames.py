"""Frames on disk: the same models as from memory, without all frames in memory."""

import subprocess
import sys

import numpy as np
import pytest

from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.exceptions import InputError
from sklearn_raters.features import save_frames
from sklearn_raters.features._mapped import write_folder

RNG = np.random.default_rng(0)
TRUTH = np.repeat([0, 1], 20)
# Values that float16 holds exactly.
X = [np.float32(RNG.integers(-8, 9, size=(RNG.integers(2, 9), 4)) / 4 + 2 * label) for label in TRUTH]
Y = np.column_stack([TRUTH, TRUTH, RNG.permutation(TRUTH)])


def small(**settings):
    return BLSTMClassifier(
        dense_units=8, lstm_units=4, representation_units=8, max_epochs=3, random_state=0, **settings
    )


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize(
    ("model", "target"),
    [
        (small(), TRUTH),
        (small(early_stopping=True), TRUTH),
        (RaterNetClassifier(trunk="blstm", max_epochs=3, random_state=0), Y),
        (MultiRaterStackingClassifier(small(), random_state=0), Y),
        (MultiRaterStackingClassifier(small(), fusion="fine_tune", n_jobs=2, random_state=0), Y),
    ],
    ids=["BLSTM", "early stopping", "rater net", "stack", "joint"],
)
def test_frames_on_disk_train_the_same_model_as_in_memory(model, target, dtype, tmp_path):
    mapped = save_frames(X, tmp_path / "frames", dtype=dtype)
    expected = model.fit(X, target).predict_proba(X)
    np.testing.assert_array_equal(model.predict_proba(mapped), expected)
    np.testing.assert_array_equal(model.fit(mapped, target).predict_proba(mapped), expected)


def test_nan_on_disk_is_an_error_that_names_the_sample(tmp_path):
    samples = [np.array(sample) for sample in X]
    samples[7][1, 2] = np.nan
    with pytest.raises(InputError, match="NaN: sample 7, frame 1, feature 2"):
        small().fit(write_folder(samples, tmp_path / "frames", "float32", {"errors": {7: "broken"}}), TRUTH)


# 384 MB of frames; 38 MB may be allocated beyond what the libraries and a small fit take.
LARGE_FIT = """
import resource, sys
import numpy as np
from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier
from sklearn_raters.features import save_frames
from sklearn_raters.features._mapped import write_folder

rng = np.random.default_rng(0)
Y = rng.integers(2, size=(4000, 3))
Y[:, 0] = np.arange(4000) % 2

def clf():
    return MultiRaterStackingClassifier(
        BLSTMClassifier(dense_units=4, lstm_units=4, representation_units=4, max_epochs=1, random_state=0),
        views=["crowd_hard", "crowd_soft"], fusion="mean", random_state=0,
    )

def samples(length):
    for label in Y[:, 0]:
        yield rng.normal(label, size=(length, 400)).astype(np.float32)

small = save_frames(samples(2), sys.argv[1] + "/small")
clf().fit(small, Y).predict(small)
large = save_frames(samples(60), sys.argv[1] + "/large")
assert sum(sample.nbytes for sample in large) > 10 * 38 * 10**6
with open("/proc/self/status") as status:
    (used,) = [int(line.split()[1]) for line in status if line.startswith("VmData")]
limit = 1024 * used + 38 * 2**20
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
try:
    np.ones(60 * 2**20, np.uint8)
except MemoryError:
    print("limited")
print((clf().fit(large, Y).predict(large) == Y[:, 0]).mean())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit of Linux")
def test_a_fit_on_ten_times_more_frames_than_may_be_in_memory(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LARGE_FIT, str(tmp_path)], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    limited, share = done.stdout.split()
    assert limited == "limited"
    assert float(share) > 0.5
