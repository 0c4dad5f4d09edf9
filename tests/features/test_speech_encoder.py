"""Frames of pretrained encoders equal those of transformers itself, on tiny models with random weights."""

import numpy as np
import pytest
import torch
import transformers
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from sklearn_raters import BLSTMClassifier, SpeechEncoderFrames
from sklearn_raters._torch.encoders import _batches
from sklearn_raters.exceptions import InputError, InputWarning

RATE = 16000
LENGTHS = (16000, 8000, 12345, 400, 20000)
SIZES = {
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "conv_dim": (4,) * 7,
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
}
WHISPER = {"d_model": 8, "encoder_layers": 2, "decoder_layers": 1, "encoder_ffn_dim": 16}
WHISPER |= {"decoder_ffn_dim": 16, "vocab_size": 9, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
WHISPER |= {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "decoder_start_token_id": 1}


def waves(mask):
    return transformers.Wav2Vec2FeatureExtractor(return_attention_mask=mask)


def make_models():
    """Yield (name, network, its preparation of signals)."""
    layers = {"feat_extract_norm": "layer", "do_stable_layer_norm": True}
    yield "wav2vec2", transformers.Wav2Vec2Model(transformers.Wav2Vec2Config(**SIZES)), waves(False)
    yield "large", transformers.Wav2Vec2Model(transformers.Wav2Vec2Config(**SIZES, **layers)), waves(True)
    yield "hubert", transformers.HubertModel(transformers.HubertConfig(**SIZES)), waves(False)
    yield "wavlm", transformers.WavLMModel(transformers.WavLMConfig(**SIZES)), waves(False)
    # As wavlm-base-plus has it: a mask, and normalisation of groups, which is over the whole signal.
    yield "groups", transformers.WavLMModel(transformers.WavLMConfig(**SIZES)), waves(True)
    conformer = transformers.Wav2Vec2ConformerConfig(**SIZES, **layers)
    yield "conformer", transformers.Wav2Vec2ConformerModel(conformer), waves(True)
    yield "data2vec", transformers.Data2VecAudioModel(transformers.Data2VecAudioConfig(**SIZES)), waves(True)
    whisper = transformers.WhisperModel(transformers.WhisperConfig(**WHISPER))
    yield "whisper", whisper, transformers.WhisperFeatureExtractor()


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Return a folder with a tiny model of each kind, in folders of their names."""
    folder = tmp_path_factory.mktemp("models")
    transformers.utils.logging.disable_progress_bar()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for name, network, prepare in make_models():
            network.save_pretrained(folder / name)
            prepare.save_pretrained(folder / name)
    return folder


@pytest.fixture(scope="module")
def recordings():
    rng = np.random.default_rng(0)
    return [(rng.normal(0, 0.1, length).astype(np.float32), RATE) for length in LENGTHS]


def expected(folder, recording, layer):
    """Return the hidden states of one recording by transformers alone."""
    prepare = transformers.AutoFeatureExtractor.from_pretrained(folder)
    network = transformers.AutoModel.from_pretrained(folder).eval()
    given = prepare(recording[0], sampling_rate=RATE, return_tensors="pt")
    encoder = network.get_encoder() if folder.name == "whisper" else network
    name = "input_features" if folder.name == "whisper" else "input_values"
    with torch.no_grad():
        states = torch.stack(encoder(given[name], output_hidden_states=True).hidden_states)[:, 0]
    if layer == "all":
        return np.concatenate(list(states.numpy()), axis=1)
    return (states.mean(dim=0) if layer == "mean" else states[layer]).numpy()


NAMES = ["wav2vec2", "large", "hubert", "wavlm", "groups", "conformer", "data2vec", "whisper"]


@pytest.mark.parametrize("name", NAMES)
def test_frames_of_many_recordings_are_those_of_each_one_by_transformers(models, recordings, name):
    for layer in ("mean", "all", 1, -1):
        frames = SpeechEncoderFrames(models / name, layer=layer).transform(recordings)
        for its_frames, recording in zip(frames, recordings, strict=True):
            right = expected(models / name, recording, layer)
            np.testing.assert_allclose(its_frames, right[: len(its_frames)], atol=1e-5)
            assert its_frames.dtype == np.float32
            # Whisper's states go on to 30 s of silence.
            assert len(its_frames) == (-(-len(recording[0]) // 320) if name == "whisper" else len(right))


def test_recordings_go_through_the_network_together_only_with_an_attention_mask(models, monkeypatch):
    rng = np.random.default_rng(0)
    recordings = [(rng.normal(0, 0.1, n).astype(np.float32), RATE) for n in rng.integers(400, 4000, 20)]
    given, forward = [], transformers.Wav2Vec2Model.forward

    def watched(network, values, **settings):
        given.append(len(values))
        return forward(network, values, **settings)

    monkeypatch.setattr(transformers.Wav2Vec2Model, "forward", watched)
    SpeechEncoderFrames(models / "large").transform(recordings)
    assert sum(given) == 20
    assert len(given) <= 2
    given.clear()
    SpeechEncoderFrames(models / "wav2vec2").transform(recordings)
    assert given == [1] * 20


def test_recordings_of_similar_length_share_a_batch_so_that_little_is_padding():
    lengths = np.random.default_rng(0).lognormal(11, 0.6, 2000).astype(int)  # 4 s, from 0.5 to 30
    signals = [range(length) for length in lengths]
    batches = [*_batches(np.argsort(lengths, kind="stable"), signals)]
    assert sorted(row for rows in batches for row in rows) == [*range(2000)]
    values = [len(rows) * lengths[rows].max() for rows in batches]
    assert max(values) <= 32 * RATE
    assert len(batches) < 500
    assert 1 - lengths.sum() / sum(values) < 0.02
    # In the order that they are given, padding would be a multiple of it.
    as_given = [*_batches(np.arange(2000), signals)]
    assert 1 - lengths.sum() / sum(len(rows) * lengths[rows].max() for rows in as_given) > 0.2


def test_whisper_takes_long_recordings_in_windows_of_30_seconds(models):
    rng = np.random.default_rng(0)
    first, rest = (rng.normal(0, 0.1, seconds * RATE).astype(np.float32) for seconds in (30, 1))
    encoder = SpeechEncoderFrames(models / "whisper")
    together = encoder.transform([(np.concatenate([first, rest]), RATE)])[0]
    parts = encoder.transform([(first, RATE), (rest, RATE)])
    np.testing.assert_allclose(together, np.concatenate(parts), atol=1e-5)
    assert len(together) == 31 * 50


def test_half_precision_is_near(models, recordings):
    exact = SpeechEncoderFrames(models / "large").transform(recordings)[0]
    half = SpeechEncoderFrames(models / "large", precision="bfloat16").transform(recordings)[0]
    assert half.dtype == np.float32
    assert 0 < np.abs(half - exact).mean() < 0.1 * exact.std()


def test_frames_are_cached_by_model_and_layer(models, recordings, tmp_path, monkeypatch):
    encoder = SpeechEncoderFrames(models / "hubert", memory=tmp_path)
    frames = encoder.transform(recordings)
    monkeypatch.setattr("sklearn_raters._torch.encode_speech", None)
    for again, first in zip(clone(encoder).transform(recordings), frames, strict=True):
        np.testing.assert_array_equal(again, first)
    for other in (clone(encoder).set_params(layer=1), clone(encoder).set_params(model=models / "wavlm")):
        with pytest.raises(TypeError, match="NoneType"):
            other.transform(recordings)


def test_a_model_saved_again_into_its_folder_gives_its_own_frames(recordings, tmp_path):
    folder, encoder = tmp_path / "model", SpeechEncoderFrames(tmp_path / "model", memory=tmp_path / "cache")
    for n_units in (8, 8, 16):
        network = transformers.HubertModel(transformers.HubertConfig(**{**SIZES, "hidden_size": n_units}))
        network.save_pretrained(folder)
        waves(False).save_pretrained(folder)
        for _ in range(2):  # the second time from the cache
            frames = encoder.transform(recordings[:1])[0]
            np.testing.assert_allclose(frames, expected(folder, recordings[0], "mean"), atol=1e-5)


def test_frames_are_kept_on_disk(models, recordings, tmp_path):
    encoder = SpeechEncoderFrames(models / "hubert", out=tmp_path, dtype="float16")
    frames = encoder.transform(recordings)
    assert isinstance(frames[0], np.memmap)
    exact = SpeechEncoderFrames(models / "hubert").transform(recordings)
    np.testing.assert_allclose(frames[2], exact[2], atol=2e-3)
    assert next(tmp_path.iterdir()).name.startswith("hubert-float16-")


def test_a_broken_recording_is_skipped_and_named(models, recordings):
    encoder = SpeechEncoderFrames(models / "hubert", on_error="skip")
    with pytest.warns(InputWarning, match="1 of 3"):
        frames = encoder.transform([recordings[0], (np.ones(399, np.float32), RATE), recordings[1]])
    assert list(encoder.errors_) == [1]
    assert "too short for one window of 25 ms" in encoder.errors_[1]
    assert frames[1].shape == (1, 8)
    np.testing.assert_allclose(frames[2], expected(models / "hubert", recordings[1], "mean"), atol=1e-5)


def test_a_pipeline_learns_from_an_encoder(models, recordings):
    net = BLSTMClassifier(dense_units=4, lstm_units=3, max_epochs=2, random_state=0)
    pipeline = make_pipeline(SpeechEncoderFrames(models / "hubert"), net).fit(recordings, [0, 1, 0, 1, 0])
    assert pipeline.predict_proba(recordings).shape == (5, 2)


def test_names_of_features_count_the_units(models):
    names = SpeechEncoderFrames(models / "hubert").get_feature_names_out()
    assert names.tolist() == [f"hubert_{unit}" for unit in range(8)]


def test_models_that_cannot_be_used_are_refused_in_one_line(models, recordings, tmp_path):
    with pytest.raises(InputError, match=r"layer=3 is not one of the 3 hidden states of .*: give 0 to 2"):
        SpeechEncoderFrames(models / "hubert", layer=3).transform(recordings)
    with pytest.raises(InputError, match=r"cannot be loaded: .* Give a folder that holds a model"):
        SpeechEncoderFrames(tmp_path).transform(recordings)
    bert = transformers.BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1)
    bert.save_pretrained(tmp_path / "bert")
    with pytest.raises(InputError, match="of the type 'bert', which does not take waveforms"):
        SpeechEncoderFrames(tmp_path / "bert").transform(recordings)


def test_a_hub_that_cannot_be_reached_is_named(recordings, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(InputError, match=r"'nobody/nothing' cannot be loaded: .* where that can be reached"):
        SpeechEncoderFrames("nobody/nothing").transform(recordings)
