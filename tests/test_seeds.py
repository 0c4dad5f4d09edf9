"""Seeds: one for a whole fit, and one for each estimator inside another."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sklearn_raters._seeds import draw_seed, set_seeds


def test_the_same_int_draws_the_same_seed_and_another_int_another():
    assert draw_seed(0) == draw_seed(0) != draw_seed(1)


def test_a_random_state_draws_a_new_seed_each_time():
    rng = np.random.RandomState(0)
    assert draw_seed(rng) != draw_seed(rng)


def test_several_seeds_are_drawn_at_once():
    seeds = draw_seed(0, size=5)
    assert len(set(seeds.tolist())) == 5
    assert seeds[0] == draw_seed(0)


@pytest.mark.parametrize("random_state", [0, np.random.RandomState(0)], ids=["int", "RandomState"])
def test_drawing_leaves_the_global_generator_alone(random_state):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    draw_seed(random_state)
    assert (before == np.random.get_state()[1]).all()  # noqa: NPY002


def nested():
    steps = make_pipeline(StandardScaler(), DecisionTreeClassifier())
    return GridSearchCV(steps, {}, cv=KFold(3, shuffle=True))


def test_every_random_state_inside_gets_a_number_of_its_own():
    search = set_seeds(make_pipeline(DecisionTreeClassifier(), LogisticRegression(random_state=1)), 0)
    seeds = [step.random_state for step in search]
    assert None not in seeds
    assert len({1, *seeds}) == 3


def test_seeds_reach_an_estimator_inside_a_pipeline_inside_a_search():
    first, again, other = (set_seeds(nested(), seed).estimator[-1].random_state for seed in (0, 0, 1))
    assert first == again != other


def test_an_estimator_without_random_state_is_left_unchanged():
    scaler = StandardScaler()
    assert set_seeds(scaler, 0) is scaler
    assert scaler.get_params() == StandardScaler().get_params()
