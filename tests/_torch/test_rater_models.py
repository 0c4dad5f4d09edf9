"""Each rater model against its equation, its gradients, and crowds whose confusions are known."""

import math

import numpy as np
import pytest
import torch

from sklearn_raters import RaterNetClassifier
from sklearn_raters._torch.modules import build, drawing_from
from sklearn_raters._torch.rater_models import crowd_ar, heads, sample_confusions
from sklearn_raters._torch.rater_models.base import noisy, shares, unpack
from sklearn_raters._torch.rater_net import RATER_MODELS, build_rater_net, build_trunk
from sklearn_raters.networks._rater_net import RATER_MODELS as NAMES

SIZES = {"n_units": 3, "n_classes": 3, "n_raters": 4}
VARIANTS = [
    *((name, {}) for name in RATER_MODELS),
    *(("doctor_net", {"weighting": weighting}) for weighting in ("dn", "iwdn", "biwdn")),
    *(("crowd_layer", {"kind": kind}) for kind in ("vector", "vector_bias")),
    *((name, {"sample_units": 2}) for name in ("annot_mix", "madl")),
]
# Two samples: raters 0 and 1 say 0 and 2 of the first, raters 1 and 3 say 2 and 1 of the second.
SAMPLE, RATER, LABEL = torch.tensor([[0, 0, 1, 1], [0, 1, 1, 3], [0, 2, 2, 1]])
WEIGHT = torch.ones(4, dtype=torch.float64)


def variants(names=None):
    chosen = [variant for variant in VARIANTS if names is None or variant[0] in names]
    return pytest.mark.parametrize(("name", "params"), chosen)


def model_of(name, **params):
    return build(RATER_MODELS[name], 0, **SIZES, **params).double().eval()


def units_of(n_samples=2):
    return torch.from_numpy(np.random.default_rng(0).normal(size=(n_samples, SIZES["n_units"])))


def surer_consensus(model, log_proba):
    """Let a model's consensus be these log-probabilities for any sample."""
    with torch.no_grad():
        model.output.weight.zero_()
        model.output.bias.copy_(log_proba)
    return model


def test_the_names_are_the_models():
    assert tuple(RATER_MODELS) == NAMES


def test_votes_come_back_from_rows():
    targets = torch.tensor([[[1.0, 2.0, 0.5], [0.0, 0.0, 0.0]], [[0.0, 1.0, 1.0], [3.0, 2.0, 2.0]]])
    sample, rater, label, weight = unpack(targets)
    assert sample.tolist() == [0, 1, 1]
    assert rater.tolist() == [1, 0, 3]
    assert label.tolist() == [2, 1, 2]
    assert weight.tolist() == [0.5, 1.0, 2.0]


def test_shares_are_the_votes_of_each_sample():
    like = torch.zeros(2, 3, dtype=torch.float64)
    expected = [[0.5, 0.0, 0.5], [0.0, 0.5, 0.5]]
    assert shares(SAMPLE, LABEL, WEIGHT, like).tolist() == expected


def test_what_is_said_is_the_class_through_its_confusion():
    proba = torch.tensor([[0.75, 0.25]])
    confusion = torch.tensor([[[0.8, 0.2], [0.4, 0.6]]])
    assert noisy(proba.log(), confusion.log()).exp()[0].tolist() == pytest.approx([0.7, 0.3])


@variants()
def test_gradients_of_the_loss_are_right(name, params, monkeypatch):
    # What is stopped on purpose has a gradient all the same.
    for module in (heads, crowd_ar, sample_confusions):
        monkeypatch.setattr(module, "stop", lambda values: values)
    model = model_of(name, **params).train()
    # As many as classes, without which the volume that geo_reg_f asks for is next to nothing.
    units = units_of(3 if name == "geo_reg_f" else 2).requires_grad_()

    def loss(units, *values):
        given = dict(zip(dict(model.named_parameters()), values, strict=True))
        with drawing_from(0, "cpu"):
            return torch.func.functional_call(model, given, (units, SAMPLE, RATER, LABEL, WEIGHT))

    model.forward = model.loss
    assert torch.autograd.gradcheck(loss, (units, *model.parameters()))


@variants()
def test_what_raters_say_are_probabilities_one_by_one_and_all_at_once(name, params):
    model, units = model_of(name, **params), units_of(5)
    with torch.no_grad():
        every, consensus = model.say_all(units), model.consensus(units)
        sample, rater = torch.tensor([4, 0, 2]), torch.tensor([3, 1, 1])
        some = model.say(units, sample, rater)
    assert every.shape == (5, 4, 3)
    torch.testing.assert_close(every.exp().sum(dim=2), torch.ones(5, 4, dtype=torch.float64))
    torch.testing.assert_close(consensus.exp().sum(dim=1), torch.ones(5, dtype=torch.float64))
    torch.testing.assert_close(some, every[sample, rater])


@variants(set(RATER_MODELS) - {"multitask", "doctor_net", "uncertainty"})
def test_confusions_are_what_raters_say_where_the_consensus_is_sure(name, params):
    model = model_of(name, **params)
    sure = surer_consensus(model, torch.tensor([-60.0, 0.0, -60.0]))
    units = units_of(2)
    with torch.no_grad():
        confusion = model.confusion(units)
        torch.testing.assert_close(confusion[:, :, 1], sure.say_all(units).exp())
    assert confusion.shape == (2, 4, 3, 3)
    torch.testing.assert_close(confusion.sum(dim=3), torch.ones(2, 4, 3, dtype=torch.float64))


def test_multitask_takes_each_vote_to_its_raters_head_and_averages_the_heads():
    model = model_of("multitask")
    bias = torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.4, 0.4, 0.2], [0.3, 0.6, 0.1]])
    surer_consensus(model, bias.log().flatten())
    loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert loss.item() == pytest.approx(-np.log([0.2, 0.8, 0.8, 0.6]).mean(), rel=1e-6)
    mean = model.consensus(units_of())[0].exp()
    assert mean.tolist() == pytest.approx([0.25, 0.35, 0.4])


def test_doctor_net_weighs_those_who_did_not_rate_the_sample():
    model = model_of("doctor_net")
    bias = torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.4, 0.4, 0.2], [0.3, 0.6, 0.1]])
    surer_consensus(model, bias.log().flatten())
    with torch.no_grad():
        model.logits.copy_(torch.tensor([1.0, 2.0, 3.0, 1.0]).log())
    heads = -np.log([0.2, 0.8, 0.8, 0.6]).mean()
    first = 0.75 * bias[2] + 0.25 * bias[3]  # raters 2 and 3 with weights 3 and 1
    second = 0.25 * bias[0] + 0.75 * bias[2]
    means = -np.log([first[0], first[2], second[2], second[1]]).mean()
    loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert loss.item() == pytest.approx(heads + means, rel=1e-6)
    expected = (bias * torch.tensor([1.0, 2.0, 3.0, 1.0])[:, None]).sum(dim=0) / 7
    assert model.consensus(units_of())[1].exp().tolist() == pytest.approx(expected.tolist())


def test_doctor_nets_weights_leave_heads_and_trunk_alone():
    model = model_of("doctor_net", weighting="iwdn")
    plain = model_of("doctor_net", weighting="dn")
    plain.load_state_dict(model.state_dict(), strict=False)
    slopes = []
    for own in (model, plain):
        units = units_of().requires_grad_()
        own.loss(units, SAMPLE, RATER, LABEL, WEIGHT).backward()
        slopes.append((units.grad, own.output.weight.grad))
    torch.testing.assert_close(*slopes)


def test_uncertainty_learns_the_entropy_of_the_votes():
    model = surer_consensus(model_of("uncertainty"), torch.tensor([0.2, 0.3, 0.5]).log())
    with torch.no_grad():
        model.uncertainty.weight.zero_()
        model.uncertainty.bias.fill_(math.log(0.25 / 0.75))
    votes = -np.log([0.2, 0.5, 0.5, 0.3]).mean()
    entropy = math.log(2) / math.log(3)  # both samples have two votes for different classes
    loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert loss.item() == pytest.approx(votes + (0.25 - entropy) ** 2, rel=1e-6)


@pytest.mark.parametrize("kind", ["matrix", "vector", "vector_bias"])
def test_crowd_layer_takes_probabilities_to_logits(kind):
    proba = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    model = surer_consensus(model_of("crowd_layer", kind=kind), proba.log())
    weight = torch.arange(1.0, 10.0, dtype=torch.float64).view(3, 3) / 4
    with torch.no_grad():
        model.weight[3] = weight if kind == "matrix" else weight[0]
        logits = proba @ weight if kind == "matrix" else proba * weight[0]
        if kind == "vector_bias":
            model.bias[3] = weight[1]
            logits = logits + weight[1]
    said = model.say_all(units_of())[0]
    assert said[3].tolist() == pytest.approx(logits.log_softmax(0).tolist())
    assert said[0].tolist() == pytest.approx(proba.log_softmax(0).tolist())


def test_union_net_shares_one_softmax_among_all_raters():
    proba = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    model = surer_consensus(model_of("union_net"), proba.log())
    e = math.e
    of_class = lambda k: (proba[k] * e + 1 - proba[k]).item() / (4 * (e + 2))  # noqa: E731
    expected = -np.mean([math.log(of_class(k)) for k in LABEL.tolist()])
    assert model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT).item() == pytest.approx(expected)


def identity_softmax(scale):
    off = 1 / (math.exp(scale) + 2)
    return np.full((3, 3), off) + np.eye(3) * (1 - 3 * off)


@pytest.mark.parametrize(("name", "scale"), [("trace_reg", 6), ("geo_reg_f", 1), ("geo_reg_w", 1)])
def test_confusion_models_add_their_penalty_to_the_votes_loss(name, scale):
    proba = np.array([0.2, 0.3, 0.5])
    model = surer_consensus(model_of(name, strength=0.1), torch.from_numpy(proba).log())
    matrix = identity_softmax(scale)
    votes = -np.log((proba @ matrix)[LABEL]).mean()
    if name == "trace_reg":
        penalty = np.trace(matrix)
    elif name == "geo_reg_w":
        penalty = -np.linalg.slogdet(4 * matrix @ matrix.T + 1e-6 * np.eye(3))[1]
    else:
        penalty = -np.linalg.slogdet(2 * np.outer(proba, proba) + 1e-6 * np.eye(3))[1]
    loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert loss.item() == pytest.approx(votes + 0.1 * penalty)


def test_geo_reg_f_asks_the_consensus_to_tell_classes_apart():
    model, units = model_of("geo_reg_f", strength=0.1), units_of(6)
    proba = model.consensus(units).exp().detach().numpy()
    expected = -0.1 * np.linalg.slogdet(proba.T @ proba + 1e-6 * np.eye(3))[1]
    assert model.penalty(units).item() == pytest.approx(expected)


def test_conal_mixes_common_and_own_confusions():
    proba = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    model = surer_consensus(model_of("conal", strength=0.01), proba.log())
    with torch.no_grad():
        model.common.copy_(torch.full((3, 3), 1.0) + torch.eye(3))
        model.sample_embedding.weight.zero_()
        model.rater_embedding.weight.zero_()
        model.sample_embedding.bias.copy_(torch.eye(20)[0])
        model.rater_embedding.bias.copy_(torch.eye(20)[0] * 5)
    share = 1 / (1 + math.exp(-1))  # both embeddings have length one and the same direction
    common, own = ((scale * torch.eye(3, dtype=torch.float64)).softmax(dim=1) for scale in (1, 2))
    said = (proba @ (share * common + (1 - share) * own)).log()[LABEL]
    penalty = -0.01 * 4 * (own - common).norm()
    loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert loss.item() == pytest.approx((-said.mean() + penalty).item())


def test_crowd_ar_softens_votes_by_their_reliability():
    proba = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    model = surer_consensus(model_of("crowd_ar"), proba.log())
    with torch.no_grad():
        model.bias.fill_(math.log(3))
        model.expertise.zero_()
        model.difficulty[2].weight.zero_()
        model.difficulty[2].bias.zero_()  # as difficult as all are expert: the bias alone is left
    said = proba.log_softmax(0)
    soft = torch.full((4, 3), 0.25 / 3) + 0.75 * torch.eye(3)[LABEL]
    votes = -(soft * said).sum(dim=1)
    reliability = torch.tensor([0.25, 0.75, 0.75, 0.25]).log()  # right where the vote is class 2
    expected = (0.9 * votes - 0.1 * reliability).mean()
    loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert loss.item() == pytest.approx(expected.item())


@pytest.mark.parametrize(("name", "prior"), [("annot_mix", 0.9), ("madl", 0.8)])
def test_sample_confusions_start_at_the_prior(name, prior):
    model = model_of(name, prior=prior)
    with torch.no_grad():
        model.to_confusion.weight.zero_()
    expected = np.full((3, 3), (1 - prior) / 2) + np.eye(3) * (prior - (1 - prior) / 2)
    np.testing.assert_allclose(model.confusion(units_of())[0, 2].detach(), expected)


def test_annot_mix_mixes_representations_raters_and_labels_alike():
    model = model_of("annot_mix", mixing=1.0)
    model.train()
    seen = []
    matrix = torch.tensor([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4]], dtype=torch.float64)
    model.log_confusion = lambda *given: seen.append(given) or matrix.log().expand(4, 3, 3)
    with drawing_from(0, "cpu"):
        loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    units, raters = seen[0]
    with drawing_from(0, "cpu"):
        given = units_of()[SAMPLE], model.embed(RATER), torch.eye(3, dtype=torch.float64)[LABEL]
        expected = sample_confusions.mixed(list(given), 1.0)
    torch.testing.assert_close(units, expected[0])
    torch.testing.assert_close(raters, expected[1])
    said = (model.consensus(units).exp() @ matrix).log()
    torch.testing.assert_close(loss, -(expected[2] * said).sum() / 4)
    model.eval()
    model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert torch.equal(seen[1][1], model.embed(RATER))


DENSE = {"hidden_units": (5,)}
BLSTM = {"dense_units": 4, "lstm_units": 2, "representation_units": 5, "precision": "float32"}


@pytest.mark.parametrize(
    ("trunk", "of_rows", "sizes"),
    [
        ("dense", True, DENSE),
        (torch.nn.Linear(6, 5), True, {}),
        ("dense", False, DENSE),
        ("blstm", True, BLSTM),
    ],
    ids=["dense", "own", "of sequences", "blstm"],
)
def test_rows_are_mixed_before_a_dense_trunk_and_all_else_behind_the_trunk(trunk, of_rows, sizes):
    trunk = build_trunk(trunk, 0, 6, of_rows=of_rows, dropout=0, **sizes)
    settings = {"of_rows": of_rows, "dropout": 0, "rater_params": {}}
    net = build_rater_net(trunk, "annot_mix", 0, np.ones((1, 6), "f4"), 3, 4, **settings)
    rows = torch.randn(2, 6)
    targets = torch.tensor([[[0, 0, 1], [1, 2, 1]], [[1, 2, 1], [3, 1, 1]]], dtype=torch.float32)

    def represent(rows):
        return trunk.encode(rows[:, None], torch.ones(len(rows), dtype=torch.int64))[0]

    given = net.train()(rows[:, None], torch.ones(2, dtype=torch.int64))
    with drawing_from(7, "cpu"):
        loss = net.loss(given, targets)
    before = sizes is not BLSTM and of_rows
    votes = [rows if before else represent(rows), net.raters.embed(RATER), torch.eye(3)[LABEL]]
    with drawing_from(7, "cpu"):
        units, raters, labels = sample_confusions.mixed([votes[0][SAMPLE], *votes[1:]], 1.0)
    units = represent(units) if before else units
    said = noisy(net.raters.consensus(units), net.raters.log_confusion(units, raters))
    torch.testing.assert_close(loss, -(labels * said).sum() / 4)
    answer = net.eval()(rows[:, None], torch.ones(2, dtype=torch.int64))
    torch.testing.assert_close(answer, represent(rows))


def test_mixing_gives_every_array_the_same_shares():
    eye = torch.eye(6, dtype=torch.float64)
    with drawing_from(3, "cpu"):
        first, second = sample_confusions.mixed([eye, 2 * eye], 1.0)
    torch.testing.assert_close(second, 2 * first)
    torch.testing.assert_close(first.sum(dim=1), torch.ones(6, dtype=torch.float64))
    assert ((first > 0).sum(dim=1) > 1).any()


@pytest.mark.parametrize("name", ["annot_mix", "madl"])
def test_a_rater_is_embedded_as_the_layer_embeds_a_one_in_its_place(name):
    model = model_of(name)
    expected = model.rater_embedding(torch.eye(4, dtype=torch.float64)[RATER])
    torch.testing.assert_close(model.embed(RATER), expected)


@variants()
def test_held_out_votes_of_strangers_are_the_consensus(name, params):
    model, units = model_of(name, **params), units_of()
    rater = torch.tensor([0, 4, 4, 3])  # of four raters, 4 is nobody
    with torch.no_grad():
        loss = model.vote_loss(units, SAMPLE, rater, LABEL, torch.tensor([1.0, 2.0, 1.0, 1.0]).double())
        own, consensus = model.say_all(units), model.consensus(units)
    said = [own[0, 0, 0], 2 * consensus[0, 2], consensus[1, 2], own[1, 3, 1]]
    torch.testing.assert_close(loss, -sum(said) / 5)


def test_madl_counts_raters_who_are_alike_as_one():
    model = model_of("madl")
    with torch.no_grad():
        model.to_confusion.weight.zero_()
        model.rater_embedding.weight.zero_()
        model.rater_embedding.weight[0, 3] = 100.0  # raters 0 to 2 are the same, 3 is another
    proba = model.consensus(units_of()).exp().detach().numpy()
    matrix = model.confusion(units_of())[0, 0].detach().numpy()
    votes = slice(3)  # none of rater 3: the weights do not cancel where all are alike
    said = -np.log((proba @ matrix)[SAMPLE[votes], LABEL[votes]])
    expected = (said * 2 / 3).sum() / 3 + 0.25  # gamma is 1, at its prior's mode
    loss = model.loss(units_of(), *(part[votes] for part in (SAMPLE, RATER, LABEL, WEIGHT)))
    assert loss.item() == pytest.approx(expected)


@pytest.fixture(scope="module")
def known_crowd():
    """Three classes in plain sight, five raters with 200 ratings each, and what each of them confuses."""
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=400)
    X = np.eye(3)[truth] * 4 + rng.normal(size=(400, 3))
    confusion = np.array(
        [
            np.eye(3) * 0.85 + 0.05,
            np.eye(3) * 0.85 + 0.05,
            np.eye(3) * 0.4 + 0.2,
            [[0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]],
            np.full((3, 3), 1 / 3),
        ]
    )
    Y = np.full((400, 5), np.nan)
    for rater, matrix in enumerate(confusion):
        rated = rng.choice(400, 200, replace=False)
        Y[rated, rater] = [rng.choice(3, p=matrix[truth[sample]]) for sample in rated]
    return X, Y, confusion


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"multitask", "doctor_net", "uncertainty"}))
def test_known_confusions_are_recovered(name, known_crowd):
    X, Y, confusion = known_crowd
    clf = RaterNetClassifier(name, dropout=0, learning_rate=3e-2, max_epochs=60, device="cpu", random_state=0)
    clf.fit(X, Y)
    found = clf.rater_confusion_
    assert np.corrcoef(found.ravel(), confusion.ravel())[0, 1] > 0.9
    for own, true in zip(
        found[:-1], confusion[:-1], strict=True
    ):  # the last one has nothing to correlate with
        assert np.corrcoef(own.ravel(), true.ravel())[0, 1] > 0.9
