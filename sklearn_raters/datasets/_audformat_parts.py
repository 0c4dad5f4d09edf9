"""Samples that are parts of a recording: their names, and their sound as files of their own."""

from sklearn_raters._files import full_path
from sklearn_raters.datasets._files import check_files
from sklearn_raters.exceptions import InputError, remark
from sklearn_raters.ratings import shorten

# Sound that a part may lack at the end of its file, in s, before a warning: times are often rounded.
_MOST_MISSING = 0.1


def sample_name(sample):
    """Return the name of a sample: its file, and its segment if it is not the whole file."""
    file, *times = sample
    if times == [0.0, None]:
        return file
    start, end = ("" if time is None else f"{time:.6f}".rstrip("0").rstrip(".") for time in times)
    return f"{file}:{start}-{end}"


def cut(sample, path):
    """Return the sound of a part of a file and its sampling rate; raise InputError without any."""
    import audiofile

    name, (_, start, end) = sample_name(sample), sample
    try:
        signal, rate = audiofile.read(str(path), offset=start, duration=None if end is None else end - start)
    except Exception as error:  # libsndfile, ffmpeg and the others that read audio have errors of their own
        reason = " ".join(str(error).split()).rstrip(".")
        raise InputError(
            f"The sample {name!r} cannot be cut: {path} cannot be read as audio: {reason}. Copy it again."
        ) from error
    # A negative duration would be read backwards.
    if not signal.size or (end is not None and end <= start):
        raise InputError(
            f"The sample {name!r} holds no sound: {path} lasts {audiofile.duration(str(path)):g} s; correct "
            "its start and end in the database, or leave it out."
        )
    return signal, rate


def cut_segments(samples, folder, target, checked):
    """Return the path of each sample; write those that are parts of a file to the folder `target`."""
    import audiofile

    parts = [sample for sample in samples if sample[1] or sample[2] is not None]
    if parts and target is None:
        raise InputError(
            f"{len(parts)} samples are parts of a file, such as {sample_name(parts[0])!r}: give "
            "segments_dir=, a folder to write them to as files of their own."
        )
    paths = [full_path(folder / file) for file, *_ in samples]
    if checked:
        check_files(paths, f"put the files below {folder}, as the database names them")
    unwritten, shortened = [], []
    for number, (sample, path) in enumerate(zip(samples, paths, strict=True)):
        _, start, end = sample
        if not start and end is None:
            continue
        name = sample_name(sample)
        # audb names files by absolute paths.
        inside = path.relative_to(folder if path.is_relative_to(folder) else path.anchor)
        # With the ending of the recording: a.wav may lie beside a.flac.
        part = paths[number] = full_path(target) / f"{inside}_{name.rpartition(':')[2]}.wav"
        try:
            signal, rate = cut(sample, path)
        except InputError as error:
            if checked:
                raise
            part.unlink(missing_ok=True)  # of an earlier call
            unwritten.append(error)
            continue
        if end is not None and (missing := end - start - signal.shape[-1] / rate) > _MOST_MISSING:
            shortened.append(f"{name}, {missing:.3g} s more")
        part.parent.mkdir(parents=True, exist_ok=True)
        audiofile.write(str(part), signal, rate)
    if unwritten:
        remark(f"Parts that are not written ({len(unwritten)}), such as the first: {unwritten[0]}")
    if shortened:
        remark(
            f"Samples that end later than their recording ({len(shortened)}): {shorten(shortened, 5)}. They "
            "are shorter than the database says: check that the audio is that of the database."
        )
    return list(map(str, paths))
