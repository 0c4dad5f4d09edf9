"""Download the corpora that are free for all: speechocean762 and CREMA-D."""

import re
import shutil
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory

from sklearn_raters._files import full_path
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.datasets._corpus_table import read_columns
from sklearn_raters.datasets._crema_d import CLIP, SILENT, load_crema_d
from sklearn_raters.datasets._download import TIMEOUT, download, show_progress
from sklearn_raters.datasets._speechocean762 import load_speechocean762
from sklearn_raters.exceptions import InputError

SPEECHOCEAN762 = "https://www.openslr.org/resources/101/speechocean762.tar.gz"
# The state of the repository from which the files are taken; its wav files lie in Git LFS.
_COMMIT = "CheyneyComputerScience/CREMA-D/1658cd342dff90010aa843eaeebd53610a08b1dc"
CREMA_D = f"https://raw.githubusercontent.com/{_COMMIT}"
CREMA_D_AUDIO = f"https://media.githubusercontent.com/media/{_COMMIT}"
CREMA_D_TABLES = ["finishedResponses.csv", "finishedEmoResponses.csv", "VideoDemographics.csv"]
_POINTER = re.compile(r"version https://git-lfs\S*\noid sha256:([0-9a-f]{64})\nsize \d+\n")
# GitHub slows down clients with more connections.
_CONNECTIONS = 8
_OWNER = {"data_home": [str, PathLike, None], "progress": ["boolean"]}


def data_folder(data_home, corpus):
    """Return the folder of a corpus, in the given folder or in the cache of the user."""
    import pooch

    return full_path(pooch.os_cache("sklearn_raters") if data_home is None else data_home) / corpus


def check_options(load, folder, options):
    """Raise if options of a loader are wrong, before anything is downloaded."""
    # Loaders check their options before they look for the folder.
    with suppress(FileNotFoundError):
        load(folder / "none", **options)


def unpack(archive, folder):
    """Unpack the one folder of an archive as `folder`, whole or not at all."""
    with TemporaryDirectory(prefix=".unpacking_", dir=folder.parent) as temporary:
        try:
            with tarfile.open(archive) as tar:
                tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
                tar.extractall(temporary)
        except (tarfile.TarError, EOFError, OSError) as error:
            archive.unlink()
            archive.with_name(f"{archive.name}.sha256").unlink(missing_ok=True)
            raise InputError(
                f"{archive} cannot be unpacked: {error}. It was deleted: call again to download it, and make "
                "sure that the disk has room for it."
            ) from error
        inner = Path(temporary) / folder.name
        if not inner.is_dir():
            raise InputError(f"{archive} holds no folder {folder.name}; expected the archive of OpenSLR.")
        shutil.move(inner, folder)


@checked_parameters({**_OWNER, "url": [str], "sha256": [str, None]})
def fetch_speechocean762(data_home=None, *, url=SPEECHOCEAN762, sha256=None, progress=True, **options):
    """Download speechocean762 unless it is there, and load it.

    The archive of about 520 MB is downloaded from OpenSLR. A download that breaks off goes on from there,
    also in a later call. OpenSLR publishes no checksum: give one that you know as `sha256`,
    otherwise the archive is checked by its length and by the sums inside it.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The folder ``speechocean762`` is made in it. None takes the user's cache folder, which the
        environment variable XDG_CACHE_HOME changes.
    url : str, default=SPEECHOCEAN762
        Source of the archive, such as a mirror of OpenSLR.
    sha256 : str, default=None
        Checksum that the archive must have.
    progress : bool, default=True
        Whether to show a progress bar on standard error.
    **options
        Parameters of `load_speechocean762`, such as `task`.

    Returns
    -------
    sklearn.utils.Bunch
        Result of `load_speechocean762`.

    Raises
    ------
    ConnectionError
        If the archive cannot be downloaded; the message says what to do without network.
    InputError
        If the archive does not have the checksum, or is damaged.

    See Also
    --------
    load_speechocean762 : Load the corpus from a folder.

    Examples
    --------
    >>> from sklearn_raters.datasets import fetch_speechocean762
    >>> corpus = fetch_speechocean762()  # doctest: +SKIP
    >>> len(corpus.X)  # doctest: +SKIP
    5000
    """
    folder = data_folder(data_home, "speechocean762")
    if not folder.is_dir():
        check_options(load_speechocean762, folder, options)
        archive = folder.with_name("speechocean762.tar.gz")
        remedy = f"copy the archive from another machine to {archive}, or unpack it as {folder}"
        with show_progress("speechocean762", progress) as advance:
            download(url, archive, sha256=sha256, advance=advance, remedy=remedy)
        unpack(archive, folder)
        archive.unlink()
    return load_speechocean762(folder, **options)


def clips_of(folder):
    """Return the names of the clips with audio that raters answered for."""
    table = read_columns(folder / "finishedResponses.csv", ["clipName"])
    names = table["clipName"].dropna()
    return sorted(set(names[names.str.fullmatch(CLIP)]) - {SILENT})


def read_pointer(name, session, remedy):
    """Return the SHA-256 that the repository's pointer of Git LFS gives for a wav file."""
    import requests

    url = f"{CREMA_D}/AudioWAV/{name}.wav"
    try:
        answer = session.get(url, timeout=TIMEOUT)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise ConnectionError(
            f"{url} could not be downloaded: {error}. What came before is kept. Call again when the network "
            f"works; without network, {remedy}."
        ) from error
    found = _POINTER.fullmatch(answer.text)
    if found is None:
        raise InputError(f"{url} is no pointer of Git LFS, which gives the checksum; {remedy}.")
    return found[1]


def fetch_clips(folder, names, advance, remedy):
    """Download wav files; their checksums are kept in ``AudioWAV.sha256``, as sha256sum writes them."""
    import requests

    sums = folder / "AudioWAV.sha256"
    known = {}
    if sums.exists():
        lines = sums.read_text(encoding="ascii").splitlines()
        known = {path.removesuffix(".wav"): sha256 for sha256, path in map(str.split, lines)}
    stop = threading.Event()
    with requests.Session() as session, sums.open("a", encoding="ascii") as opened:

        def fetch(name):
            if stop.is_set():
                return name, None
            sha256 = known.get(name) or read_pointer(name, session, remedy)
            url = f"{CREMA_D_AUDIO}/AudioWAV/{name}.wav"
            download(url, folder / "AudioWAV" / f"{name}.wav", sha256=sha256, remedy=remedy)
            return name, sha256

        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            try:
                futures = [pool.submit(fetch, name) for name in names]
                for done, future in enumerate(as_completed(futures), start=1):
                    name, sha256 = future.result()
                    if name not in known:
                        opened.write(f"{sha256}  {name}.wav\n")
                    advance(done, len(names))
            finally:
                stop.set()


@checked_parameters(_OWNER)
def fetch_crema_d(data_home=None, *, progress=True, **options):
    """Download the tables and wav files of CREMA-D unless they are there, and load it.

    About 600 MB in 7,441 files are downloaded from the corpus' repository on GitHub. What came before an
    interruption is kept, and the next call goes on from there. Each wav file is checked by the SHA-256 in the
    repository.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The folder ``crema-d`` is made in it. None takes the user's cache folder, which the environment
        variable XDG_CACHE_HOME changes.
    progress : bool, default=True
        Whether to show progress bars on standard error.
    **options
        Parameters of `load_crema_d`, such as `mode`.

    Returns
    -------
    sklearn.utils.Bunch
        Result of `load_crema_d`.

    Raises
    ------
    ConnectionError
        If a file cannot be downloaded; the message says what to do without network.
    InputError
        If a file does not have its checksum.

    See Also
    --------
    load_crema_d : Load the corpus from a folder.

    Examples
    --------
    >>> from sklearn_raters.datasets import fetch_crema_d
    >>> corpus = fetch_crema_d()  # doctest: +SKIP
    >>> len(set(corpus.speakers))  # doctest: +SKIP
    91
    """
    folder = data_folder(data_home, "crema-d")
    check_options(load_crema_d, folder, options)
    remedy = f"clone the repository on another machine, run `git lfs pull` there, and copy it to {folder}"
    for name in CREMA_D_TABLES:
        with show_progress(name, progress) as advance:
            download(f"{CREMA_D}/{name}", folder / name, advance=advance, remedy=remedy)
    with show_progress("AudioWAV", progress, unit="files") as advance:
        fetch_clips(folder, clips_of(folder), advance, remedy)
    return load_crema_d(folder, **options)
