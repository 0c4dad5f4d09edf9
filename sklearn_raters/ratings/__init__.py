"""Ratings of several raters: input forms, exports of annotation tools, the task of learning, agreement."""

from sklearn_raters.ratings._doubts import known_labels, splitting_remedy, warn_of_labels, warn_of_lookalikes
from sklearn_raters.ratings._groups import check_groups
from sklearn_raters.ratings._labels import is_missing, is_missing_label, shorten, sort_labels
from sklearn_raters.ratings._long_table import ratings_from_long, ratings_to_long, votes_from_long
from sklearn_raters.ratings._marks import content_marks
from sklearn_raters.ratings._names import as_number, find_name
from sklearn_raters.ratings._order import check_order
from sklearn_raters.ratings._parse import parse_ratings
from sklearn_raters.ratings._raters import eligible_raters, rater_summary
from sklearn_raters.ratings._task import Task, as_task
from sklearn_raters.ratings._to_pandas import to_pandas
from sklearn_raters.ratings._votes import Votes
from sklearn_raters.ratings.exports import (
    find_columns,
    read_by_line,
    read_ratings,
    read_text_table,
    require_columns,
)
from sklearn_raters.ratings.inspection._alpha import alpha_interval, krippendorff_alpha
from sklearn_raters.ratings.inspection._camps import rater_camps
from sklearn_raters.ratings.inspection._coverage import rating_coverage
from sklearn_raters.ratings.inspection._hints import rater_hints
from sklearn_raters.ratings.inspection._inspect import inspect_ratings
from sklearn_raters.ratings.inspection._others import rater_confusions
from sklearn_raters.ratings.inspection._pairs import rater_pairs
from sklearn_raters.ratings.inspection._repeats import self_agreement
from sklearn_raters.ratings.inspection._samples import sample_disagreement

__all__ = [
    "Task",
    "Votes",
    "alpha_interval",
    "as_number",
    "as_task",
    "check_groups",
    "check_order",
    "content_marks",
    "eligible_raters",
    "find_columns",
    "find_name",
    "inspect_ratings",
    "is_missing",
    "is_missing_label",
    "known_labels",
    "krippendorff_alpha",
    "parse_ratings",
    "rater_camps",
    "rater_confusions",
    "rater_hints",
    "rater_pairs",
    "rater_summary",
    "rating_coverage",
    "ratings_from_long",
    "ratings_to_long",
    "read_by_line",
    "read_ratings",
    "read_text_table",
    "require_columns",
    "sample_disagreement",
    "self_agreement",
    "shorten",
    "sort_labels",
    "splitting_remedy",
    "to_pandas",
    "votes_from_long",
    "warn_of_labels",
    "warn_of_lookalikes",
]
