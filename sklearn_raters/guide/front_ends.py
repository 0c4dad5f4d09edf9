"""Front ends of speech: openSMILE, spectral features, pretrained encoders, and what is scaled where.

| Transformer | Gives | Licence |
|---|---|---|
| `OpenSmileFunctionals` | 88 or 988 statistics a recording | research only |
| `OpenSmileFrames` | the paper's 45 values, 100 times a second | research only |
| `SpectralFunctionals` | means and deviations of the following, 90 a recording | any use (Apache 2.0) |
| `SpectralFrames` | MFCC, energy, pitch, voicing, with derivatives: 45 values, 100 times a second | any use (Apache 2.0) |
| `SpeechEncoderFrames` | hidden states of wav2vec 2.0, HuBERT, WavLM, Whisper, 50 times a second | that of the model, many of them permissive |

**Which of them?** openSMILE's licence is for research; whoever builds a product takes the spectral ones (extra
`spectral`; `--features spectral` on the command line) or an encoder whose licence allows it. Logistic regressions
on features scaled by speaker found, in percent of four classes (UAR, `benchmarks/front_ends.py`):

| | synthetic speech | prosody |
|---|---|---|
| means and deviations of openSMILE's frames | 59.4 | 29.9 |
| the same of spectral frames | 60.5 | 32.0 |
| `OpenSmileFunctionals`, 988 | 64.0 | 30.0 |
| `SpectralFunctionals`, 90 | 61.3 | 27.3 |

A model needs the front end that it was trained with.

Functionals suit logistic regressions, forests and SVMs; frames suit the BLSTM. All of them take paths or
(signal, rate) pairs, average the channels, resample to 16 kHz, and keep results in `memory=`.

```python
>>> import numpy as np
>>> from sklearn_raters import FramePooler, OpenSmileFrames, SpeakerScaler
>>> noise = np.random.default_rng(0).normal(0, 0.1, 16000)
>>> frames = OpenSmileFrames().transform([(noise, 16000)])
>>> FramePooler(5).fit_transform(frames)[0].shape  # the paper's 20 frames a second
(19, 45)

```

**Scaling by speaker** takes out how loud and high somebody speaks, which helps where only the change counts,
as in emotion. It takes away what the speaker *is*: for a score of pronunciation (prosody), the UAR of a
table fell from 41.1 to 28.9 % when it was scaled by speaker (`benchmarks/new_speakers.py`). For such classes the command has `--scaling training`; in Python keep both side by side,
and let a search choose:

```python
>>> from sklearn_raters import FrontEndScaler
>>> X = np.random.default_rng(0).normal(size=(20, 3))
>>> both = SpeakerScaler(output="both").fit_transform(X, speakers=np.repeat(["ann", "bob"], 10))
>>> FrontEndScaler(scaling="speaker").fit_transform(both).shape
(20, 3)

```

The speakers of `fit` are scaled by all their recordings at once, without labels, and share nothing, so this
may stand before the folds. A speaker who is **new** in `transform` is scaled by what is usual, and more by
their own recordings the more there are; a single recording keeps what it expresses, and no answer depends on
other speakers:

```python
>>> scaler = SpeakerScaler().fit(X, speakers=np.repeat(["ann", "bob"], 10))
>>> alone = scaler.transform(X[:1])  # somebody of whom nothing else is known
>>> known = scaler.transform(X[:1], speakers=["ann"])
>>> scaler = scaler.add_speakers(X[:3], speakers=["cho"] * 3)  # from now on she is known, too

```

How much is lost with one recording depends on the corpus: on synthetic speech of 18 speakers, networks found
64 % with all recordings of a speaker and 54 % with one, where the statistics of this recording alone gave
35 %; networks on frames that were not scaled at all found 56 %. Tables on 80 instead of 14 training speakers
still lost 6 to 7 points: what helps is several recordings of a speaker. `evaluate` prints both figures, and
what to do if they differ by three points or more.

**Pretrained encoders** (extra `encoders`) usually serve emotion better than openSMILE. Choose a layer, take
their mean, or let `LayerWeighting` learn weights; with `layer="all"` the frames are large, so write them to
`out=`:

```python
>>> from sklearn.pipeline import make_pipeline
>>> from sklearn_raters import BLSTMClassifier, LayerWeighting, MultiRaterStackingClassifier
>>> view = make_pipeline(LayerWeighting(13), BLSTMClassifier())  # each view weighs the 13 states anew
>>> stack = MultiRaterStackingClassifier(view)

```
"""
