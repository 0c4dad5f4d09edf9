"""The diagram of a stack in notebooks names its views and the fusion."""

import re

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from sklearn_raters import MultiRaterStackingClassifier


def labels(stack):
    """Return the texts of the diagram's boxes."""
    return re.findall(r"<label[^>]*>(?:<div>)*([^<]*)", stack._repr_html_())


def test_an_unfitted_stack_shows_which_views_it_will_have():
    shown = labels(MultiRaterStackingClassifier(LogisticRegression(C=3)))
    assert [name for name in shown if name in ("crowd_hard", "crowd_soft", "each rater", "fusion")] == [
        "crowd_hard",
        "crowd_soft",
        "each rater",
        "fusion",
    ]
    assert shown.count("LogisticRegression") == 3
    assert "pool" in shown


def test_a_fitted_stack_shows_its_views_and_counts_those_of_many_raters():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(40, 2)), rng.choice(["a", "b"], (40, 9))
    shown = labels(MultiRaterStackingClassifier(LogisticRegression(), fusion="mean").fit(X, Y))
    assert "crowd_soft" in shown
    assert "4" in shown
    assert "4 more views" in shown
    assert shown.count("LogisticRegression") == 8


def test_an_unfitted_stack_shows_the_estimators_that_views_have_of_their_own():
    own = {"crowd_hard": RandomForestClassifier(), "2": GaussianNB(), "crowd_soft": {"C": 3}}
    stack = MultiRaterStackingClassifier(
        LogisticRegression(), views=["crowd_hard", "crowd_soft", 2], view_params=own
    )
    shown = labels(stack)
    assert shown.count("RandomForestClassifier") == shown.count("GaussianNB") == 1
    assert shown.count("LogisticRegression") == 1
