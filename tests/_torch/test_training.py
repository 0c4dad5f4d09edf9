"""Training: early stopping, Ctrl-C, and the settings of skorch."""

import os
import pickle
import signal

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, EarlyStopping

from made import as_sequences, make_rated, small_blstm
from sklearn_raters._torch import blstm, training
from sklearn_raters._torch.blstm import computes_bfloat16
from sklearn_raters._torch.modules import SoftCrossEntropy
from sklearn_raters.exceptions import InputWarning

DATA = make_rated(60)
NOISE = np.random.default_rng(0)
X = [frames + NOISE.normal(size=frames.shape).astype(np.float32) / 2 for frames in as_sequences(DATA.X)]
y, GROUPS = DATA.truth, np.arange(60) // 6


@pytest.fixture(scope="module")
def fitted():
    return small_blstm().fit(X, y)


class Validation(Callback):
    """Record the samples of the validation part."""

    def on_train_begin(self, net, X=None, **kwargs):
        self.train_, self.valid_ = X, net.train_split(X)[1]


class Loss(Callback):
    """Measure the loss of the returned net on the validation part."""

    def on_train_end(self, net, X=None, **kwargs):
        valid = net.train_split(X)[1]
        batch, targets = valid.batch(torch.arange(len(valid)))
        with torch.inference_mode():
            self.loss_ = SoftCrossEntropy()(net.module_.eval()(**batch), targets).item()


def test_early_stopping_holds_out_whole_groups():
    # The last feature is the group.
    marked = [np.c_[frames, np.full(len(frames), group)] for frames, group in zip(X, GROUPS, strict=True)]
    seen = Validation()
    clf = small_blstm(early_stopping=True, validation_fraction=0.3, net_params={"callbacks": [seen]})
    clf.fit(marked, y, groups=GROUPS)
    train, valid = (set(part.frames[:, 4].tolist()) for part in (seen.train_, seen.valid_))
    assert len(valid) == 3
    assert train | valid == set(range(10))
    assert not train & valid


def test_early_stopping_without_groups_holds_out_samples():
    seen = Validation()
    small_blstm(early_stopping=True, net_params={"callbacks": [seen]}).fit(X, y)
    assert (len(seen.train_), len(seen.valid_)) == (48, 12)


@pytest.mark.parametrize(
    "params",
    [
        {"learning_rate": 0.05, "max_epochs": 25, "n_iter_no_change": 4},
        {"learning_rate": 0.05, "max_epochs": 7, "n_iter_no_change": 30},
        # Improvements of less than 1e-4 count as well.
        {"learning_rate": 1e-7, "max_epochs": 8, "n_iter_no_change": 2, "dropout": 0.0},
    ],
    ids=["stopped", "ran out", "slow"],
)
def test_early_stopping_returns_the_best_epoch(params):
    measured = Loss()
    clf = small_blstm(early_stopping=True, **params, net_params={"callbacks": [measured]})
    clf.fit(X, y, groups=GROUPS)
    losses = clf.net_.history[:, "valid_loss"]
    best = int(np.argmin(losses))
    assert measured.loss_ == pytest.approx(losses[best], abs=1e-6)
    assert clf.n_iter_ == len(losses)
    if len(losses) < params["max_epochs"]:
        assert len(losses) - 1 - best == params["n_iter_no_change"]
    else:
        assert len(losses) - 1 - best < params["n_iter_no_change"]


def test_one_group_cannot_be_held_out():
    with pytest.raises(ValueError, match=r"At least two groups .*early_stopping=False"):
        small_blstm(early_stopping=True).fit(X, y, groups=np.zeros(len(X)))


def test_groups_without_early_stopping_change_nothing(fitted):
    got = small_blstm().fit(X, y, groups=np.zeros(len(X)))
    np.testing.assert_allclose(got.predict_proba(X), fitted.predict_proba(X), atol=1e-6)


class CtrlC(Callback):
    """Send SIGINT, as Ctrl-C does, in the second epoch."""

    def on_epoch_begin(self, net, **kwargs):
        if len(net.history) == 2:
            os.kill(os.getpid(), signal.SIGINT)


class Stop(Callback):
    """Stop the training after the second epoch, as callbacks of skorch do."""

    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 2:
            raise KeyboardInterrupt


@pytest.mark.parametrize("early_stopping", [False, True])
def test_ctrl_c_raises_keyboard_interrupt_in_fit(early_stopping):
    clf = small_blstm(early_stopping=early_stopping, net_params={"callbacks": [CtrlC()]})
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y)
    assert not hasattr(clf, "net_")


def test_ctrl_c_ends_fit_with_a_users_own_signal_handler():
    def handler(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            small_blstm(net_params={"callbacks": [CtrlC()]}).fit(X, y)
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_torch_computes_raises_keyboard_interrupt_in_fit():
    class Timer(Callback):
        """Send SIGINT while torch computes, some time after the training began."""

        def on_train_begin(self, net, **kwargs):
            signal.setitimer(signal.ITIMER_REAL, 0.1)

    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            small_blstm(max_epochs=10_000, net_params={"callbacks": [Timer()]}).fit(X, y)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_callback_ends_training_by_raising_keyboard_interrupt():
    clf = small_blstm(net_params={"callbacks": [Stop()]}).fit(X, y)
    assert clf.n_iter_ == 2
    expected = small_blstm(max_epochs=2).fit(X, y)
    np.testing.assert_array_equal(clf.predict_proba(X), expected.predict_proba(X))


def test_skorchs_early_stopping_ends_the_training():
    stopping = EarlyStopping(monitor="train_loss", patience=2, threshold=1e9, threshold_mode="abs")
    clf = small_blstm(max_epochs=30, net_params={"callbacks": [("mine", stopping)]}).fit(X, y)
    assert clf.n_iter_ == 3


def test_net_params_reach_skorch():
    clf = small_blstm(net_params={"optimizer__weight_decay": 0.5}).fit(X, y)
    assert clf.net_.optimizer_.param_groups[0]["weight_decay"] == 0.5
    assert clf.net_.history[:, "train_loss"][0] > 0


@pytest.mark.parametrize("name", ["max_epochs", "lr", "batch_size", "device", "verbose"])
def test_net_params_that_would_undo_a_parameter_are_refused(name):
    with pytest.raises(ValueError, match=f"net_params has '{name}', which would undo .*of the estimator"):
        small_blstm(net_params={name: 1}).fit(X, y)


def test_net_params_may_be_another_optimizer():
    clf = small_blstm(net_params={"optimizer": torch.optim.SGD, "optimizer__momentum": 0.9}).fit(X, y)
    assert isinstance(clf.net_.optimizer_, torch.optim.SGD)


def test_a_trained_net_holds_its_weights_once_and_no_moments_of_its_optimizer():
    fitted = small_blstm(dense_units=512, max_epochs=1).fit(X, y)
    weights = sum(weight.nbytes for weight in fitted.net_.module_.parameters())
    assert weights < len(pickle.dumps(fitted)) < 2 * weights


def test_the_callers_net_params_stay_as_they_are():
    params = {"callbacks": [("stop", Stop())]}
    small_blstm(early_stopping=True, net_params=params).fit(X, y)
    assert list(params) == ["callbacks"]
    assert len(params["callbacks"]) == 1


def test_verbose_prints_a_line_an_epoch(capsys):
    small_blstm(verbose=1, max_epochs=2).fit(X, y)
    assert "train_loss" in capsys.readouterr().out
    small_blstm(max_epochs=2).fit(X, y)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_number_of_threads_changes_no_result(dropout):
    """The parts of a batch run in parallel, each with its own seed of dropout."""
    probabilities = []
    n_threads = torch.get_num_threads()
    try:
        for number in (1, 2, 3):
            torch.set_num_threads(number)
            probabilities.append(small_blstm(dropout=dropout).fit(X, y).predict_proba(X))
            assert torch.get_num_threads() == number
    finally:
        torch.set_num_threads(n_threads)
    np.testing.assert_allclose(probabilities[1], probabilities[0], rtol=0, atol=1e-6)
    np.testing.assert_allclose(probabilities[2], probabilities[0], rtol=0, atol=1e-6)


@pytest.mark.skipif(not computes_bfloat16("cpu"), reason="this processor has no LSTMs in bfloat16")
def test_bfloat16_gives_the_same_up_to_its_precision():
    full, short = (small_blstm(precision=name).fit(X, y) for name in ("float32", "bfloat16"))
    losses = [np.array(clf.net_.history[:, "train_loss"]) for clf in (full, short)]
    assert 0 < np.abs(losses[0] - losses[1]).max() < 0.01
    proba, rounded = full.predict_proba(X), short.predict_proba(X)
    assert 0 < np.abs(proba - rounded).max() < 0.05
    assert short.transform(X).dtype == np.float32
    np.testing.assert_allclose(rounded.sum(axis=1), 1, atol=1e-12)


def test_a_processor_without_bfloat16_computes_in_float32_and_says_so(monkeypatch):
    monkeypatch.setattr(blstm, "computes_bfloat16", lambda kind: False)
    monkeypatch.setattr(training, "computes_bfloat16", lambda kind: False)
    with pytest.warns(InputWarning, match="cannot compute LSTMs in bfloat16, so .* in float32"):
        short = small_blstm(precision="bfloat16").fit(X, y)
    np.testing.assert_array_equal(short.predict_proba(X), small_blstm().fit(X, y).predict_proba(X))


def test_whether_a_processor_has_bfloat16_leaves_the_callers_generator_alone():
    before = torch.get_rng_state()
    computes_bfloat16.__wrapped__("cpu")
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("setting", [{"callbacks": "disable"}, {"train_split": None}])
def test_settings_that_would_undo_early_stopping_are_errors(setting):
    with pytest.raises(ValueError, match=f"net_params has {next(iter(setting))}=.*early_stopping=False"):
        small_blstm(early_stopping=True, net_params=setting).fit(X, y, groups=GROUPS)
    assert small_blstm(net_params=setting).fit(X, y).n_iter_ == 4


class Rates(Callback):
    """Record the step size of each epoch."""

    def on_train_begin(self, net, **kwargs):
        self.rates_ = []

    def on_epoch_begin(self, net, **kwargs):
        self.rates_.append(net.optimizer_.param_groups[0]["lr"])


@pytest.mark.parametrize(
    ("schedule", "expected"), [("linear", [0.02, 0.015, 0.01, 0.005]), ("constant", [0.02] * 4)]
)
def test_the_linear_schedule_lowers_the_rate_in_equal_steps(schedule, expected):
    seen = Rates()
    small_blstm(learning_rate_schedule=schedule, net_params={"callbacks": [seen]}).fit(X, y)
    np.testing.assert_allclose(seen.rates_, expected)


def test_the_schedule_is_the_same_without_other_callbacks():
    """With a callback the weights are trained apart, otherwise as one vector."""
    settings = ({}, {"callbacks": [Rates()]})
    fits = [small_blstm(learning_rate_schedule="linear", net_params=given).fit(X, y) for given in settings]
    np.testing.assert_allclose(*(clf.predict_proba(X) for clf in fits), rtol=0, atol=1e-5)
    constant = small_blstm().fit(X, y)
    assert np.abs(fits[0].predict_proba(X) - constant.predict_proba(X)).max() > 0.01


def test_a_schedule_without_callbacks_is_an_error():
    with pytest.raises(ValueError, match=r"callbacks='disable'.*learning_rate_schedule='constant'"):
        small_blstm(learning_rate_schedule="linear", net_params={"callbacks": "disable"}).fit(X, y)


def test_the_schedule_adds_nothing_to_a_pickle():
    sizes = {
        name: len(pickle.dumps(small_blstm(learning_rate_schedule=name).fit(X, y)))
        for name in ("linear", "constant")
    }
    assert sizes["linear"] < sizes["constant"] + 1000


class Trainings(Callback):
    """Count the trainings that have begun."""

    n_trainings = 0

    def on_train_begin(self, net, **kwargs):
        Trainings.n_trainings += 1


@pytest.mark.parametrize(
    ("params", "net_params", "message"),
    [
        ({"max_epochs": 0}, {}, "'max_epochs' parameter"),
        ({"dropout": 1.0}, {}, "'dropout' parameter"),
        ({"class_weight": "even"}, {}, "'class_weight' parameter"),
        ({"precision": "half"}, {}, "'precision' .* must be a str among .*bfloat16.* Got 'half'"),
        (
            {"class_weight": {"sad": 1, "x": 2}, "classes": ["sad", "angry"]},
            {},
            "names 'x', not in the classes 'sad', 'angry'",
        ),
        ({"device": "abacus"}, {}, "device='abacus' cannot be used here.*'cpu', or 'auto'"),
        ({"device": "cuda:99"}, {}, "device='cuda:99' cannot be used here"),
        ({}, {"optimzer__weight_decay": 0.5}, "optimzer"),
        ({}, {"optimizer__weight_decay": -1}, "weight_decay"),
        ({}, {"optimizer__decay": 1}, "decay"),
        ({}, {"module__dropout": 0.1}, "Give 'dropout' as a parameter of the estimator"),
        ({"early_stopping": True}, {"train_split": None}, "train_split=None.*early_stopping=False"),
    ],
)
@pytest.mark.parametrize("method", ["_check_settings", "fit"])
def test_bad_settings_are_errors_without_training(params, net_params, message, method):
    Trainings.n_trainings = 0
    state = torch.get_rng_state()
    clf = small_blstm(**params, net_params={"callbacks": [Trainings()], **net_params})
    with pytest.raises((TypeError, ValueError), match=message):
        clf.fit(X, y) if method == "fit" else clf._check_settings()
    assert Trainings.n_trainings == 0
    assert not hasattr(clf, "n_features_in_")
    assert torch.equal(torch.get_rng_state(), state)


def test_a_callback_may_raise_on_the_same_line_as_its_if():
    class Brief(Callback):
        def on_epoch_end(self, net, **kwargs):
            if len(net.history) == 2: raise KeyboardInterrupt  # noqa: E701  # fmt: skip

    assert small_blstm(net_params={"callbacks": [Brief()]}).fit(X, y).n_iter_ == 2
