"""Jobs in parallel, their progress, and a time limit that holds in all processes."""

from sklearn_raters._parallel._jobs import moved_once, run_jobs
from sklearn_raters._parallel._progress import showing_trainings
from sklearn_raters._parallel._watch import (
    TimeLimitReached,
    check_time,
    is_quiet,
    silenced,
    tell_finished,
    time_limit,
    watched,
)

__all__ = [
    "TimeLimitReached",
    "check_time",
    "is_quiet",
    "moved_once",
    "run_jobs",
    "showing_trainings",
    "silenced",
    "tell_finished",
    "time_limit",
    "watched",
]
