"""Front ends of audio are saved with their settings, and the card names their licence."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters import OpenSmileFrames, OpenSmileFunctionals, SpectralFrames, SpectralFunctionals
from sklearn_raters.persistence import load, save
from sklearn_raters.persistence._archive import unpack

RNG = np.random.default_rng(0)
AUDIO = [(RNG.normal(scale=0.1, size=16000), 16000) for _ in range(4)]


@pytest.mark.parametrize(
    "transformer",
    [OpenSmileFrames(), OpenSmileFunctionals("eGeMAPSv02"), SpectralFrames(), SpectralFunctionals()],
)
def test_a_front_end_computes_the_same_after_it_was_loaded(transformer, tmp_path):
    save(transformer.set_params(memory=str(tmp_path)), tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert loaded.memory is None
    expected, found = transformer.set_params(memory=None).transform(AUDIO), loaded.transform(AUDIO)
    assert all(np.array_equal(one, other) for one, other in zip(expected, found, strict=True))


def test_the_card_of_a_pipeline_holds_the_front_end_and_its_licence(tmp_path):
    path = tmp_path / "model"
    pipeline = make_pipeline(OpenSmileFunctionals("eGeMAPSv02"), StandardScaler(), LogisticRegression())
    save(pipeline.fit(AUDIO, [0, 1, 0, 1]), path)
    assert np.array_equal(load(path).predict_proba(AUDIO), pipeline.predict_proba(AUDIO))
    card = unpack(path)["README.md"].decode()
    assert "- `OpenSmileFunctionals(feature_set='eGeMAPSv02')`\n- `StandardScaler()`" in card
    assert "audEERING Research License" in card
    assert "Apache" not in card


def test_the_card_of_spectral_features_says_that_products_may_use_them(tmp_path):
    pipeline = make_pipeline(SpectralFunctionals(), StandardScaler(), LogisticRegression())
    save(pipeline.fit(AUDIO, [0, 1, 0, 1]), tmp_path / "model")
    assert np.array_equal(load(tmp_path / "model").predict_proba(AUDIO), pipeline.predict_proba(AUDIO))
    card = unpack(tmp_path / "model")["README.md"].decode()
    assert "under the Apache License 2.0: products may use them" in card
    assert "openSMILE" not in card
