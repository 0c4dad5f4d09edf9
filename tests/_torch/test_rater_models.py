"""Each rater model: attributes, equations, gradients, and the recovery of known confusion matrices."""

import inspect
import math

import numpy as np
import pytest
import torch
from scipy import stats

from sklearn_raters import RaterNetClassifier
from sklearn_raters._torch.dropout import seeded_thread
from sklearn_raters._torch.modules import build
from sklearn_raters._torch.rater_models import RATER_MODELS, confusions, heads, sample_confusions
from sklearn_raters._torch.rater_models.base import apply_confusion, unpack_votes, vote_shares
from sklearn_raters._torch.rater_models.sample_confusions import mix_rows
from sklearn_raters._torch.rater_net import build_rater_net
from sklearn_raters._torch.trunks import build_trunk

SIZES = {"n_units": 3, "n_classes": 3, "n_raters": 4}
VARIANTS = [
    *((name, {}) for name in RATER_MODELS),
    *(("doctor_net", {"weighting": weighting}) for weighting in ("dn", "iwdn", "biwdn")),
    *(("crowd_layer", {"kind": kind}) for kind in ("vector", "vector_bias")),
    *((name, {"sample_units": 2}) for name in ("annot_mix", "madl")),
]
WITHOUT_CONFUSION = {"multitask", "doctor_net", "uncertainty"}
# Raters 0 and 1 choose the classes 0 and 2 for the first sample, raters 1 and 3 the classes 2 and 1 for the
# second one.
SAMPLE, RATER, LABEL = torch.tensor([[0, 0, 1, 1], [0, 1, 1, 3], [0, 2, 2, 1]])
WEIGHT = torch.ones(4, dtype=torch.float64)


def variants(names=None):
    chosen = [variant for variant in VARIANTS if names is None or variant[0] in names]
    return pytest.mark.parametrize(("name", "params"), chosen)


def model_of(name, **params):
    return build(RATER_MODELS[name], 0, **SIZES, **params).double().eval()


def units_of(n_samples=2):
    return torch.from_numpy(np.random.default_rng(0).normal(size=(n_samples, SIZES["n_units"])))


def with_consensus(model, log_proba):
    """Set the log-probabilities of the consensus of a model, the same for all samples."""
    with torch.no_grad():
        model.output.weight.zero_()
        model.output.bias.copy_(log_proba)
    return model


@pytest.mark.parametrize("name", RATER_MODELS)
def test_a_model_declares_its_name_paper_settings_and_confusion(name):
    model = RATER_MODELS[name]
    assert model.name == name
    assert any(str(year) in model.paper for year in range(2017, 2025))
    parameters = inspect.signature(model).parameters.values()
    defaults = {one.name: one.default for one in parameters if one.kind == one.KEYWORD_ONLY}
    assert set(model.settings) == set(defaults)
    assert all(model.settings[key].allows(value) for key, value in defaults.items())
    assert (model.confusion_of is None) == (name in WITHOUT_CONFUSION)
    assert hasattr(model, "confusion") == (name not in WITHOUT_CONFUSION)


def test_the_classifiers_docstring_names_every_model_and_its_paper():
    text = RaterNetClassifier.__doc__
    for name, model in RATER_MODELS.items():
        first_author = model.paper.split(",")[0].split(" et al.")[0].split(" &")[0]
        assert f'"{name}"' in text
        assert first_author in text


@variants()
def test_confusions_depend_on_the_sample_where_the_model_declares_it(name, params):
    model = model_of(name, **params)
    if model.confusion_of is None:
        return
    with torch.no_grad():
        if name == "conal":
            model.common.add_(torch.arange(3.0))  # else equal to the raters' matrices at the start
        first, second = model.confusion(units_of())
    assert torch.allclose(first, second) == (model.confusion_of == "rater")


def test_votes_are_unpacked_from_rows():
    targets = torch.tensor([[[1.0, 2.0, 0.5], [0.0, 0.0, 0.0]], [[0.0, 1.0, 1.0], [3.0, 2.0, 2.0]]])
    sample, rater, label, weight = unpack_votes(targets)
    assert sample.tolist() == [0, 1, 1]
    assert rater.tolist() == [1, 0, 3]
    assert label.tolist() == [2, 1, 2]
    assert weight.tolist() == [0.5, 1.0, 2.0]


def test_vote_shares_sum_to_one_for_each_sample():
    like = torch.zeros(2, 3, dtype=torch.float64)
    expected = [[0.5, 0.0, 0.5], [0.0, 0.5, 0.5]]
    assert vote_shares(SAMPLE, LABEL, WEIGHT, like).tolist() == expected


def test_a_confusion_matrix_is_applied_to_probabilities():
    proba = torch.tensor([[0.75, 0.25]])
    confusion = torch.tensor([[[0.8, 0.2], [0.4, 0.6]]])
    assert apply_confusion(proba.log(), confusion.log()).exp()[0].tolist() == pytest.approx([0.7, 0.3])


@variants()
def test_gradients_of_the_loss_are_right(name, params, monkeypatch):
    # Finite differences include the dependencies that the models leave out of their gradients.
    for module in (heads, confusions, sample_confusions):
        monkeypatch.setattr(module, "without_gradient", lambda values: values)
    model = model_of(name, **params).train()
    # With fewer samples than classes the determinant of geo_reg_f is almost zero.
    units = units_of(3 if name == "geo_reg_f" else 2).requires_grad_()

    def loss(units, *values):
        given = dict(zip(dict(model.named_parameters()), values, strict=True))
        with seeded_thread(0, "cpu"):
            return torch.func.functional_call(model, given, (units, SAMPLE, RATER, LABEL, WEIGHT))

    model.forward = model.loss
    assert torch.autograd.gradcheck(loss, (units, *model.parameters()))


@variants()
def test_rater_probabilities_sum_to_one_and_are_the_same_for_pairs_and_for_all(name, params):
    model, units = model_of(name, **params), units_of(5)
    with torch.no_grad():
        every, consensus = model.all_raters_log_proba(units), model.consensus_log_proba(units)
        sample, rater = torch.tensor([4, 0, 2]), torch.tensor([3, 1, 1])
        some = model.rater_log_proba(units, sample, rater)
    assert every.shape == (5, 4, 3)
    torch.testing.assert_close(every.exp().sum(dim=2), torch.ones(5, 4, dtype=torch.float64))
    torch.testing.assert_close(consensus.exp().sum(dim=1), torch.ones(5, dtype=torch.float64))
    torch.testing.assert_close(some, every[sample, rater])


@variants({"multitask", "doctor_net"})
def test_few_heads_of_many_are_the_same_alone(name, params, monkeypatch):
    model, units = model_of(name, **params), units_of(5)
    pairs = units, torch.tensor([4, 0, 2]), torch.tensor([3, 1, 1])
    together = model.rater_log_proba(*pairs)
    monkeypatch.setattr(heads, "_HEADS_A_VOTE", 0)
    torch.testing.assert_close(model.rater_log_proba(*pairs), together)


@variants(set(RATER_MODELS) - WITHOUT_CONFUSION)
def test_confusions_are_the_raters_probabilities_where_the_consensus_is_certain(name, params):
    model = model_of(name, **params)
    sure = with_consensus(model, torch.tensor([-60.0, 0.0, -60.0]))
    units = units_of(2)
    with torch.no_grad():
        confusion = model.confusion(units)
        torch.testing.assert_close(confusion[:, :, 1], sure.all_raters_log_proba(units).exp())
    assert confusion.shape == (2, 4, 3, 3)
    torch.testing.assert_close(confusion.sum(dim=3), torch.ones(2, 4, 3, dtype=torch.float64))


def test_multitask_trains_a_head_for_each_rater_and_averages_the_heads():
    model = model_of("multitask")
    bias = torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.4, 0.4, 0.2], [0.3, 0.6, 0.1]])
    with_consensus(model, bias.log().flatten())
    loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert loss.item() == pytest.approx(-np.log([0.2, 0.8, 0.8, 0.6]).mean(), rel=1e-6)
    mean = model.consensus_log_proba(units_of())[0].exp()
    assert mean.tolist() == pytest.approx([0.25, 0.35, 0.4])


def test_doctor_net_averages_the_raters_who_did_not_rate_the_sample():
    model = model_of("doctor_net")
    bias = torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.4, 0.4, 0.2], [0.3, 0.6, 0.1]])
    with_consensus(model, bias.log().flatten())
    with torch.no_grad():
        model.logits.copy_(torch.tensor([1.0, 2.0, 3.0, 1.0]).log())
    heads = -np.log([0.2, 0.8, 0.8, 0.6]).mean()
    first = 0.75 * bias[2] + 0.25 * bias[3]  # raters 2 and 3 with weights 3 and 1
    second = 0.25 * bias[0] + 0.75 * bias[2]
    means = -np.log([first[0], first[2], second[2], second[1]]).mean()
    loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert loss.item() == pytest.approx(heads + means, rel=1e-6)
    expected = (bias * torch.tensor([1.0, 2.0, 3.0, 1.0])[:, None]).sum(dim=0) / 7
    assert model.consensus_log_proba(units_of())[1].exp().tolist() == pytest.approx(expected.tolist())


def test_the_loss_of_doctor_nets_weights_does_not_change_heads_and_trunk():
    model = model_of("doctor_net", weighting="iwdn")
    plain = model_of("doctor_net", weighting="dn")
    plain.load_state_dict(model.state_dict(), strict=False)
    slopes = []
    for each in (model, plain):
        units = units_of().requires_grad_()
        each.loss(units, SAMPLE, RATER, LABEL, WEIGHT).backward()
        slopes.append((units.grad, each.output.weight.grad))
    torch.testing.assert_close(*slopes)


def test_uncertainty_learns_the_entropy_of_the_votes():
    model = with_consensus(model_of("uncertainty"), torch.tensor([0.2, 0.3, 0.5]).log())
    with torch.no_grad():
        model.uncertainty.weight.zero_()
        model.uncertainty.bias.fill_(math.log(0.25 / 0.75))
    votes = -np.log([0.2, 0.5, 0.5, 0.3]).mean()
    entropy = math.log(2) / math.log(3)  # both samples have two votes for different classes
    loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert loss.item() == pytest.approx(votes + (0.25 - entropy) ** 2, rel=1e-6)


@pytest.mark.parametrize("kind", ["matrix", "vector", "vector_bias"])
def test_crowd_layer_maps_probabilities_to_logits(kind):
    proba = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    model = with_consensus(model_of("crowd_layer", kind=kind), proba.log())
    weight = torch.arange(1.0, 10.0, dtype=torch.float64).view(3, 3) / 4
    with torch.no_grad():
        model.weight[3] = weight if kind == "matrix" else weight[0]
        logits = proba @ weight if kind == "matrix" else proba * weight[0]
        if kind == "vector_bias":
            model.bias[3] = weight[1]
            logits = logits + weight[1]
    log_proba = model.all_raters_log_proba(units_of())[0]
    assert log_proba[3].tolist() == pytest.approx(logits.log_softmax(0).tolist())
    assert log_proba[0].tolist() == pytest.approx(proba.log_softmax(0).tolist())


def test_union_net_has_one_softmax_over_all_raters_and_labels():
    proba = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    model = with_consensus(model_of("union_net"), proba.log())
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
    model = with_consensus(model_of(name, strength=0.1), torch.from_numpy(proba).log())
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


def test_geo_reg_f_penalises_a_consensus_that_does_not_separate_classes():
    model, units = model_of("geo_reg_f", strength=0.1), units_of(6)
    proba = model.consensus_log_proba(units).exp().detach().numpy()
    expected = -0.1 * np.linalg.slogdet(proba.T @ proba + 1e-6 * np.eye(3))[1]
    assert model.penalty(units).item() == pytest.approx(expected)


def test_conal_mixes_the_common_and_the_raters_confusions():
    proba = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    model = with_consensus(model_of("conal", strength=0.01), proba.log())
    with torch.no_grad():
        model.common.copy_(torch.full((3, 3), 1.0) + torch.eye(3))
        model.sample_embedding.weight.zero_()
        model.rater_embedding.weight.zero_()
        model.sample_embedding.bias.copy_(torch.eye(20)[0])
        model.rater_embedding.bias.copy_(torch.eye(20)[0] * 5)
    share = 1 / (1 + math.exp(-1))  # both embeddings have length one and the same direction
    common, rater = ((scale * torch.eye(3, dtype=torch.float64)).softmax(dim=1) for scale in (1, 2))
    log_proba = (proba @ (share * common + (1 - share) * rater)).log()[LABEL]
    penalty = -0.01 * 4 * (rater - common).norm()
    loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert loss.item() == pytest.approx((-log_proba.mean() + penalty).item())


def test_crowd_ar_softens_votes_by_their_reliability():
    proba = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    model = with_consensus(model_of("crowd_ar"), proba.log())
    with torch.no_grad():
        model.bias.fill_(math.log(3))
        model.expertise.zero_()
        model.difficulty[2].weight.zero_()
        model.difficulty[2].bias.zero_()  # expertise minus difficulty is zero, so the bias alone is left
    log_proba = proba.log_softmax(0)
    soft = torch.full((4, 3), 0.25 / 3) + 0.75 * torch.eye(3)[LABEL]
    votes = -(soft * log_proba).sum(dim=1)
    reliability = torch.tensor([0.25, 0.75, 0.75, 0.25]).log()  # only class 2 is right
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


def test_annot_mix_mixes_representations_raters_and_labels_in_the_same_way():
    model = model_of("annot_mix", mixing=1.0)
    model.train()
    seen = []
    matrix = torch.tensor([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4]], dtype=torch.float64)
    model.log_confusion = lambda *given: seen.append(given) or matrix.log().expand(4, 3, 3)
    with seeded_thread(0, "cpu"):
        loss = model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    units, raters = seen[0]
    with seeded_thread(0, "cpu"):
        given = units_of()[SAMPLE], model.embed_raters(RATER), torch.eye(3, dtype=torch.float64)[LABEL]
        expected = mix_rows(list(given), 1.0)
    torch.testing.assert_close(units, expected[0])
    torch.testing.assert_close(raters, expected[1])
    log_proba = (model.consensus_log_proba(units).exp() @ matrix).log()
    torch.testing.assert_close(loss, -(expected[2] * log_proba).sum() / 4)
    model.eval()
    model.loss(units_of(), SAMPLE, RATER, LABEL, WEIGHT)
    assert torch.equal(seen[1][1], model.embed_raters(RATER))


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
    ids=["dense", "user", "of sequences", "blstm"],
)
def test_rows_are_mixed_before_a_dense_trunk_and_representations_elsewhere(trunk, of_rows, sizes):
    trunk = build_trunk(trunk, 0, 6, of_rows=of_rows, dropout=0, **sizes)
    settings = {"of_rows": of_rows, "dropout": 0, "rater_params": {}}
    net = build_rater_net(trunk, "annot_mix", 0, np.ones((1, 6), "f4"), 3, 4, **settings)
    rows = torch.randn(2, 6)
    targets = torch.tensor([[[0, 0, 1], [1, 2, 1]], [[1, 2, 1], [3, 1, 1]]], dtype=torch.float32)

    def represent(rows):
        return trunk.encode(rows[:, None], torch.ones(len(rows), dtype=torch.int64))[0]

    given = net.train()(rows[:, None], torch.ones(2, dtype=torch.int64))
    with seeded_thread(7, "cpu"):
        loss = net.loss(given, targets)
    before = sizes is not BLSTM and of_rows
    votes = [rows if before else represent(rows), net.raters.embed_raters(RATER), torch.eye(3)[LABEL]]
    with seeded_thread(7, "cpu"):
        units, raters, labels = mix_rows([votes[0][SAMPLE], *votes[1:]], 1.0)
    units = represent(units) if before else units
    log_confusion = net.raters.log_confusion(units, raters)
    log_proba = apply_confusion(net.raters.consensus_log_proba(units), log_confusion)
    torch.testing.assert_close(loss, -(labels * log_proba).sum() / 4)
    predicted = net.eval()(rows[:, None], torch.ones(2, dtype=torch.int64))
    torch.testing.assert_close(predicted, represent(rows))


def test_all_arrays_are_mixed_by_the_same_shares():
    eye = torch.eye(6, dtype=torch.float64)
    with seeded_thread(3, "cpu"):
        first, second = mix_rows([eye, 2 * eye], 1.0)
    torch.testing.assert_close(second, 2 * first)
    torch.testing.assert_close(first.sum(dim=1), torch.ones(6, dtype=torch.float64))
    assert ((first > 0).sum(dim=1) > 1).any()


@pytest.mark.parametrize("name", ["annot_mix", "madl"])
def test_the_embedding_of_a_rater_is_the_embedding_of_the_raters_indicator(name):
    model = model_of(name)
    expected = model.rater_embedding(torch.eye(4, dtype=torch.float64)[RATER])
    torch.testing.assert_close(model.embed_raters(RATER), expected)


OF_HEADS = ("multitask", "doctor_net")


@variants([name for name, _ in VARIANTS if name not in OF_HEADS])
def test_held_out_votes_of_unknown_raters_are_predicted_as_the_consensus(name, params):
    model, units = model_of(name, **params), units_of()
    rater = torch.tensor([0, 4, 4, 3])  # the four raters have the numbers 0 to 3
    with torch.no_grad():
        loss = model.validation_loss(units, SAMPLE, rater, LABEL, torch.tensor([1.0, 2.0, 1.0, 1.0]).double())
        by_rater, consensus = model.all_raters_log_proba(units), model.consensus_log_proba(units)
    log_proba = [by_rater[0, 0, 0], 2 * consensus[0, 2], consensus[1, 2], by_rater[1, 3, 1]]
    torch.testing.assert_close(loss, -sum(log_proba) / 4)


@variants(OF_HEADS)
def test_held_out_votes_judge_the_mean_of_heads_and_not_single_heads(name, params):
    model, units = model_of(name, **params), units_of()
    rater = torch.tensor([0, 4, 4, 3])
    with torch.no_grad():
        loss = model.validation_loss(units, SAMPLE, rater, LABEL, torch.tensor([1.0, 2.0, 1.0, 1.0]).double())
        consensus = model.consensus_log_proba(units)
    log_proba = [consensus[0, 0], 2 * consensus[0, 2], consensus[1, 2], consensus[1, 1]]
    torch.testing.assert_close(loss, -sum(log_proba) / 4)


def test_madl_counts_equal_raters_as_one():
    model = model_of("madl")
    with torch.no_grad():
        model.to_confusion.weight.zero_()
        model.rater_embedding.weight.zero_()
        model.rater_embedding.weight[0, 3] = 100.0  # raters 0 to 2 are the same, 3 is another
    proba = model.consensus_log_proba(units_of()).exp().detach().numpy()
    matrix = model.confusion(units_of())[0, 0].detach().numpy()
    votes = slice(3)  # without rater 3, equal weights must not cancel
    losses = -np.log((proba @ matrix)[SAMPLE[votes], LABEL[votes]])
    expected = (losses * 2 / 3).sum() / 3 + 0.25  # gamma is 1, the mode of its prior
    loss = model.loss(units_of(), *(part[votes] for part in (SAMPLE, RATER, LABEL, WEIGHT)))
    assert loss.item() == pytest.approx(expected)


@pytest.fixture(scope="module")
def known_crowd():
    """Three separate classes, five raters with 200 ratings each, and the raters' confusion matrices."""
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
@pytest.mark.parametrize("name", sorted(set(RATER_MODELS) - WITHOUT_CONFUSION))
def test_known_confusions_are_recovered(name, known_crowd):
    X, Y, confusion = known_crowd
    clf = RaterNetClassifier(name, dropout=0, learning_rate=3e-2, max_epochs=60, device="cpu", random_state=0)
    clf.fit(X, Y)
    found = clf.rater_confusion_
    assert np.corrcoef(found.ravel(), confusion.ravel())[0, 1] > 0.9
    # The last rater's matrix is constant, so its correlation is not defined.
    for one, true in zip(found[:-1], confusion[:-1], strict=True):
        assert np.corrcoef(one.ravel(), true.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("mixing", [0.001, 0.02, 0.4, 5.0])
def test_shares_of_mixed_rows_follow_the_beta_distribution(mixing):
    n = 4000
    with seeded_thread(0, "cpu"):
        (mixed,) = mix_rows([(torch.arange(n) % 2).double()[:, None]], mixing)
    # Of two rows of different kinds, a half of all pairs, the share of one of them.
    between = mixed[(mixed > 0.25) & (mixed < 0.75)]
    expected = 0.5 * (stats.beta.cdf(0.75, mixing, mixing) - stats.beta.cdf(0.25, mixing, mixing))
    assert len(between) / n == pytest.approx(expected, abs=0.03)
