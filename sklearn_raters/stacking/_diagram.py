"""The diagram of a stack in notebooks: its views side by side, then the fusion."""

from sklearn_raters._sklearn_compat import VisualBlock
from sklearn_raters.stacking._views import PAPER_PAIR

# More views than this are one block.
_SHOWN = 8


def diagram(stack):
    """Return scikit-learn's block of a stack.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        Fitted or not.

    Returns
    -------
    VisualBlock
        The views, with the estimators that learn them, above the fusion.
    """
    if hasattr(stack, "views_"):
        names, estimators = [str(name) for name in stack.views_], list(stack.estimators_)
    else:
        views = [*PAPER_PAIR, "raters"] if isinstance(stack.views, str) else stack.views
        names = ["each rater" if name == "raters" else str(name) for name in views]
        own = stack.view_params if isinstance(stack.view_params, dict) else {}
        own = {str(name): entry for name, entry in own.items() if hasattr(entry, "get_params")}
        default = "default" if stack.estimator is None else stack.estimator
        estimators = [own.get(str(name), default) for name in views]
    if len(names) > _SHOWN:
        names = [*names[: _SHOWN - 1], f"{len(names) - _SHOWN + 1} more views"]
        estimators = estimators[:_SHOWN]
    views = VisualBlock("parallel", estimators, names=names, dash_wrapped=False)
    fusion = VisualBlock("parallel", [stack.fusion], names=["fusion"], dash_wrapped=False)
    return VisualBlock("serial", (views, fusion), dash_wrapped=False)
