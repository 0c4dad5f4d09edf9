"""Checks that classifiers of ratings must pass, for those of this package and of others."""

from sklearn_raters.estimator_checks._suite import (
    check_rater_estimator,
    parametrize_with_rater_checks,
    rater_estimator_checks_generator,
)

__all__ = ["check_rater_estimator", "parametrize_with_rater_checks", "rater_estimator_checks_generator"]
