"""Views whose network starts from that of another view, which has been trained before."""

from sklearn_raters._nested import is_search, layers, unwrap

# A network that starts from another one trains for this share of its epochs, at this share of the step size.
SHARE_OF_EPOCHS, SHARE_OF_RATE = 1 / 3, 1 / 2


def can_start(estimator):
    """Return whether an unfitted estimator can start from another one of the same settings.

    Parameters
    ----------
    estimator : classifier
        The estimator.

    Returns
    -------
    bool
        Whether it is a network of labels with `warm_start`, or a pipeline that ends in one.
    """
    *outer, (_, network) = layers(estimator)
    takes_any_labels = getattr(network, "_takes_soft_targets", False)
    return (
        takes_any_labels
        and "warm_start" in network.get_params(deep=False)
        and not any(is_search(layer) for _, layer in outer)
    )


def start_from(estimator, trained):
    """Give an unfitted estimator the weights of a trained one, and a shorter training.

    Parameters
    ----------
    estimator : classifier
        An estimator that `can_start`.
    trained : classifier
        A fitted estimator with the same settings.
    """
    network, start = unwrap(estimator), unwrap(trained)
    n_epochs = max(1, round(start.n_iter_ * SHARE_OF_EPOCHS))
    network.set_params(
        warm_start=True,
        classes=start.classes_,
        max_epochs=network.max_epochs if network.early_stopping else n_epochs,
        learning_rate=start.learning_rate * SHARE_OF_RATE,
    )
    learnt = {name: value for name, value in vars(start).items() if name.endswith("_")}
    vars(network).update(learnt)
