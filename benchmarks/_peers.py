"""Methods of other packages for several raters, on the network and training that all compared methods share.

Each method is a function of the training part, the test part, a seed and the number of epochs. It returns the
probabilities of the test part's classes. Methods whose package is not installed are left out with a message.
A trainer is a function of the training part, a seed and the number of epochs, and returns a function of
samples.
"""

from functools import partial

import numpy as np
import torch
from sklearn.model_selection import KFold

HIDDEN = 128
BATCH = 64
RATE = 1e-3


def trunk_and_output(train):
    """Return the hidden layer and the output layer, untrained."""
    hidden = torch.nn.Sequential(torch.nn.Linear(train.X.shape[1], HIDDEN), torch.nn.ReLU())
    return hidden, torch.nn.Linear(HIDDEN, len(train.classes))


def fit(parameters, loss_of, n_rows, epochs):
    """Minimise a loss, a function of row indices, by Adam in random batches."""
    optimizer = torch.optim.Adam(parameters, lr=RATE)
    for _ in range(epochs):
        for rows in torch.randperm(n_rows).split(BATCH):
            optimizer.zero_grad()
            loss_of(rows).backward()
            optimizer.step()


@torch.inference_mode()
def predict_proba(hidden, output, X):
    """Return the probabilities of the classes."""
    return output(hidden(torch.from_numpy(X))).softmax(dim=1).numpy()


def network(X, labels, train, seed, epochs):
    """Train the network on one class code a sample."""
    torch.manual_seed(seed)
    hidden, output = trunk_and_output(train)
    X, labels = torch.from_numpy(X), torch.from_numpy(labels)
    loss = torch.nn.CrossEntropyLoss()
    parameters = [*hidden.parameters(), *output.parameters()]
    fit(parameters, lambda rows: loss(output(hidden(X[rows])), labels[rows]), len(X), epochs)
    return hidden, output


def scikit_activeml(kind, **params):
    """Return the trainer of one of scikit-activeml's networks."""

    def run(train, seed, epochs):
        from skactiveml.classifier import multiannotator

        torch.manual_seed(seed)
        settings = {
            "max_epochs": epochs, "batch_size": BATCH, "lr": RATE, "optimizer": torch.optim.Adam,
            "verbose": False, "train_split": None,
        }  # fmt: skip
        model = getattr(multiannotator, kind)(
            torch.nn.Sequential(*trunk_and_output(train)), n_annotators=train.Y.shape[1],
            classes=list(range(len(train.classes))), neural_net_param_dict=settings, random_state=seed,
            **params,
        )  # fmt: skip
        model.fit(train.X, train.codes())  # returns None
        return model.predict_proba

    return run


def five(method):
    """Return the method averaged over five seeds, as `DeepEnsembleClassifier` does."""

    def run(train, test, seed, epochs):
        return np.mean([method(train, test, 100 * seed + copy, epochs) for copy in range(5)], axis=0)

    return run


def tested(trainer):
    """Return the method that predicts the test part as a trainer says."""
    return lambda train, test, seed, epochs: trainer(train, seed, epochs)(test.X)


def regressions(train, seed, epochs):
    """Train scikit-activeml's ensemble: a logistic regression a rater, probabilities averaged."""
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.classifier.multiannotator import AnnotatorEnsembleClassifier
    from sklearn.linear_model import LogisticRegression

    classes = list(range(len(train.classes)))

    def regression():
        return SklearnClassifier(LogisticRegression(max_iter=1000), classes=classes)

    members = [(rater, regression()) for rater in train.Y.columns]
    model = AnnotatorEnsembleClassifier(members, voting="soft", classes=classes, random_state=seed)
    return model.fit(train.X, train.codes()).predict_proba


def raykar(train, seed, epochs):
    """Train scikit-activeml's logistic regression with a confusion matrix a rater (Raykar et al. 2010)."""
    from skactiveml.classifier.multiannotator import AnnotatorLogisticRegression

    classes = list(range(len(train.classes)))
    model = AnnotatorLogisticRegression(train.Y.shape[1], classes=classes, random_state=seed)
    return model.fit(train.X, train.codes()).predict_proba


def crowd_kit(layer):
    """Return the trainer of one of crowd-kit's modules.

    A batch holds as many votes as 64 samples have on average.
    """

    def run(train, seed, epochs):
        from crowdkit.learning import CoNAL, CrowdLayer

        torch.manual_seed(seed)
        hidden, output = trunk_and_output(train)
        sizes = len(train.classes), train.Y.shape[1]
        X, codes = torch.from_numpy(train.X), train.codes()
        sample, rater = (torch.from_numpy(index) for index in np.nonzero(~np.isnan(codes)))
        label = torch.from_numpy(codes[~np.isnan(codes)].astype(np.int64))
        module = CoNAL(*sizes) if layer == "conal" else CrowdLayer(*sizes, conn_type=layer)

        def vote_proba(rows):
            units = hidden(X[sample[rows]])
            if layer == "conal":
                return module(units, output(units), rater[rows])
            return module(output(units).softmax(dim=1), rater[rows])

        vote_proba(torch.arange(2))  # creates the parameters of crowd-kit's lazy layer
        loss = torch.nn.CrossEntropyLoss()
        parameters = [*hidden.parameters(), *output.parameters(), *module.parameters()]
        votes = max(2, BATCH * len(label) // len(X))
        n_rows = len(label) - (len(label) % votes == 1)  # crowd-kit fails on a batch of one
        optimizer = torch.optim.Adam(parameters, lr=RATE)
        for _ in range(epochs):
            for rows in torch.randperm(len(label))[:n_rows].split(votes):
                optimizer.zero_grad()
                # Cross-entropy of the module's output, as in its authors' code.
                loss(vote_proba(rows), label[rows]).backward()
                optimizer.step()
        return partial(predict_proba, hidden, output)

    return run


def crowdlab(train, test, seed, epochs):
    """Train on CROWDLAB's labels (cleanlab), which need out-of-sample probabilities of the same network."""
    from cleanlab.multiannotator import get_label_quality_multiannotator, get_majority_vote_label

    codes = train.codes()
    rated = np.flatnonzero(~np.isnan(codes).all(axis=1))
    codes, X = codes[rated], train.X[rated]
    majority = get_majority_vote_label(codes).astype(np.int64)
    proba = np.empty((len(X), len(train.classes)))
    for fitted, held_out in KFold(5, shuffle=True, random_state=seed).split(X):
        proba[held_out] = predict_proba(
            *network(X[fitted], majority[fitted], train, seed, epochs), X[held_out]
        )
    found = get_label_quality_multiannotator(codes, proba, calibrate_probs=True, verbose=False)
    labels = found["label_quality"]["consensus_label"].to_numpy().astype(np.int64)
    return predict_proba(*network(X, labels, train, seed, epochs), test.X)


TRAINERS = {
    "scikit-activeml crowd_layer": scikit_activeml("CrowdLayerClassifier"),
    "scikit-activeml annot_mix": scikit_activeml("AnnotMixClassifier"),
    "scikit-activeml Raykar": raykar,
    "scikit-activeml ensemble": regressions,
    "crowd-kit CrowdLayer": crowd_kit("mw"),
    "crowd-kit CrowdLayer, vector": crowd_kit("vw"),
    "crowd-kit CoNAL": crowd_kit("conal"),
}
_PACKAGES = {"scikit-activeml": "skactiveml", "crowd-kit": "crowdkit"}

METHODS = {
    **{name: (_PACKAGES[name.partition(" ")[0]], tested(trainer)) for name, trainer in TRAINERS.items()},
    "scikit-activeml annot_mix, five": ("skactiveml", five(tested(TRAINERS["scikit-activeml annot_mix"]))),
    "cleanlab CROWDLAB": ("cleanlab", crowdlab),
}


def installed_peers():
    """Return the methods whose package is installed, by name."""
    from importlib.util import find_spec

    missing = sorted({package for package, _ in METHODS.values() if find_spec(package) is None})
    if missing:
        print(f"not installed, left out: {', '.join(missing)}")
    return {name: method for name, (package, method) in METHODS.items() if find_spec(package)}
