"""Run small computations in parallel, each on one thread of torch."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch


class _OpenPool(threading.local):
    """The `map` of the `shared_threads` block that a thread is in; None outside such a block."""

    run_all = None


_open_pool = _OpenPool()


@contextmanager
def shared_threads():
    """Yield a `map` that runs its calls in parallel, each on one thread, and returns a list in order.

    An LSTM computes its frames one after the other, and one frame is too little work for two cores. Inside
    another `shared_threads` block, the same `map` is yielded. New threads in each training step would
    increase the memory used, since the allocator does not give the memory of ended threads back to the
    system.
    """
    if _open_pool.run_all is not None:
        yield _open_pool.run_all
        return
    n_threads = torch.get_num_threads()
    if n_threads == 1:
        yield lambda function, *arguments: list(map(function, *arguments))
        return
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(n_threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:

            def run_all(function, *arguments):
                # A single call is quicker in this thread, and the pool starts no thread without need.
                run = pool.map if len(arguments[0]) > 1 else map
                return list(run(function, *arguments))

            _open_pool.run_all = run_all
            yield run_all
    finally:
        _open_pool.run_all = None
        torch.set_num_threads(n_threads)
