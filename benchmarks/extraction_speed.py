"""Compare speed and memory of `OpenSmileFrames` with a loop over the opensmile package.

    python benchmarks/extraction_speed.py [--rounds 5] [--utterances 360] [--quick]

All contenders extract the same frames of synthetic speech. A first run starts the workers and fills the
cache; then each round runs every contender once. Prints the median seconds over the rounds, and the hours of
audio that are extracted in an hour. Then the peak memory is measured at 1, 2 and 4 times the files, each in a
process of its own.
"""

import argparse
import tempfile
from pathlib import Path
from time import perf_counter

import opensmile
import pandas as pd
import soundfile
from _process import in_own_process, peak_megabytes
from _report import report

from sklearn_raters import OpenSmileFrames
from sklearn_raters.datasets import load_iemocap, make_rated_speech
from sklearn_raters.features._smile import CONFIG


def loop(paths):
    """Extract frames as in the manual of opensmile."""
    smile = opensmile.Smile(str(CONFIG), "lld", loglevel=1)
    return [smile.process_file(path) for path in paths]


def extract_all(paths, **settings):
    """Extract frames by the transformer; raise TypeError if they are not float32."""
    frames = OpenSmileFrames(**settings).fit_transform(paths)
    if any(sample.dtype != "float32" for sample in frames):
        raise TypeError("OpenSmileFrames gave frames that are not float32.")
    return frames


def measure_speed(paths, cache, rounds):
    """Return the table of seconds and ratios, a row a contender."""
    contenders = {
        "Smile.process_file in a loop": lambda: loop(paths),
        "OpenSmileFrames(n_jobs=1)": lambda: extract_all(paths, n_jobs=1),
        "OpenSmileFrames(n_jobs=2)": lambda: extract_all(paths, n_jobs=2),
        "OpenSmileFrames, cache hits": lambda: extract_all(paths, memory=cache),
    }
    for run in contenders.values():
        run()
    seconds = pd.DataFrame(index=range(rounds), columns=pd.Index(contenders, name="contender"), dtype=float)
    for number in range(rounds):
        for name, run in contenders.items():
            start = perf_counter()
            run()
            seconds.loc[number, name] = perf_counter() - start
    table = pd.DataFrame({"seconds": seconds.median(), "lowest": seconds.min(), "highest": seconds.max()})
    hours = sum(soundfile.info(path).duration for path in paths) / 3600
    table["hours_of_audio_an_hour"] = hours / (table["seconds"] / 3600)
    # Compare within a round, since the machine's speed changes from round to round.
    for column, base in zip(["times_the_loop", "times_n_jobs_1"], list(contenders)[:2], strict=True):
        table[column] = seconds.rdiv(seconds[base], axis=0).median()
    return table


def measure_memory(paths, n_jobs):
    """Extract frames; return their size and the peak memory of this process before and after, a row."""
    extract_all(paths[:4], n_jobs=n_jobs)
    start = peak_megabytes()
    frames = extract_all(paths, n_jobs=n_jobs)
    size, peak = sum(sample.nbytes for sample in frames) / 1e6, peak_megabytes()
    row = {"files": len(paths), "frames_mb": size, "start_mb": start, "peak_mb": peak}
    return {**row, "beyond_frames_mb": peak - start - size}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--utterances", type=int, default=360)
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.utterances = 1, 60
    with tempfile.TemporaryDirectory() as folder:
        root = make_rated_speech(Path(folder) / "made", n_utterances=arguments.utterances, random_state=0)
        paths = load_iemocap(root).X
        speed = measure_speed(paths, Path(folder) / "cache", arguments.rounds)
        report(speed, "extraction_speed", quick=arguments.quick)
        rows = {
            (n_jobs, times): in_own_process(measure_memory, paths * times, n_jobs)
            for n_jobs in (1, 2)
            for times in (1, 2, 4)
        }
    memory = pd.DataFrame(rows).T.rename_axis(["n_jobs", "times"])
    report(memory, "extraction_memory", quick=arguments.quick)


if __name__ == "__main__":
    main()
