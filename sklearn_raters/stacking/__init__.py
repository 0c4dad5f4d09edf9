"""Stacks: a classifier for each view on the ratings, frozen, and a fusion on top."""

from sklearn_raters.stacking._fusion import FUSIONS
from sklearn_raters.stacking._paper_stack import PAPER_GRID, PAPER_NETWORK, paper_search, paper_stack
from sklearn_raters.stacking._planned import StackPlan
from sklearn_raters.stacking._stacking import MultiRaterStackingClassifier
from sklearn_raters.stacking._truth_stack import truth_stack
from sklearn_raters.stacking._views import CROWD_VIEWS, PAPER_PAIR, view_names

__all__ = [
    "CROWD_VIEWS",
    "FUSIONS",
    "PAPER_GRID",
    "PAPER_NETWORK",
    "PAPER_PAIR",
    "MultiRaterStackingClassifier",
    "StackPlan",
    "paper_search",
    "paper_stack",
    "truth_stack",
    "view_names",
]
