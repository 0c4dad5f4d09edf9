"""What the raters said: every form of ratings, the task they set, and what is known of each rater."""

from sklearn_raters.ratings._labels import is_missing, shorten, sort_labels
from sklearn_raters.ratings._long_table import ratings_from_long, ratings_to_long
from sklearn_raters.ratings._parse import parse_ratings
from sklearn_raters.ratings._raters import eligible_raters, krippendorff_alpha, rater_summary
from sklearn_raters.ratings._task import Task
from sklearn_raters.ratings._votes import Votes, count_votes, majority

__all__ = [
    "Task",
    "Votes",
    "count_votes",
    "eligible_raters",
    "is_missing",
    "krippendorff_alpha",
    "majority",
    "parse_ratings",
    "rater_summary",
    "ratings_from_long",
    "ratings_to_long",
    "shorten",
    "sort_labels",
]
