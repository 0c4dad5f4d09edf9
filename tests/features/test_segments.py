"""segment_audio: parts of a recording, of equal length or where somebody speaks."""

import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_raters.datasets import load_iemocap, make_rated_speech
from sklearn_raters.features import SAMPLING_RATE, is_silent, read_audio, segment_audio


@settings(max_examples=50)
@given(length=st.floats(0.06, 30), seconds=st.floats(0.01, 40))
def test_equal_segments_cover_the_recording_once(length, seconds):
    signal = np.full(round(length * SAMPLING_RATE), 0.1, dtype=np.float32)
    signal[::2] *= -1
    segments = segment_audio((signal, SAMPLING_RATE), seconds)
    np.testing.assert_array_equal(np.concatenate([segment.signal for segment in segments]), signal)
    assert segments[0].start == 0
    assert segments[-1].end == pytest.approx(length, abs=1e-4)
    sizes = [segment.end - segment.start for segment in segments]
    assert all(size == pytest.approx(max(seconds, 0.12), abs=1e-4) for size in sizes[:-1])
    assert sizes[-1] <= max(1.5 * max(seconds, 0.12), length) + 1e-3
    for one, two in pairwise(segments):
        assert one.end == two.start


def test_segments_without_sound_are_left_out():
    signal = np.zeros(4 * SAMPLING_RATE, dtype=np.float32)
    assert segment_audio((signal, SAMPLING_RATE), 1) == []
    assert segment_audio((signal, SAMPLING_RATE)) == []
    signal[SAMPLING_RATE : 2 * SAMPLING_RATE : 2] = 0.1
    (segment,) = segment_audio((signal, SAMPLING_RATE), 1)
    assert (segment.start, segment.end) == (1, 2)
    assert not is_silent(segment.signal)


def test_speech_is_found_between_pauses(tmp_path):
    corpus = load_iemocap(make_rated_speech(tmp_path / "made", n_sessions=1, n_utterances=12, random_state=0))
    spoken = [read_audio(path)[0] for path in corpus.X[:3]]
    pause = np.random.default_rng(0).normal(scale=1e-4, size=SAMPLING_RATE).astype(np.float32)
    signal = np.concatenate([part for one in spoken for part in (pause, one)])
    segments = segment_audio((signal, SAMPLING_RATE))
    assert len(segments) == 3
    start = 0
    for segment, one in zip(segments, spoken, strict=True):
        start += 1
        end = start + len(one) / SAMPLING_RATE
        assert start - 0.3 < segment.start < segment.end < end + 0.6
        start = end


def test_long_speech_is_cut(tmp_path):
    corpus = load_iemocap(make_rated_speech(tmp_path / "made", n_sessions=1, n_utterances=12, random_state=0))
    signal = np.tile(read_audio(corpus.X[0])[0], 40)[: 40 * SAMPLING_RATE]
    sizes = [segment.end - segment.start for segment in segment_audio((signal, SAMPLING_RATE))]
    assert max(sizes) <= 15
    assert sum(sizes) > 30


def test_a_missing_detector_is_told_with_the_way_without_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "webrtcvad", None)
    with pytest.raises(ImportError, match=r"pip install 'sklearn-raters\[speech\]', or give the length"):
        segment_audio((np.full(16000, 0.1), 16000))


def test_a_length_must_be_above_zero():
    with pytest.raises(ValueError, match="'seconds' parameter of segment_audio"):
        segment_audio((np.full(16000, 0.1), 16000), 0)
