"""Jobs in parallel, their progress, a time limit that holds in all processes, and results that are kept."""

from sklearn_raters._parallel._blas import scipy_on_one_thread, small_products
from sklearn_raters._parallel._jobs import moved_once, run_jobs
from sklearn_raters._parallel._progress import in_words, showing_trainings
from sklearn_raters._parallel._sealed import cached_with, call_cached, content_to_hash, is_cached, open_cache
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
    "cached_with",
    "call_cached",
    "check_time",
    "content_to_hash",
    "in_words",
    "is_cached",
    "is_quiet",
    "moved_once",
    "open_cache",
    "run_jobs",
    "scipy_on_one_thread",
    "showing_trainings",
    "silenced",
    "small_products",
    "tell_finished",
    "time_limit",
    "watched",
]
