"""The fetchers against a local server that breaks off half-way, changes files and cannot go on."""

import hashlib
import io
import json
import re
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sklearn_raters.datasets import _download, _fetch, fetch_crema_d, fetch_speechocean762
from sklearn_raters.datasets._download import download
from sklearn_raters.exceptions import InputError

BODY = bytes(range(256)) * 4096  # 1 MiB


class Source:
    """A server of files that can break off, and remembers which parts were asked for."""

    def __init__(self):
        self.files, self.asked, self.breaks, self.ranges, self.tags = {}, [], 0, True, True
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                source.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def answer(self, request):
        body = self.files.get(request.path)
        wanted = request.headers.get("Range")
        self.asked.append((request.path, wanted))
        if body is None:
            request.send_error(404)
            return
        tag = f'"{hashlib.md5(body).hexdigest()}"'
        start = 0
        if wanted and self.ranges and request.headers.get("If-Range") == tag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if start and start >= len(body):
            request.send_response(416)
            request.send_header("Content-Range", f"bytes */{len(body)}")
            request.end_headers()
            return
        rest = body[start:]
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if self.tags:
            request.send_header("ETag", tag)
        request.send_header("Content-Length", str(len(rest)))
        request.end_headers()
        if self.breaks:
            self.breaks -= 1
            rest = rest[: len(rest) // 2]
        request.wfile.write(rest)


@pytest.fixture
def source(monkeypatch):
    monkeypatch.setattr(_download, "WAIT", 0)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    source = Source()
    yield source
    source.server.shutdown()
    source.server.server_close()


def starts(source):
    return [0 if wanted is None else int(wanted[6:-1]) for _, wanted in source.asked]


def test_a_download_goes_on_where_the_connection_broke_off(source, tmp_path):
    source.files["/a"], source.breaks = BODY, 2
    path = download(f"{source.url}/a", tmp_path / "deep/a", remedy="copy it")
    assert path.read_bytes() == BODY
    assert starts(source) == [0, len(BODY) // 2, len(BODY) * 3 // 4]
    assert sorted(file.name for file in path.parent.iterdir()) == ["a", "a.sha256"]


def test_a_later_call_goes_on_and_says_before_what_to_do(source, tmp_path):
    source.files["/a"], source.breaks = BODY, 3
    kept = len(BODY) * 7 // 8
    message = rf"/a could not be downloaded: .*{kept} bytes are kept.*without network, copy it\."
    with pytest.raises(ConnectionError, match=message):
        download(f"{source.url}/a", tmp_path / "a", remedy="copy it")
    assert not (tmp_path / "a").exists()
    assert download(f"{source.url}/a", tmp_path / "a", remedy="copy it").read_bytes() == BODY
    assert starts(source)[-1] == kept


def test_a_whole_file_is_not_downloaded_again(source, tmp_path):
    source.files["/a"] = BODY
    for _ in range(2):
        download(f"{source.url}/a", tmp_path / "a", remedy="copy it")
    assert len(source.asked) == 1


def test_a_source_that_cannot_go_on_is_downloaded_anew(source, tmp_path):
    source.files["/a"], source.breaks, source.ranges = BODY, 1, False
    assert download(f"{source.url}/a", tmp_path / "a", remedy="copy it").read_bytes() == BODY


def test_parts_of_different_versions_are_not_mixed(source, tmp_path):
    source.files["/a"], source.breaks = BODY, 3
    with pytest.raises(ConnectionError):
        download(f"{source.url}/a", tmp_path / "a", remedy="copy it")
    source.files["/a"] = BODY[::-1]
    assert download(f"{source.url}/a", tmp_path / "a", remedy="copy it").read_bytes() == BODY[::-1]


def test_a_source_without_versions_is_never_gone_on_with(source, tmp_path):
    source.files["/a"], source.breaks, source.tags = BODY, 1, False
    assert download(f"{source.url}/a", tmp_path / "a", remedy="copy it").read_bytes() == BODY
    assert starts(source) == [0, 0]


def test_a_part_that_is_already_whole_is_taken(source, tmp_path):
    source.files["/a"] = BODY
    (tmp_path / ".a.part").write_bytes(BODY)
    (tmp_path / ".a.part.version").write_text(f'"{hashlib.md5(BODY).hexdigest()}"')
    assert download(f"{source.url}/a", tmp_path / "a", remedy="copy it").read_bytes() == BODY
    assert starts(source) == [len(BODY)]


def test_the_checksum_is_checked(source, tmp_path):
    source.files["/a"] = BODY
    right = hashlib.sha256(BODY).hexdigest()
    with pytest.raises(InputError, match=rf"checksum, SHA-256 {'0' * 64}; what came was deleted.*copy it"):
        download(f"{source.url}/a", tmp_path / "a", sha256="0" * 64, remedy="copy it")
    assert not any(tmp_path.iterdir())
    assert download(f"{source.url}/a", tmp_path / "a", sha256=right, remedy="copy it").exists()


def test_a_file_that_was_damaged_later_is_downloaded_again(source, tmp_path):
    source.files["/a"] = BODY
    path = download(f"{source.url}/a", tmp_path / "a", remedy="copy it")
    path.write_bytes(BODY[:-1])
    assert download(f"{source.url}/a", path, remedy="copy it").read_bytes() == BODY


def test_without_a_server_the_error_says_what_to_do(tmp_path, source):
    source.server.shutdown()
    source.server.server_close()
    with pytest.raises(ConnectionError, match=r"could not be downloaded.*0 bytes are kept.*copy the archive"):
        fetch_speechocean762(tmp_path, url=f"{source.url}/speechocean762.tar.gz", progress=False)


def test_a_file_that_is_not_there_is_asked_for_once(source, tmp_path):
    with pytest.raises(ConnectionError, match="404"):
        download(f"{source.url}/b", tmp_path / "b", remedy="copy it")
    assert len(source.asked) == 1


def archive_of_speechocean762():
    scores = {"000010011": {"prosodic": [10, 9, 8.5, 7, 6.5]}, "000030012": {"prosodic": [4, 4, 5, 6, 6]}}
    files = {"resource/scores-detail.json": json.dumps(scores)}
    for part, name in (("train", "000030012"), ("test", "000010011")):
        speaker = name[1:5]
        files[f"{part}/wav.scp"] = f"{name}\tWAVE/SPEAKER{speaker}/{name}.WAV\n"
        files[f"{part}/utt2spk"] = f"{name} {speaker}\n"
        files[f"{part}/spk2gender"] = f"{speaker} f\n"
        files[f"WAVE/SPEAKER{speaker}/{name}.WAV"] = "RIFF"
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(f"speechocean762/{name}")
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return whole.getvalue()


def test_speechocean762_is_fetched_unpacked_and_loaded(source, tmp_path, capsys):
    source.files["/s.tar.gz"], source.breaks = archive_of_speechocean762(), 1
    corpus = fetch_speechocean762(tmp_path, url=f"{source.url}/s.tar.gz", cuts=(5, 7, 9))
    assert corpus.Y.index.tolist() == ["000030012", "000010011"]
    assert "speechocean762" in capsys.readouterr().err
    assert len(source.asked) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "speechocean762",
        "speechocean762.tar.gz.sha256",
    ]
    again = fetch_speechocean762(tmp_path, url=f"{source.url}/s.tar.gz")
    assert again.Y.equals(corpus.Y)
    assert len(source.asked) == 2


def test_a_damaged_archive_is_deleted(source, tmp_path):
    source.files["/s.tar.gz"] = archive_of_speechocean762()[:-200]
    with pytest.raises(InputError, match=r"cannot be unpacked: .*It was deleted: call again"):
        fetch_speechocean762(tmp_path, url=f"{source.url}/s.tar.gz", progress=False)
    assert not any(tmp_path.iterdir())


def test_options_are_checked_before_anything_is_downloaded(source, tmp_path, monkeypatch):
    monkeypatch.setattr(_fetch, "CREMA_D", source.url)
    with pytest.raises(InputError, match="task must be one of"):
        fetch_speechocean762(tmp_path, url=source.url, task="rhythm")
    with pytest.raises(InputError, match="mode must be one of"):
        fetch_crema_d(tmp_path, mode="smell")
    with pytest.raises(TypeError, match="unexpected keyword argument 'modes'"):
        fetch_crema_d(tmp_path, modes="voice")
    assert not source.asked


ANSWERS = """,localid,queryType,clipNum,questNum,clipName,sessionNums,respEmo
1,r1,1,1,1,1001_IEO_ANG_HI,8,A
2,r2,1,2,1,1002_IEO_SAD_HI,9,S
3,r2,1,3,2,1076_MTI_SAD_XX,9,S
"""


@pytest.fixture
def crema_d(source, monkeypatch):
    """Serve a small repository of CREMA-D, whose wav files are pointers, and the files behind them."""
    source.files["/raw/finishedResponses.csv"] = ANSWERS.encode()
    source.files["/raw/finishedEmoResponses.csv"] = b"X,sessionNums,queryType,questNum,ttr\n1,8,1,1,500\n"
    source.files["/raw/VideoDemographics.csv"] = b"ActorID,Sex\n1001,Male\n1002,Female\n"
    for name in ("1001_IEO_ANG_HI", "1002_IEO_SAD_HI"):
        audio = name.encode() * 1000
        sha256 = hashlib.sha256(audio).hexdigest()
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {len(audio)}\n"
        source.files[f"/raw/AudioWAV/{name}.wav"] = pointer.encode()
        source.files[f"/media/AudioWAV/{name}.wav"] = audio
    monkeypatch.setattr(_fetch, "CREMA_D", f"{source.url}/raw")
    monkeypatch.setattr(_fetch, "CREMA_D_AUDIO", f"{source.url}/media")
    return source


def test_the_progress_of_a_download_counts_what_is_there(source, tmp_path):
    source.files["/a"], source.breaks, seen = BODY, 1, []
    download(f"{source.url}/a", tmp_path / "a", advance=lambda *there: seen.append(there), remedy="copy it")
    done = [there for there, _ in seen]
    assert {size for _, size in seen} == {len(BODY)}
    assert done == sorted(set(done))  # also where the connection broke off
    assert done[-1] == len(BODY)
    assert len(done) > 4


def test_a_fetch_shows_its_progress_unless_told_otherwise(crema_d, tmp_path, capsys):
    fetch_crema_d(tmp_path / "quiet", progress=False)
    assert capsys.readouterr().err == ""
    fetch_crema_d(tmp_path / "shown")
    shown = capsys.readouterr().err
    assert re.search(r"AudioWAV .* 2/2", shown)
    for name in _fetch.CREMA_D_TABLES:
        assert re.search(rf"{name} .* (\d+)/\1 bytes", shown)


def test_crema_d_is_fetched_and_loaded(crema_d, tmp_path):
    crema_d.breaks = 1
    corpus = fetch_crema_d(tmp_path, progress=False)
    assert corpus.consensus.tolist() == ["anger", "sadness"]
    assert (tmp_path / "crema-d/AudioWAV/1001_IEO_ANG_HI.wav").read_bytes()[:15] == b"1001_IEO_ANG_HI"
    n_asked = len(crema_d.asked)
    assert n_asked == 8  # 3 tables, one of them in two parts, 2 pointers, 2 wav files
    fetch_crema_d(tmp_path, progress=False)
    assert len(crema_d.asked) == n_asked


def test_crema_d_goes_on_after_an_interruption(crema_d, tmp_path):
    audio = crema_d.files.pop("/media/AudioWAV/1002_IEO_SAD_HI.wav")
    with pytest.raises(ConnectionError, match=r"1002_IEO_SAD_HI.wav could not.*404.*git lfs pull"):
        fetch_crema_d(tmp_path, progress=False)
    crema_d.files["/media/AudioWAV/1002_IEO_SAD_HI.wav"] = audio
    crema_d.asked.clear()
    assert len(fetch_crema_d(tmp_path, progress=False).X) == 2
    assert ("/media/AudioWAV/1001_IEO_ANG_HI.wav", None) not in crema_d.asked


def test_a_wav_file_with_another_checksum_is_refused(crema_d, tmp_path):
    crema_d.files["/media/AudioWAV/1001_IEO_ANG_HI.wav"] = b"other"
    with pytest.raises(InputError, match=r"1001_IEO_ANG_HI.wav does not have the expected checksum"):
        fetch_crema_d(tmp_path, progress=False)


def test_a_file_that_is_no_pointer_is_refused(crema_d, tmp_path):
    crema_d.files["/raw/AudioWAV/1001_IEO_ANG_HI.wav"] = b"RIFF"
    with pytest.raises(InputError, match=r"1001_IEO_ANG_HI.wav is no pointer of Git LFS"):
        fetch_crema_d(tmp_path, progress=False)
