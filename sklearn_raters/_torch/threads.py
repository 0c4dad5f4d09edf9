"""Torch's threads, shared out among pieces of work that cannot fill them one after the other."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch


class _Opened(threading.local):
    """The `map` that a thread has opened and not closed yet."""

    run_all = None


_opened = _Opened()


@contextmanager
def shared_threads():
    """Give a `map` that runs its calls side by side, each on one thread; the list of results is in order.

    An LSTM goes through its frames one by one, and the little work of one frame does not fill two cores.
    Opened within another, it is that other one: new threads in each training step would each leave memory
    behind, since the allocator keeps what a thread gave back for that thread's successors.
    """
    if _opened.run_all is not None:
        yield _opened.run_all
        return
    n_threads = torch.get_num_threads()
    if n_threads == 1:
        yield lambda function, *arguments: list(map(function, *arguments))
        return
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(n_threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:

            def run_all(function, *arguments):
                # A single call is sooner done than handed over; the pool starts no thread before.
                beside = pool.map if len(arguments[0]) > 1 else map
                return list(beside(function, *arguments))

            _opened.run_all = run_all
            try:
                yield run_all
            finally:
                _opened.run_all = None
    finally:
        torch.set_num_threads(n_threads)
