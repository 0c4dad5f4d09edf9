"""Ratings of several raters: input forms, exports of annotation tools, the task of learning, agreement."""

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
from sklearn_raters.ratings.exports import find_columns, read_ratings, read_text_table

__all__ = [
    "Task",
    "Votes",
    "as_task",
    "check_groups",
    "eligible_raters",
    "find_columns",
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
    "read_ratings",
    "read_text_table",
    "shorten",
    "sort_labels",
    "warn_of_lookalikes",
]
