"""Evaluation on speakers who are well known, and on the same recordings as if by new ones."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_raters import SpeakerScaler
from sklearn_raters.cli._front_end import Features
from sklearn_raters.cli._output import print_comparison
from sklearn_raters.model_selection import compare

SPEAKERS = np.repeat(["ann", "bob", "cleo", "dan"], 6)
FOLDS = [(np.flatnonzero(name != SPEAKERS), np.flatnonzero(name == SPEAKERS)) for name in np.unique(SPEAKERS)]


@pytest.fixture(scope="module", params=[list, np.array], ids=["frames", "table"])
def X(request):
    """Features of which each speaker has a level, as frames or as rows of a table."""
    rng = np.random.default_rng(0)
    level = 3 * np.repeat(rng.normal(size=(4, 2)), 6, axis=0)
    frames = level[:, None] + rng.normal(size=(24, 5, 2))
    return list(frames) if request.param is list else frames.mean(axis=1)


def test_each_recording_is_also_scaled_as_the_only_one_of_a_speaker_outside_the_training_part(X):
    features = Features.scaled(X, SPEAKERS, FOLDS)
    known = SpeakerScaler().fit_transform(X, speakers=SPEAKERS)
    np.testing.assert_array_equal(np.asarray(features.X), np.asarray(known))
    (new,) = features.conditions.values()
    for train, test in FOLDS:
        scaler = SpeakerScaler().fit([X[row] for row in train], speakers=SPEAKERS[train])
        for row in test:
            (alone,) = scaler.transform([X[row]])
            np.testing.assert_allclose(new[row], alone, rtol=1e-5, atol=1e-6)
    # Neither what a speaker's own level leaves, nor the same for all of them.
    assert not np.allclose(np.asarray(new), np.asarray(known), atol=0.1)


def test_unknown_speakers_have_no_second_setting(X):
    assert Features.scaled(X, None, FOLDS).conditions == {}


def test_the_table_has_a_column_for_new_speakers(capsys):
    rng = np.random.default_rng(1)
    y = np.tile(["calm", "sad"], 12)
    features = Features.scaled(rng.normal(size=(24, 2)) + (y == "sad")[:, None], SPEAKERS, FOLDS)
    models = {"logistic": (LogisticRegression(), features.X, features.conditions)}
    table = compare(models, features.X, np.column_stack([y, y]), cv=FOLDS, baseline=None)
    right = []
    for train, test in FOLDS:
        model = LogisticRegression().fit(features.X[train], y[train])
        right.append(model.predict(features.conditions["new_speaker"][test]) == y[test])
    # Both classes have as many samples, so that UAR is accuracy.
    assert table.loc["logistic", "uar_new_speaker"] == pytest.approx(np.mean(right))
    print_comparison(table, "UAR")
    printed = capsys.readouterr().out
    assert "speaker" in printed
    assert f"{100 * np.mean(right):.1f}" in printed
