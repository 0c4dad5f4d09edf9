"""RaterNetClassifier with trunks and rater models that a user defines."""

import random

import joblib
import numpy as np
import pytest
import torch

from made import as_sequences, make_rated
from made import quick_rater_net as quick
from sklearn_raters import (
    BLSTMClassifier,
    DeepEnsembleClassifier,
    SoftmaxLayerClassifier,
    networks,
)
from sklearn_raters.networks import RATER_MODELS, RaterModel

X, Y, _, _ = make_rated(n_raters=5)
UNSEEN = make_rated(300, seed=1)


def accuracy(clf):
    """Return the accuracy on samples that were not trained on; guessing has 0.33."""
    return (clf.predict(UNSEEN.X) == UNSEEN.truth).mean()


class LastFrame(torch.nn.Module):
    """A trunk for padded frames."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 5)

    def forward(self, frames, lengths):
        return self.layer(frames).cumsum(dim=1)[torch.arange(len(frames)), lengths - 1]


def test_a_users_trunk_is_copied_and_trained():
    torch.manual_seed(0)
    trunk = torch.nn.Sequential(torch.nn.Linear(4, 7), torch.nn.ReLU())
    before = trunk[0].weight.detach().clone()
    clf = quick(trunk=trunk).fit(X, Y)
    assert clf.transform(X).shape == (150, 7)
    assert accuracy(clf) > 0.75
    torch.testing.assert_close(trunk[0].weight, before)
    assert not torch.equal(clf.net_.module_.trunk.module[0].weight, before)


def test_a_users_trunk_gets_padded_frames_and_lengths_of_sequences():
    trunk, frames = LastFrame(), as_sequences(X)
    clf = quick(trunk=trunk, max_epochs=1, learning_rate=1e-12, dropout=0).fit(frames, Y)
    with torch.no_grad():
        expected = [
            trunk(torch.from_numpy(each)[None], torch.tensor([len(each)]))[0].numpy() for each in frames
        ]
    np.testing.assert_allclose(clf.transform(frames), expected, atol=1e-5)


def test_a_users_trunk_may_need_two_samples_in_a_batch():
    torch.manual_seed(0)
    trunk = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU())
    data = make_rated(129, n_raters=5)  # four batches of 32, and one sample
    assert accuracy(quick(trunk=trunk).fit(data.X, data.Y)) > 0.75


def test_a_users_trunk_may_draw_random_numbers_that_depend_on_the_seed_alone():
    trunk = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Dropout(0.5))
    first = quick(trunk=trunk).fit(X, Y).predict_proba(X)
    state = torch.get_rng_state()
    torch.manual_seed(99)
    again = quick(trunk=trunk).fit(X, Y)
    np.testing.assert_array_equal(again.predict_proba(X), first)
    torch.set_rng_state(state)


def test_a_trunk_trained_on_rows_raises_an_error_for_sequences():
    clf = quick(trunk=torch.nn.Linear(4, 8), max_epochs=1).fit(X, Y)
    with pytest.raises(ValueError, match="learnt from rows of a table; a sample has 4 frames"):
        clf.predict([np.repeat(row[None], 4, axis=0) for row in X])


def test_a_rater_model_may_be_given_as_a_class():
    expected = quick("geo_reg_f").fit(X, Y)
    clf = quick(RATER_MODELS["geo_reg_f"]).fit(X, Y)
    np.testing.assert_array_equal(clf.predict_proba(X), expected.predict_proba(X))
    np.testing.assert_array_equal(clf.rater_confusion_, expected.rater_confusion_)


class WithoutInitialValues(RaterModel):
    """A rater model that holds a parameter and does not set it."""

    def __init__(self, n_units, n_classes, n_raters, *, scale=1.0):
        super().__init__(n_units, n_classes, n_raters)
        self.scale = scale
        self.weight = torch.nn.Parameter(torch.empty(n_classes, n_classes))

    def rater_log_proba(self, units, sample, rater):
        return (self.consensus_log_proba(units)[sample] @ self.weight).log_softmax(dim=1)


class Scaled(WithoutInitialValues):
    def init_parameters(self, generator):
        with torch.no_grad():
            self.weight.copy_(self.scale * torch.eye(self.n_classes))


def test_a_users_rater_model_is_trained():
    clf = quick(Scaled).fit(X, Y)
    assert accuracy(clf) > 0.75
    assert not hasattr(clf, "rater_confusion")
    assert not hasattr(clf, "rater_confusion_")


def test_a_users_rater_model_gets_its_settings():
    clf = quick(Scaled, rater_params={"scale": 3.0}, max_epochs=1, learning_rate=1e-12).fit(X, Y)
    weight = clf.net_.module_.raters.weight.detach().numpy()
    np.testing.assert_allclose(weight, 3 * np.eye(3), atol=1e-6)
    with pytest.raises(ValueError, match=r"\['sale'\]; .* 'Scaled' has the settings \['scale'\]"):
        quick(Scaled, rater_params={"sale": 3.0})._check_settings()


def test_a_users_rater_model_must_define_the_raters_probabilities():
    class Incomplete(RaterModel):
        pass

    with pytest.raises(TypeError, match="rater model Incomplete must define rater_log_proba"):
        quick(Incomplete)._check_settings()


def test_a_users_rater_model_must_set_initial_values():
    with pytest.raises(TypeError, match=r"WithoutInitialValues.*\['weight'\].*init_parameters\(generator\)"):
        quick(WithoutInitialValues).fit(X, Y)


def test_a_users_rater_model_may_have_confusions_and_disagreement():
    class Constant(RaterModel):
        confusion_of = "rater"

        def rater_log_proba(self, units, sample, rater):
            return self.consensus_log_proba(units)[sample]

        def confusion(self, units):
            return torch.eye(self.n_classes).expand(len(units), self.n_raters, -1, -1)

        def disagreement(self, units):
            return torch.full((len(units),), 0.25)

    assert hasattr(quick(Constant), "rater_confusion")
    clf = quick(Constant, max_epochs=1).fit(X, Y)
    np.testing.assert_array_equal(clf.rater_confusion_, np.tile(np.eye(3), (5, 1, 1)))
    np.testing.assert_array_equal(clf.predict_disagreement(X), 0.25)


def test_rater_models_can_be_imported_from_networks():
    assert {"RaterModel", "RATER_MODELS"} <= set(dir(networks))
    assert all(issubclass(model, networks.RaterModel) for model in networks.RATER_MODELS.values())
    with pytest.raises(AttributeError, match="no attribute 'Missing'"):
        _ = networks.Missing


class Noisy(torch.nn.Module):
    """A trunk that draws from the global generators of torch, NumPy and Python."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 6)
        self.dropout = torch.nn.Dropout(0.5)

    def forward(self, rows):
        units = self.dropout(self.layer(rows).relu())
        if self.training:
            units = units + np.random.normal() + random.random()  # noqa: NPY002
        return units


class NoisySteps(torch.optim.Adamax):
    """An optimizer that adds noise."""

    def step(self, closure=None):
        super().step(closure)
        for group in self.param_groups:
            for weight in group["params"]:
                weight.data += 0.01 * torch.randn_like(weight)


class NoisyModel(RaterModel):
    """A rater model with torch's dropout."""

    def rater_log_proba(self, units, sample, rater):
        return self.output(torch.nn.functional.dropout(units, 0.5, self.training))[sample].log_softmax(dim=1)


def noisy_networks():
    torch.manual_seed(0)
    return {
        "trunk": quick(trunk=Noisy(), max_epochs=5),
        "rater model": quick(NoisyModel, max_epochs=5),
        "optimizer": quick(net_params={"optimizer": NoisySteps}, max_epochs=5),
    }


@pytest.mark.parametrize("kind", ["trunk", "rater model", "optimizer"])
def test_users_modules_that_draw_random_numbers_are_repeatable_in_threads(kind):
    net = noisy_networks()[kind]
    alone = DeepEnsembleClassifier(net, 4, random_state=0).fit(X, Y).predict_proba(X)
    states = torch.get_rng_state(), np.random.get_state()[1], random.getstate()  # noqa: NPY002
    with joblib.parallel_config("threading", n_jobs=4):
        together = DeepEnsembleClassifier(net, 4, random_state=0, n_jobs=4).fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(together, alone)
    assert torch.equal(torch.get_rng_state(), states[0])
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002
    assert random.getstate() == states[2]


class NoisyAlways(Noisy):
    """A trunk that draws at prediction too."""

    def forward(self, rows):
        return super().forward(rows) + torch.randn(()) + np.random.normal() + random.random()  # noqa: NPY002


def test_a_users_trunk_that_draws_at_prediction_predicts_the_same_again_and_in_threads():
    torch.manual_seed(0)
    net = quick(trunk=NoisyAlways(), max_epochs=2, random_state=0).fit(X, Y)
    expected, state = net.predict_proba_raters(X), torch.get_rng_state()
    np.random.normal()  # noqa: NPY002
    with joblib.parallel_config("threading", n_jobs=3):
        again = joblib.Parallel()(joblib.delayed(net.predict_proba_raters)(X) for _ in range(3))
    for one in again:
        np.testing.assert_array_equal(one, expected)
    assert torch.equal(torch.get_rng_state(), state)
    other = quick(trunk=NoisyAlways(), max_epochs=2, random_state=1).fit(X, Y)
    assert not np.allclose(other.predict_proba_raters(X), expected)


FORMS = {
    "read-only": lambda table: np.frombuffer(table.tobytes(), table.dtype).reshape(table.shape),
    "reversed": lambda table: np.ascontiguousarray(table[::-1, ::-1])[::-1, ::-1],
    "columns first": np.asfortranarray,
    "other bytes": lambda table: table.astype(table.dtype.newbyteorder()),
    "every second": lambda table: np.repeat(table, 2, axis=1)[:, ::2],
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_arrays_of_every_layout_are_learnt_and_predicted_alike_without_a_warning(form):
    table, y = X[:40].astype(np.float32), np.repeat(["a", "b"], 20)
    frames = [np.tile(row, (2 + index % 3, 1)) for index, row in enumerate(table)]
    torch.manual_seed(0)
    own = {"table": quick(trunk=torch.nn.Linear(4, 5), max_epochs=1)}
    own["frames"] = quick(trunk=LastFrame(), max_epochs=1)
    nets = {"table": [quick(max_epochs=1), SoftmaxLayerClassifier(max_epochs=1, random_state=0)]}
    nets["frames"] = [BLSTMClassifier(max_epochs=1, random_state=0)]
    plain = {"table": table, "frames": frames}
    other = {"table": form(table), "frames": list(map(form, frames))}
    for kind in plain:
        for net in (own[kind], *nets[kind]):
            expected = net.fit(plain[kind], y).predict_proba(plain[kind])
            np.testing.assert_array_equal(net.fit(other[kind], y).predict_proba(other[kind]), expected)
