"""Batches: their samples, the order of samples, and the parts of a batch."""

import numpy as np
import pytest
import torch

from sklearn_raters._torch.batches import (
    TRAINING_FRAMES_AT_ONCE,
    LengthBatches,
    SequenceDataset,
    cut_batch,
)
from sklearn_raters.features import save_frames
from sklearn_raters.sequences import Sequences, pack

rng = np.random.default_rng(0)
LENGTHS = rng.integers(1, 13, size=60)
SEQUENCES = Sequences(rng.normal(size=(LENGTHS.sum(), 3)).astype(np.float32), LENGTHS)
SOFT = rng.dirichlet(np.ones(3), size=60)


@pytest.mark.parametrize("seed", range(5))
def test_parts_are_small_and_make_up_the_batch(seed):
    rng = np.random.default_rng(seed)
    drawn = rng.integers(1, 2 * TRAINING_FRAMES_AT_ONCE, size=40) // rng.integers(1, 40, size=40)
    lengths = torch.from_numpy(np.sort(drawn)).clamp(min=1).flip(0)
    frames = torch.rand(40, int(lengths[0]), 2)
    parts = cut_batch({"frames": frames, "lengths": lengths}, 6)
    torch.testing.assert_close(torch.cat([part["lengths"] for part in parts]), lengths)
    start = 0
    for part in parts:
        n_samples, n_frames, _ = part["frames"].shape
        assert n_frames == part["lengths"].max()
        assert n_samples == 1 or (n_samples <= 6 and n_samples * n_frames <= TRAINING_FRAMES_AT_ONCE)
        torch.testing.assert_close(part["frames"], frames[start : start + n_samples, :n_frames])
        start += n_samples


def test_batches_hold_every_sample_once_longest_first():
    dataset = SequenceDataset(SEQUENCES, SOFT)
    for rng in (None, np.random.default_rng(0)):
        batches = LengthBatches(dataset, 16, rng).order()
        assert [len(batch) for batch in batches] == [16, 16, 16, 12]
        assert sorted(np.concatenate(batches)) == list(range(60))
        for batch in batches:
            assert (np.diff(LENGTHS[batch]) <= 0).all()


@pytest.mark.parametrize(
    ("size", "sizes"), [(59, [60]), (1, [1] * 60), (20, [20, 20, 20]), (29, [29, 29, 2])]
)
def test_no_training_batch_has_a_single_sample(size, sizes):
    dataset = SequenceDataset(SEQUENCES, SOFT)
    batches = LengthBatches(dataset, size, np.random.default_rng(0)).order()
    assert [len(batch) for batch in batches] == sizes
    assert sorted(np.concatenate(batches)) == list(range(60))
    for batch in batches:
        assert (np.diff(LENGTHS[batch]) <= 0).all()


def test_batches_of_training_are_random_and_differ_by_epoch():
    iterator = LengthBatches(SequenceDataset(SEQUENCES, SOFT), 16, np.random.default_rng(0))
    first, second = ([sorted(batch) for batch in iterator.order()] for _ in range(2))
    assert first != second
    # A batch of samples of similar length would have a far smaller spread.
    assert np.mean([LENGTHS[batch].std() for batch in first]) > 0.7 * LENGTHS.std()


@pytest.mark.parametrize("values_at_once", [1, 100, 10**6])
def test_rows_collected_for_many_batches_are_the_rows_of_each_batch(values_at_once, monkeypatch):
    monkeypatch.setattr("sklearn_raters._torch.batches.VALUES_AT_ONCE", values_at_once)
    table = Sequences(rng.normal(size=(60, 3)).astype(np.float32), np.ones(60, dtype=int))
    dataset = SequenceDataset(table, SOFT)
    order = LengthBatches(dataset, 8, np.random.default_rng(0)).order()
    for indices, (batch, targets) in zip(order, dataset.batches(order), strict=True):
        expected, of_samples = dataset.batch(torch.from_numpy(indices))
        torch.testing.assert_close(batch, expected)
        torch.testing.assert_close(targets, of_samples)


@pytest.mark.parametrize("longest", [1, 9])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_batches_of_memory_mapped_samples_are_those_of_the_same_samples_in_memory(dtype, longest, tmp_path):
    rng = np.random.default_rng(0)
    samples = [rng.normal(size=(rng.integers(1, longest + 1), 3)).astype(dtype) for _ in range(40)]
    mapped = save_frames(samples, tmp_path / "frames", dtype=dtype)
    targets = np.arange(40.0)
    found, expected = (
        list(LengthBatches(SequenceDataset(pack(X), targets), 7, np.random.default_rng(0)))
        for X in (mapped, samples)
    )
    for (batch, its_targets), (other, others_targets) in zip(found, expected, strict=True):
        assert torch.equal(batch["frames"], other["frames"])
        assert torch.equal(batch["lengths"], other["lengths"])
        assert torch.equal(its_targets, others_targets)
