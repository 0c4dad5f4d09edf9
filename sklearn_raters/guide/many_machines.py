"""Many machines: parallel jobs, caches, clusters, data larger than the memory.

**Jobs.** `n_jobs` of a stack trains views side by side, that of `compare` folds and models. joblib runs them,
so a cluster takes over where joblib's backend is exchanged:

```python
>>> import joblib
>>> import numpy as np
>>> from sklearn.linear_model import LogisticRegression
>>> from sklearn_raters import MultiRaterStackingClassifier
>>> rng = np.random.default_rng(0)
>>> X, Y = rng.normal(size=(40, 3)), rng.choice(["calm", "sad"], (40, 3))
>>> stack = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean", random_state=0)
>>> with joblib.parallel_config("threading", n_jobs=2):
...     stack = stack.fit(X, Y)

```

While jobs run, scipy's linear algebra keeps to one thread, and numpy's has its own. Each brings threads that
wait actively, and would keep the other's from the processor.

With Dask, on SLURM by dask-jobqueue:

    from dask.distributed import Client
    from dask_jobqueue import SLURMCluster
    cluster = SLURMCluster(cores=4, memory="16GB", walltime="04:00:00")
    cluster.scale(jobs=8)
    with Client(cluster), joblib.parallel_config("dask"):
        stack.fit(X, Y)

With Ray, call `ray.util.joblib.register_ray()` first, then `joblib.parallel_config("ray")`. The models
depend neither on the number of jobs nor on the backend; another kind of processor may change the last digits.

**A GPU** waits for Python most of the time while it trains one small network. Networks that threads train at
the same time, such as the views of several folds, are therefore stacked and computed in one batch. Here five folds
of seven views each:

    stack.set_params(n_jobs=7)
    with sklearn.config_context(enable_metadata_routing=True), joblib.parallel_config("threading", n_jobs=5):
        cross_validate(stack, X, Y, params={"groups": sessions}, cv=GroupKFold(5), scoring=uar_scorer)

It is so for `BLSTMClassifier` in float32 without `early_stopping`, `net_params` and `verbose`. Dropout then differs
from that of networks trained one by one, so only models trained in the same way are the same.

**Caches.** `memory="folder"` keeps each trained view at once, so that a fit that was stopped goes on at the
first view that is missing, and a grid over the fusion trains each view once. Whoever can write into a cache
can run code in your name, as in joblib.

**Frames larger than the memory** lie in files, which networks read a batch at a time:

```python
>>> import pathlib, tempfile
>>> from sklearn_raters.features import load_frames, save_frames
>>> folder = pathlib.Path(tempfile.mkdtemp()) / "frames"
>>> samples = save_frames((np.ones((length, 45)) for length in (3, 5)), folder, dtype="float16")
>>> [frames.shape for frames in load_frames(folder)]
[(3, 45), (5, 45)]

```

**Models move as data.** `sklearn_raters.persistence.save` writes a file that runs no code when it is read.
"""
