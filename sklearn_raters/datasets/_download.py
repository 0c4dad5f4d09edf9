"""Download one file: go on where an earlier try broke off, check it, and say what to do without network."""

import os
import time
from contextlib import contextmanager
from pathlib import Path

from sklearn_raters.exceptions import InputError

TRIES = 3
# Seconds before the second try; twice as many before the third.
WAIT = 1.0
# Seconds to wait for a connection, and for the next bytes of one.
TIMEOUT = (10, 60)
_AT_ONCE = 1 << 16


def version_of(part):
    """Return the file that tells of which version of the source a partial file is."""
    return part.with_name(f"{part.name}.version")


def kept_bytes(part):
    """Return how much of a partial file the next download goes on from: nothing without its version."""
    return part.stat().st_size if part.exists() and version_of(part).exists() else 0


def resume(url, part, session, advance):
    """Download what a partial file lacks; begin anew if the source cannot go on or has changed.

    Parameters
    ----------
    url : str
        The source.
    part : pathlib.Path
        The partial file, which need not exist. Beside it lies the version of the source that it is from.
    session : requests.Session
        What sends the request.
    advance : callable
        Takes the bytes that are there, and the size of the whole or None.

    Raises
    ------
    requests.RequestException
        If the source cannot be reached, refuses, or breaks off.
    """
    import requests

    version, start = version_of(part), kept_bytes(part)
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers |= {"Range": f"bytes={start}-", "If-Range": version.read_text()}
    with session.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        # The file is complete, or the source has become shorter: the checksum decides.
        if start and answer.status_code == requests.codes.range_not_satisfiable:
            if answer.headers.get("Content-Range") == f"bytes */{start}":
                return
            part.unlink()
            raise requests.ConnectionError(f"{url} has changed since the first part was downloaded")
        answer.raise_for_status()
        if answer.status_code != requests.codes.partial_content:
            start = 0
            version.unlink(missing_ok=True)
        rest = answer.headers.get("Content-Length")
        size = None if rest is None else start + int(rest)
        # A weak version does not promise the same bytes.
        tag = answer.headers.get("ETag", answer.headers.get("Last-Modified", ""))
        if tag and not tag.startswith("W/"):
            version.write_text(tag)
        done = start
        with part.open("ab" if start else "wb") as opened:
            for block in answer.iter_content(_AT_ONCE):
                opened.write(block)
                done += len(block)
                advance(done, size)
    if size is not None and done < size:
        raise requests.ConnectionError(f"the connection broke off after {done} of {size} bytes")


def download(url, path, *, sha256=None, advance=lambda done, size: None, remedy):
    """Download a file unless it is there already, and check its SHA-256.

    Without a checksum of the publisher, the first complete download sets it: the sum is written to
    ``<path>.sha256`` and a file that differs from it later is downloaded again.

    Parameters
    ----------
    url : str
        The source.
    path : path-like
        The file to write; its folder is made.
    sha256 : str or None
        The publisher's checksum, in hexadecimal digits.
    advance : callable
        Is called with the bytes that are there, and the size of the whole or None.
    remedy : str
        What to do without network, without a full stop.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ConnectionError
        If the source cannot be reached, or breaks off in each of three tries; what came is kept.
    InputError
        If the file does not have the checksum.
    """
    import pooch
    import requests

    path = Path(path)
    recorded = path.with_name(f"{path.name}.sha256")
    if sha256 is None and recorded.exists():
        sha256 = recorded.read_text(encoding="ascii").split()[0]
    part = path.with_name(f".{path.name}.part")

    def fetch(url, target, _):
        with requests.Session() as session:
            for number in range(1, TRIES + 1):
                try:
                    resume(url, part, session, advance)
                    break
                except requests.RequestException as error:
                    answer = error.response
                    refused = answer is not None and answer.status_code < requests.codes.server_error
                    if number == TRIES or refused:
                        raise
                    time.sleep(number * WAIT)
        version_of(part).unlink(missing_ok=True)
        os.replace(part, target)

    try:
        expected = None if sha256 is None else f"sha256:{sha256}"
        pooch.retrieve(url, expected, fname=path.name, path=path.parent, downloader=fetch)
    except requests.RequestException as error:
        kept = f"{kept_bytes(part)} bytes are kept, from which the next call goes on"
        raise ConnectionError(
            f"{url} could not be downloaded: {error}. {kept}. Call again when the network works; without "
            f"network, {remedy}."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{url} does not have the expected checksum, SHA-256 {sha256}; what came was deleted. Call "
            f"again; if the sum differs again, the source has changed or a proxy alters it: {remedy}."
        ) from error
    if sha256 is None:
        recorded.write_text(f"{pooch.file_hash(str(path))}  {path.name}\n", encoding="ascii")
    return path


@contextmanager
def show_progress(what, shown, unit="bytes"):
    """Show a bar on standard error while the context lasts, in place of pooch's lines about each file.

    Parameters
    ----------
    what : str
        What is downloaded.
    shown : bool
        Whether to show the bar.
    unit : {"bytes", "files"}, default="bytes"
        What is counted.

    Yields
    ------
    callable
        Takes how many are there, and how many there will be or None.
    """
    import pooch
    from rich import progress
    from rich.console import Console

    counts = {
        "bytes": [progress.DownloadColumn(), progress.TransferSpeedColumn()],
        "files": [progress.MofNCompleteColumn()],
    }
    columns = [progress.TextColumn("{task.description}"), progress.BarColumn(), *counts[unit]]
    settings = {"console": Console(stderr=True), "disable": not shown}
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        with progress.Progress(*columns, progress.TimeRemainingColumn(), **settings) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    finally:
        logger.setLevel(level)
