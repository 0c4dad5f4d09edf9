"""Ratings of several raters: their input forms, the task of learning from them, agreement, long tables."""

from sklearn_raters.ratings._doubts import warn_of_lookalikes
from sklearn_raters.ratings._groups import check_groups
from sklearn_raters.ratings._labels import is_missing, is_missing_label, shorten, sort_labels
from sklearn_raters.ratings._long_table import ratings_from_long, ratings_to_long
from sklearn_raters.ratings._names import find_name
from sklearn_raters.ratings._pairs import pairwise_agreement, rater_confusions
from sklearn_raters.ratings._parse import parse_ratings
from sklearn_raters.ratings._raters import eligible_raters, krippendorff_alpha, rater_summary
from sklearn_raters.ratings._task import Task, as_task
from sklearn_raters.ratings._votes import Votes

__all__ = [
    "Task",
    "Votes",
    "as_task",
    "check_groups",
    "eligible_raters",
    "find_name",
    "is_missing",
    "is_missing_label",
    "krippendorff_alpha",
    "pairwise_agreement",
    "parse_ratings",
    "rater_confusions",
    "rater_summary",
    "ratings_from_long",
    "ratings_to_long",
    "shorten",
    "sort_labels",
    "warn_of_lookalikes",
]
