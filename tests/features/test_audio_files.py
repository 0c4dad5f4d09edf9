"""Every container of libsndfile: read whole where it is sound, refused where it is cut."""

import io
import struct

import numpy as np
import pytest
import soundfile

from sklearn_raters.exceptions import InputError
from sklearn_raters.features._audio_files import read_file
from sklearn_raters.features._mpeg import _header

RATE = 16000
# Half noise and half silence, which an encoder gives fewer bits.
NOISE = np.random.default_rng(0).normal(scale=0.1, size=4 * RATE).clip(-0.9, 0.9)
SIGNAL = np.concatenate([np.zeros(4 * RATE), NOISE])


def encoded(form, subtype=None, signal=SIGNAL, rate=RATE):
    file = io.BytesIO()
    soundfile.write(file, signal, rate, format=form, subtype=subtype)
    return file.getvalue()


@pytest.fixture
def read(tmp_path):
    def read_content(content, name="a.audio"):
        path = tmp_path / name
        path.write_bytes(content)
        return read_file(path, f"Sample 0 ({str(path)!r})")

    return read_content


def lengths(parts):
    return [signal.shape[1] for signal, _ in parts]


# MATLAB 4 is known by its numbers alone, and libsndfile itself refuses HTK and FLAC files that are cut.
LENGTH_IN_HEADER = ["AIFF", "AU", "AVR", "CAF", "FLAC", "HTK", "MAT4", "MAT5", "MP3", "MPC2K", "NIST", "OGG"]
LENGTH_IN_HEADER += ["RF64", "SDS", "SVX", "VOC", "W64", "WAV", "WAVEX", "WVE"]
NO_LENGTH = ["IRCAM", "PAF", "PVF", "XI"]


def subtypes(form):
    for subtype in soundfile.available_subtypes(form):
        for rate in (RATE, 44100, 8000):
            try:
                yield subtype, encoded(form, subtype, rate=rate)
                break
            except soundfile.LibsndfileError:
                pass  # not at this rate, or only read


def test_each_container_is_one_whose_length_is_known_or_not():
    without_header = ["RAW", "SD2"]  # SD2 keeps its header in another file
    assert set(soundfile.available_formats()) == {*LENGTH_IN_HEADER, *NO_LENGTH, *without_header}


@pytest.mark.parametrize("form", LENGTH_IN_HEADER)
@pytest.mark.filterwarnings("error")
def test_sound_files_are_read_whole_under_any_name_and_cut_ones_are_refused(form, read):
    some = list(subtypes(form))
    assert some
    for subtype, content in some:
        for name in ("a", "a.wav", "a.mp3", "a.xyz"):
            (n_read,) = lengths(read(content, name))
            # Codecs of blocks fill their last one.
            assert len(SIGNAL) <= n_read < len(SIGNAL) + 1024, (form, subtype)
        for share in (0.25, 0.5, 0.9):
            with pytest.raises(InputError, match=r"Sample 0 \(.*\) (is cut short|cannot be read)"):
                read(content[: int(share * len(content))])


@pytest.mark.parametrize("form", NO_LENGTH)
def test_containers_without_a_length_are_read_as_they_are(form, read):
    for _, content in subtypes(form):
        assert lengths(read(content)) == [len(SIGNAL)]


@pytest.mark.parametrize("extension", ["opus", "oga", "sph", "caf", "aifc", "aif", "au", "OGG", ""])
def test_the_content_and_not_the_name_decides(extension, read, monkeypatch):
    monkeypatch.setenv("PATH", "")  # without ffmpeg
    formats = {"opus": ("OGG", "OPUS"), "oga": ("OGG", "VORBIS"), "sph": ("NIST", "ULAW")}
    form, subtype = formats.get(extension.lower(), ("FLAC", None))
    ((signal, rate),) = read(encoded(form, subtype), f"voice.{extension}")
    assert (signal.shape, rate) == ((1, len(SIGNAL)), RATE)
    error = np.abs(signal[0] - SIGNAL).mean()
    assert error < 0.03


WAV = encoded("WAV", "PCM_16")
SIZE_AT = WAV.index(b"data") + 4
N_BYTES = 2 * len(SIGNAL)


def wav_that_promises(n_bytes):
    return WAV[:SIZE_AT] + struct.pack("<I", n_bytes) + WAV[SIZE_AT + 4 :]


@pytest.mark.parametrize("too_many", [1, 2, 3, 36, 44])
def test_a_wav_whose_header_promises_a_few_bytes_too_many_is_read_to_its_end(too_many, read):
    assert lengths(read(wav_that_promises(N_BYTES + too_many))) == [len(SIGNAL)]


@pytest.mark.parametrize("n_bytes", [0, 0xFFFFFFFF, 0xFFFFFFFF - 36, 0x7FFFFFFF, 0x7FFFF000, 0x80000000])
@pytest.mark.parametrize("riff", [0, 36, 0xFFFFFFFF])
def test_a_streamed_wav_is_read_to_its_end(n_bytes, riff, read):
    content = bytearray(wav_that_promises(n_bytes))
    struct.pack_into("<I", content, 4, riff)
    ((signal, _),) = read(bytes(content))
    np.testing.assert_allclose(signal[0], SIGNAL, atol=1e-4)


@pytest.mark.parametrize("n_bytes", [N_BYTES + 100, 2 * N_BYTES, 3_000_000_000])
def test_a_wav_that_lacks_more_is_cut_short(n_bytes, read):
    with pytest.raises(
        InputError, match=f"cut short: its header gives {n_bytes} bytes, but it holds {N_BYTES}"
    ):
        read(wav_that_promises(n_bytes))


@pytest.mark.parametrize("tail", [b"", b"LIST" + struct.pack("<I", 4) + b"INFO"])
def test_a_header_without_audio_is_refused(tail, read):
    with pytest.raises(InputError, match="holds no audio"):
        read(wav_that_promises(0)[: SIZE_AT + 4] + tail)


@pytest.mark.parametrize(
    ("form", "name", "size"),
    [
        ("AU", None, b"\xff" * 4),
        ("AU", None, b"\0" * 4),
        ("CAF", b"data", b"\xff" * 8),
        ("AIFF", b"SSND", b"\0" * 4),
        ("AIFF", b"SSND", b"\xff" * 4),
        ("W64", b"data", b"\xff" * 8),
    ],
)
def test_other_streamed_files_are_read_to_their_end(form, name, size, read):
    content = encoded(form, "PCM_16")
    place = 8 if name is None else content.index(name) + (16 if form == "W64" else 4)
    assert lengths(read(content[:place] + size + content[place + len(size) :])) == [len(SIGNAL)]


def test_a_streamed_flac_is_read_whole_or_refused(read):
    content = bytearray(encoded("FLAC", "PCM_16"))
    content[21] &= 0xF0  # the 36 bits of the number of samples, 0 where it is unknown
    content[22:26] = bytes(4)
    assert lengths(read(bytes(content))) == [len(SIGNAL)]
    with pytest.raises(InputError, match="cannot be read"):
        read(bytes(content[: len(content) // 2]))


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_chained_ogg_files_are_read_whole(subtype, read):
    first, second = encoded("OGG", subtype), encoded("OGG", subtype, np.stack([SIGNAL, SIGNAL], 1), 48000)
    parts = read(first + second + first)
    assert [(signal.shape, rate) for signal, rate in parts] == [
        ((1, len(SIGNAL)), RATE),
        ((2, len(SIGNAL)), 48000),
        ((1, len(SIGNAL)), RATE),
    ]
    np.testing.assert_array_equal(parts[0][0], parts[2][0])
    assert lengths(read(first + bytes(100))) == [len(SIGNAL)]


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_ogg_files_that_lack_pages_are_refused(subtype, read):
    content = encoded("OGG", subtype)
    last, middle = content.rindex(b"OggS"), content.index(b"OggS", len(content) // 2)
    after = content.index(b"OggS", middle + 4)
    for damaged, reason in [
        (content[:last], "no page is marked as the last one"),
        (content[:middle] + content[after:], "page [0-9]+ of an Ogg stream is missing"),
        (content + content[: len(content) // 2], "its last Ogg page is not complete"),
        (content[:-1], "its last Ogg page is not complete"),
        (content[: last + 10], "its last Ogg page is not complete"),
        (content[:last] + content, "no page is marked as the last one"),
    ]:
        with pytest.raises(InputError, match=f"is cut short: {reason}"):
            read(damaged)


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_an_ogg_file_with_a_changed_bit_is_refused(subtype, read):
    content = encoded("OGG", subtype)
    for share in (0.3, 0.5, 0.9):
        changed = bytearray(content)
        changed[int(share * len(content))] ^= 64
        with pytest.raises(
            InputError, match=r"is cut short: (page [0-9]+ of an Ogg stream is|its last Ogg page)"
        ):
            read(bytes(changed))


ID3 = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)
ID3_AT_END = b"TAG" + bytes(125)


@pytest.mark.parametrize("rate", [RATE, 44100, 11025])
def test_mp3_files_are_read_whole_with_and_without_the_frame_that_gives_their_length(rate, read):
    tagged = encoded("MP3", rate=rate)  # of a variable bit rate
    bare = tagged[_header(tagged, 0).size :]
    n_decoded = len(bare_frames := frames_of(bare)) * samples_a_frame(rate)
    (whole,), (untagged,) = read(tagged), read(bare)
    assert whole[0].shape == (1, len(SIGNAL))
    # The tag also tells how much padding to leave out at both ends.
    assert n_decoded - 2000 < untagged[0].shape[1] <= n_decoded
    start = int(np.argmax(np.correlate(untagged[0][0, -50000:], whole[0][0, -20000:-10000], "valid")))
    shifted = untagged[0][0, -50000:][start : start + 10000]
    np.testing.assert_allclose(shifted, whole[0][0, -20000:-10000], atol=1e-5)
    assert lengths(read(tagged + tagged)) == [len(SIGNAL)] * 2
    assert lengths(read(ID3 + tagged + ID3_AT_END + ID3 + tagged + ID3_AT_END)) == [len(SIGNAL)] * 2
    (joined,) = lengths(read(bare + bare))
    assert abs(joined - 2 * n_decoded) < 3000
    (joined,) = lengths(read(tagged + bare))
    assert abs(joined - 2 * n_decoded) < 3000
    assert len(lengths(read(bare + tagged))) == 2
    half = b"".join(bare_frames[: len(bare_frames) // 2])
    with pytest.raises(InputError, match=r"header gives [0-9]+ MPEG frames, but it holds"):
        read(tagged[: len(tagged) - len(bare)] + half)
    with pytest.raises(InputError, match="last MPEG frame is not complete"):
        read(bare[:-1])
    with pytest.raises(InputError, match="cut short"):
        read(tagged + tagged[: len(tagged) // 2])


def frames_of(content):
    place, frames = 0, []
    while place < len(content):
        size = _header(content, place).size
        frames.append(content[place : place + size])
        place += size
    return frames


def samples_a_frame(rate):
    return 1152 if rate >= 32000 else 576


@pytest.mark.parametrize("form", ["WAV", "AIFF", "AU", "W64", "CAF", "FLAC", "OGG", "MP3"])
@pytest.mark.parametrize("size", [128, 20_000])
def test_a_tag_in_front_of_any_container_takes_nothing_from_its_end(form, size, read):
    content = encoded(form)
    tag = b"ID3\x03\0\0" + bytes([size >> 21, size >> 14 & 127, size >> 7 & 127, size & 127]) + bytes(size)
    ((expected, _),), ((found, _),) = read(content), read(tag + content)
    np.testing.assert_array_equal(found, expected)
    with pytest.raises(InputError, match=r"cut short|cannot be read"):
        read(tag + content[: int(0.9 * len(content))])


@pytest.mark.parametrize("tail", [ID3_AT_END, bytes(1000)], ids=["tag", "zeros"])
def test_what_follows_a_flac_file_is_no_damage_but_a_cut_is(tail, read):
    content = encoded("FLAC")
    ((expected, _),), ((found, _),) = read(content), read(content + tail)
    np.testing.assert_array_equal(found, expected)
    with pytest.raises(InputError, match=r"cut short|cannot be read"):
        read(content[: int(0.9 * len(content))] + tail)


def test_joined_flac_files_are_read_whole(read):
    stereo = encoded("FLAC", signal=np.stack([SIGNAL, SIGNAL], 1), rate=44100)
    parts = read(encoded("FLAC") + ID3_AT_END + ID3 + stereo)
    assert [(signal.shape, rate) for signal, rate in parts] == [
        ((1, len(SIGNAL)), RATE),
        ((2, len(SIGNAL)), 44100),
    ]


@pytest.mark.parametrize("subtype", ["ALAC_16", "ALAC_24"])
def test_an_apple_lossless_file_without_its_last_bytes_is_cut_short(subtype, read):
    content = encoded("CAF", subtype)
    assert lengths(read(content[:-1])) == [len(SIGNAL)]  # libsndfile writes one byte too many
    for n_bytes in (2, 8, 60):
        with pytest.raises(InputError, match="is cut short"):
            read(content[:-n_bytes])


def test_empty_links_of_a_chained_ogg_file_are_left_out(read):
    sound, nothing = encoded("OGG", "VORBIS"), encoded("OGG", "VORBIS", SIGNAL[:0])
    for parts in ((nothing, sound), (sound, nothing), (sound, nothing, sound)):
        assert lengths(read(b"".join(parts))) == [len(SIGNAL)] * parts.count(sound)
    with pytest.raises(InputError, match="holds no audio"):
        read(nothing + nothing)


def test_mp2_files_are_read_whole_or_refused(read):
    frame = b"\xff\xfd\x80\xc4" + bytes(413)  # 128 kbit/s, 44100 Hz, mono, silent
    assert lengths(read(100 * frame)) == [100 * 1152]
    with pytest.raises(InputError, match="last MPEG frame is not complete"):
        read((100 * frame)[:20_000])


def test_joined_mp3_files_of_other_rates_and_channels_are_read_whole(read):
    stereo = np.stack([SIGNAL, SIGNAL], 1)
    parts = read(encoded("MP3") + encoded("MP3", signal=stereo, rate=44100))
    assert [(signal.shape, rate) for signal, rate in parts] == [
        ((1, len(SIGNAL)), RATE),
        ((2, len(SIGNAL)), 44100),
    ]


def test_text_is_no_audio(read):
    with pytest.raises(InputError, match=r"cannot be read as audio: .*ffmpeg"):
        read(b"A note about the recording.\n" * 100)


def test_the_rate_of_a_file_must_be_one_of_audio(tmp_path):
    from sklearn_raters.features._audio import read_audio

    path = tmp_path / "slow.wav"
    soundfile.write(path, np.zeros(100), 3)
    with pytest.raises(InputError, match=r"slow.wav'\) has the rate 3"):
        read_audio(path)


def test_a_file_or_folder_that_may_not_be_read_is_one_clear_line(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    path.write_bytes(WAV)

    def denied(*arguments, **settings):
        raise PermissionError(13, "Permission denied")

    for method in ("read_bytes", "stat"):
        with monkeypatch.context() as patch:
            patch.setattr("pathlib.Path." + method, denied)
            with pytest.raises(
                InputError, match=r"Sample 4 (cannot be read|cannot be reached): Permission denied. Ch"
            ):
                read_file(path, "Sample 4")
