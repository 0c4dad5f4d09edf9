"""Source-filter voices: synthesise speech-like sound from a voice and nine vocal cues."""

import numpy as np
from scipy.signal import lfilter, sosfilt

RATE = 16000  # Hz
BLOCK = 80  # samples in a block, 5 ms, in which the settings of the voice are constant or interpolated

# Cues by which a speaker expresses emotion, in the order of the arrays of cues; 0 is the usual voice.
CUES = ("pitch", "span", "slope", "loudness", "rate", "brightness", "smile", "roughness", "breath")

# F1 to F4 in Hz of a man's vowels, rounded from Peterson and Barney (1952); F4 is held at 3500 Hz.
VOWELS = {
    "i": (270, 2290, 3010, 3500),
    "e": (530, 1840, 2480, 3500),
    "a": (730, 1090, 2440, 3500),
    "o": (570, 840, 2410, 3500),
    "u": (300, 870, 2240, 3500),
}
BANDWIDTHS = np.array([70.0, 90.0, 130.0, 250.0])  # Hz

# Unvoiced consonants: from letter to seconds, share of silence before the noise, noise centre in Hz, level.
BURSTS = {
    "p": (0.06, 0.7, 900, 0.5),
    "t": (0.06, 0.7, 3800, 0.5),
    "k": (0.06, 0.7, 1900, 0.5),
    "s": (0.09, 0.0, 5500, 0.4),
    "f": (0.08, 0.0, 4200, 0.15),
}
# Voiced consonants: from letter to F1 to F4 in Hz.
MURMURS = {"m": (250, 1000, 2200, 3500), "n": (250, 1450, 2300, 3500), "l": (360, 1100, 2700, 3500)}
VOICED = VOWELS | MURMURS


def draw_voice(sex, random_state):
    """Draw the voice of a speaker.

    Parameters
    ----------
    sex : {"F", "M"}
        Woman or man.
    random_state : RandomState
        Source of randomness.

    Returns
    -------
    dict
        `f0` in Hz, `tract` (ratio of the formants to a man's), `rate` in syllables a second, `level` in dB
        relative to full scale, `cutoff` of the spectral tilt of the source in Hz, `breath` (share of noise in
        the source), `room` (background noise in dB below a usual voice).
    """
    f0, tract = (200.0, 1.16) if sex == "F" else (115.0, 1.0)
    return {
        "f0": f0 * 2 ** random_state.uniform(-0.25, 0.25),
        "tract": tract * random_state.uniform(0.94, 1.06),
        "rate": random_state.uniform(3.8, 5.2),
        "level": random_state.uniform(-36, -30),
        "cutoff": 1400 * 2 ** random_state.uniform(-0.5, 0.5),
        "breath": random_state.uniform(0.03, 0.08),
        "room": random_state.uniform(35, 45),
    }


def speak(voice, cues, n_syllables, random_state):
    """Synthesise a few nonsense words.

    A train of glottal pulses, uneven in length (jitter) and height (shimmer), and noise pass
    through four resonators that glide from sound to sound (Klatt 1980, cascade form).

    Parameters
    ----------
    voice : dict
        Result of `draw_voice`.
    cues : array of shape (9,)
        Deviations from the usual voice in the order of `CUES`, mostly between -2 and 2.
    n_syllables : int
        Number of syllables.
    random_state : RandomState
        Source of randomness.

    Returns
    -------
    signal : int16 array of shape (n_samples,)
        The sound at 16 kHz.
    text : str
        The words.
    """
    cue = dict(zip(CUES, np.clip(cues, -3, 3), strict=True))
    sounds, text = _plan_sounds(n_syllables, voice["rate"] * 2 ** (0.28 * cue["rate"]), random_state)
    tract = voice["tract"] * (1 + 0.05 * cue["smile"])
    voicing, formants, noise = _lay_out(sounds, tract, random_state)
    f0 = _pitch_track(voice["f0"], cue, len(voicing), n_syllables, random_state)
    source = _glottal_source(f0, voice, cue, random_state)
    sound = _resonate(source * _at_every_sample(voicing), formants) + noise
    return _record(sound, voice["level"] + 3.0 * cue["loudness"], voice["room"], random_state), text


def _plan_sounds(n_syllables, rate, random_state):
    """Return the sounds as tuples of letter, seconds and level, and their text."""
    sounds, text, left_in_word = [], "", 0
    for i in range(n_syllables):
        if left_in_word == 0:
            left_in_word = random_state.randint(1, 4)
            text += " " if i else ""
            if i and random_state.uniform() < 0.15:
                sounds.append((" ", random_state.uniform(0.08, 0.2), 0.0))
        left_in_word -= 1
        consonant = random_state.choice([*BURSTS, *MURMURS])
        vowel = random_state.choice([*VOWELS])
        seconds = BURSTS[consonant][0] if consonant in BURSTS else 0.06
        length = max(0.07, random_state.uniform(0.85, 1.15) / rate - seconds)
        length *= 1.4 if i == n_syllables - 1 else 1.0
        sounds += [(consonant, seconds, 0.5), (vowel, length, random_state.uniform(0.7, 1.0))]
        text += consonant + vowel
    return [(" ", 0.06, 0.0), *sounds, (" ", 0.08, 0.0)], text.capitalize() + "."


def _lay_out(sounds, tract, random_state):
    """Return voicing (n_blocks,), formants in Hz (n_blocks, 4) and bursts (n_blocks * BLOCK,)."""
    voicing, formants, noise = [], [], []
    for letter, seconds, level in sounds:
        n = max(2, round(seconds * RATE / BLOCK))
        voicing.append(np.full(n, level if letter in VOICED else 0.0))
        target = np.array(VOICED.get(letter, (500, 1500, 2500, 3500)))
        formants.append(np.tile(target * tract, (n, 1)))
        noise.append(_burst(letter, n * BLOCK, tract, random_state))
    kernel = np.hanning(11) / np.hanning(11).sum()  # 50 ms, about the time in which lips and tongue move
    formants = np.pad(np.concatenate(formants), ((5, 5), (0, 0)), mode="edge")
    formants = np.stack([np.convolve(track, kernel, "valid") for track in formants.T], axis=1)
    fast = np.hanning(7) / np.hanning(7).sum()
    return np.convolve(np.concatenate(voicing), fast, "same"), formants, np.concatenate(noise)


def _burst(letter, n, tract, random_state):
    """Return n samples: silence, then noise around the consonant's centre frequency."""
    sound = np.zeros(n)
    if letter in BURSTS:
        _, silence, centre, level = BURSTS[letter]
        start = int(silence * n)
        envelope = np.hanning(n - start + 2)[1:-1]
        centre = np.array(min(centre * tract, 0.45 * RATE))
        hiss = lfilter(*_resonators(centre, 0.4 * centre), random_state.normal(size=n - start))
        sound[start:] = 0.3 * level * envelope * hiss / hiss.std()
    return sound


def _pitch_track(base, cue, n_blocks, n_syllables, random_state):
    """Return F0 in Hz of each block: level, declination, an accent on each syllable, a final movement."""
    time = np.linspace(0, 1, n_blocks)
    accents = random_state.normal(size=n_syllables + 1)
    span = 1.6 * 2 ** (0.7 * cue["span"])  # semitones
    semitones = 1.8 * cue["pitch"] - 2.5 * time
    semitones += span * np.interp(time, np.linspace(0, 1, n_syllables + 1), accents)
    semitones += 2.5 * cue["slope"] * np.clip((time - 0.6) / 0.4, 0, 1)
    jitter = 0.006 * 2 ** (0.8 * cue["roughness"])
    return base * 2 ** (semitones / 12) * (1 + jitter * random_state.normal(size=n_blocks))


def _glottal_source(f0, voice, cue, random_state):
    """Return the source: Rosenberg's pulses (1971, form C), tilted, with breath noise."""
    phase = np.cumsum(_at_every_sample(f0)) / RATE
    cycle = phase.astype(int)
    phase -= cycle
    opening, closing = np.array([0.40, 0.16]) * 2 ** (-0.15 * cue["brightness"])
    rise = 0.5 * (1 - np.cos(np.pi * phase / opening))
    fall = np.cos(0.5 * np.pi * (phase - opening) / closing)
    flow = np.select([phase < opening, phase < opening + closing], [rise, fall], 0.0)
    shimmer = 0.04 * 2 ** (0.8 * cue["roughness"])
    heights = np.clip(1 + shimmer * random_state.normal(size=cycle[-1] + 1), 0.2, 1.8)
    pulses = np.diff(flow * heights[cycle], prepend=0.0)
    pulses /= pulses.std()
    breath = voice["breath"] * 2 ** (1.4 * cue["breath"])
    decay = np.exp(-2 * np.pi * voice["cutoff"] * 2 ** cue["brightness"] / RATE)
    tilted = lfilter([1 - decay], [1, -decay], pulses)
    return tilted + breath * random_state.normal(size=len(flow))


def _resonate(source, formants):
    """Filter the source (n_blocks * BLOCK,) by resonators that change with each block."""
    b, a = _resonators(formants, BANDWIDTHS)
    sections = np.concatenate([b, np.zeros_like(a[..., 1:]), a], axis=-1)
    state = np.zeros((formants.shape[1], 2))
    out = np.empty_like(source)
    for i, section in enumerate(sections):
        here = slice(i * BLOCK, (i + 1) * BLOCK)
        out[here], state = sosfilt(section, source[here], zi=state)
    return out


def _resonators(centres, bandwidths):
    """Return b (..., 1) and a (..., 3) of two-pole resonators with gain 1 at 0 Hz (Klatt 1980)."""
    radius = np.broadcast_to(np.exp(-np.pi * bandwidths / RATE), centres.shape)
    a1 = -2 * radius * np.cos(2 * np.pi * centres / RATE)
    a = np.stack([np.ones_like(a1), a1, radius**2], axis=-1)
    return a.sum(axis=-1, keepdims=True), a


def _at_every_sample(track):
    """Interpolate the values of blocks (n_blocks,) to samples (n_blocks * BLOCK,)."""
    return np.interp(np.arange(len(track) * BLOCK) / BLOCK, np.arange(len(track)), track)


def _record(sound, level, room, random_state):
    """Add background noise and return int16 samples whose RMS is `level` dB relative to full scale."""
    sound = sound / sound.std() * 10 ** (level / 20)
    hum = random_state.normal(size=len(sound)) * 10 ** ((-33 - room) / 20)
    return np.round(np.clip(sound + hum, -1, 1) * 32767).astype(np.int16)
