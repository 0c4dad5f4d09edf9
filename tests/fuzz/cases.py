"""The cases of the fuzz: every entry point, each of its arguments in every form, in a seeded order."""

import collections
import functools
import re
import warnings
from typing import NamedTuple

import numpy as np

from fuzz.commands import KINDS_OF_COMMANDS, command_targets
from fuzz.files import KINDS_OF_FILES, file_targets
from fuzz.forms import ANY, FITTED, OPTIONAL, PAIRED, REFUSE, SAME, SPARSE, STRICT
from fuzz.forms import KINDS as KINDS_OF_VALUES
from fuzz.oracle import Verdict, judge
from fuzz.outputs import KINDS_OF_OUTPUTS, output_targets
from fuzz.situations import SITUATIONS, situation_targets
from fuzz.targets import TOO_LONG, Target, all_targets

KINDS = {**KINDS_OF_VALUES, **KINDS_OF_FILES, **KINDS_OF_OUTPUTS, **KINDS_OF_COMMANDS, **SITUATIONS}
# Kinds of arguments that have a row a sample.
PAIRED_KINDS = {"table", "sequences", "ratings", "labels", "shares", "groups", "weights"}
# Forms of a table for which the last digits of what views say differ: sparse rows, and fewer digits.
LAST_DIGITS = (*SPARSE, "int64_indices", "split_entries", "single", "half")
# 0.0 in one of our messages as NumPy's repr writes it, which nobody has written.
NUMPY_SCALAR = re.compile(
    r"^InputError .*\bnp\.(u?int|float|complex|str|bytes|bool|datetime|timedelta)\d*_?\("
)


class Case(NamedTuple):
    """One argument, or several, of an entry point in hostile forms."""

    target: Target
    forms: dict

    @property
    def name(self):
        """The case in words."""
        return f"{self.target.name}: " + ", ".join(f"{name}={form.name}" for name, form in self.forms.items())


def expected(target, kind, form):
    """Return what is expected of one form at a target."""
    if form.name == "none" and kind in OPTIONAL:
        return ANY
    paired = sum(kind in PAIRED_KINDS for kind, _ in target.arguments.values()) > 1
    special = {PAIRED: paired, STRICT: target.strict, FITTED: target.fitted}
    if form.expect == SAME and "of softmax" in target.name and form.name.startswith(LAST_DIGITS):
        return ANY  # the layer orders its samples by a hash of what the views say
    if form.expect in special:
        return REFUSE if special[form.expect] else ANY
    return form.expect


def single_cases():
    """Return every argument of every target in every form."""
    cases = []
    for target in (
        *all_targets(),
        *file_targets(),
        *output_targets(),
        *command_targets(),
        *situation_targets(),
    ):
        for argument, (kind, _) in target.arguments.items():
            name = target.name.split()[0] if argument == "value" else argument
            names = {argument, name, *target.name.split()}
            skipped = set().union(*(TOO_LONG.get(one, ()) for one in names))
            cases += [Case(target, {argument: form}) for form in KINDS[kind] if form.name not in skipped]
    return cases


def spread(singles, rng):
    """Return cases in a random order in which every area, and in it every form, comes early.

    An area has a share of the cases in proportion to the root of their number.
    """
    found, places = collections.Counter(), []
    sizes = collections.Counter(case.target.area for case in singles)
    by_form = collections.Counter()
    ranked = []
    for at in rng.permutation(len(singles)):
        target, ((argument, form),) = singles[at].target, singles[at].forms.items()
        key = target.area, target.arguments[argument][0], form.name
        by_form[key] += 1
        ranked.append((by_form[key], at))
    for _, at in sorted(ranked, key=lambda pair: pair[0]):
        area = singles[at].target.area
        found[area] += 1
        places.append((found[area] / sizes[area] ** 0.5, at))
    return [singles[at] for _, at in sorted(places)]


@functools.cache
def all_cases(n_cases, seed=0):
    """Return that many cases: nine of ten with one hostile argument, the others with two."""
    rng = np.random.default_rng(seed)
    cases = spread(single_cases(), rng)[: n_cases - n_cases // 10]
    several = [target for target in all_targets() if len(target.arguments) > 1]
    while len(cases) < n_cases:
        target = several[rng.integers(len(several))]
        chosen = {}
        for name in rng.choice(list(target.arguments), 2, replace=False).tolist():
            kind = KINDS[target.arguments[name][0]]
            chosen[name] = kind[rng.integers(len(kind))]
        cases.append(Case(target, chosen))
    return cases


_ANSWERS = {}


def answer_to_sound(target):
    """Return the answer of a target to its sound arguments; computed once."""
    if target.name not in _ANSWERS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sound = {name: value for name, (_, value) in target.arguments.items()}
            _ANSWERS[target.name] = target.call(**sound)
    return _ANSWERS[target.name]


def run(case, seed):
    """Run a case and return its verdict."""
    rng = np.random.default_rng(seed)
    arguments = {name: value for name, (_, value) in case.target.arguments.items()}
    expect = SAME
    for name, form in case.forms.items():
        kind = case.target.arguments[name][0]
        wanted = expected(case.target, kind, form)
        # Two changes at once may make up for each other, so the pair is not expected to be refused.
        if wanted != SAME:
            expect = wanted if len(case.forms) == 1 else ANY
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of np.matrix
                arguments[name] = form.make(arguments[name], rng)
        except Exception as error:  # a form that these data cannot take
            raise AssertionError(f"The form {form.name} of {kind} cannot be made: {error!r}") from error
    verdict = judge(
        lambda: case.target.call(**arguments), expect, lambda: answer_to_sound(case.target), case.target.laws
    )
    given = any(form.name.startswith("numpy") for form in case.forms.values())
    if NUMPY_SCALAR.match(verdict.detail) and not given:
        return Verdict("refused unclearly", verdict.detail)
    return verdict
