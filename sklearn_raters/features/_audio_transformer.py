"""What transformers of audio share: parameters, extraction, frames on disk."""

import os
import re
import shutil
import warnings

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_raters._files import full_path
from sklearn_raters._sklearn_compat import N_JOBS, HasMethods, StrOptions
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.features._audio import check_audio_list, describe
from sklearn_raters.features._extraction import extract, extract_each, key_of, shortened, warn_of
from sklearn_raters.features._mapped import read_folder, write_folder
from sklearn_raters.features._rates import count_rates, remarks_on_rates

# Samples whose frames are in memory at once while frames are written to disk.
_SAMPLES_AT_ONCE = 256
# Programs by which files of further formats can be read.
_TOOLS = ("ffmpeg", "soxi", "mediainfo")


class AudioTransformer(TransformerMixin, BaseEstimator):
    """A transformer that takes audio and learns its sampling rates; `_extractor` computes its features."""

    _parameter_constraints = {
        "n_jobs": N_JOBS,
        "memory": [str, os.PathLike, HasMethods(["cache"]), None],
        "on_error": [StrOptions({"raise", "skip"})],
        "verbose": ["verbose"],
    }

    def __init__(self, *, n_jobs=None, memory=None, on_error="raise", verbose=0):
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error
        self.verbose = verbose

    def fit(self, X, y=None):
        """Learn the sampling rates of the audio; `transform` warns of lower and higher ones.

        The features do not depend on them.

        Parameters
        ----------
        X : list or None
            Paths or (signal, rate) pairs, as in `transform`; None learns nothing.
        y : None
            Not used.

        Returns
        -------
        object
            The same transformer.
        """
        self._validate_params()
        self.sampling_rates_ = {} if X is None else count_rates(check_audio_list(X))
        return self

    def warn_of_rates(self, X):
        """Warn of audio of lower or higher sampling rates than all of `fit`, as `transform` does.

        Parameters
        ----------
        X : list
            Paths or (signal, rate) pairs, as in `transform`. Only the headers of files are read.
        """
        for note, samples in remarks_on_rates(check_audio_list(X), getattr(self, "sampling_rates_", {})):
            warnings.warn(note.replace("{samples}", shortened(samples, ", ")), InputWarning, stacklevel=2)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the features.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        ndarray of shape (n_features,), object
            Names. In openSMILE's, `_sma` marks smoothed values, `_de` first and `_de_de` second
            derivatives; in spectral ones, `_delta` and `_delta_delta`.
        """
        return np.array(self._extractor.feature_names(), dtype=object)

    def _settings(self, errors):
        """Return the settings of the extraction; `errors` gets the reasons why samples are skipped."""
        # An encoder has no n_jobs: each process would load its model.
        settings = {"n_jobs": getattr(self, "n_jobs", 1), "memory": self.memory, "verbose": self.verbose}
        return {"errors": errors if self.on_error == "skip" else None, **settings}

    def _extract(self, X):
        """Return the features of all samples, and keep the reasons why samples are skipped."""
        errors = {}
        try:
            return extract(X, self._extractor, **self._settings(errors))
        finally:
            self._keep(errors)

    def _table_of(self, X):
        """Return the features of all samples, one row each."""
        self._validate_params()
        features = np.concatenate(self._extract(X))
        self.warn_of_rates(X)
        return features

    def _keep(self, errors):
        if self.on_error == "skip":
            self.errors_ = errors

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.requires_fit = False
        return tags


class AudioFramesTransformer(AudioTransformer):
    """A transformer from audio to frames, in memory or on disk."""

    _parameter_constraints = {
        **AudioTransformer._parameter_constraints,
        "out": [str, os.PathLike, None],
        "dtype": [StrOptions({"float32", "float16"})],
    }

    def __init__(self, *, n_jobs=None, memory=None, out=None, dtype="float32", on_error="raise", verbose=0):
        super().__init__(n_jobs=n_jobs, memory=memory, on_error=on_error, verbose=verbose)
        self.out = out
        self.dtype = dtype

    def _frames_of(self, X):
        """Return the frames of all samples."""
        self._validate_params()
        if self.out is None and self.dtype != "float32":
            raise InputError(f"dtype={self.dtype!r} is that of the files in `out`: give a folder as out=.")
        frames = self._extract(X) if self.out is None else self._on_disk(check_audio_list(X))
        self.warn_of_rates(X)
        return frames

    def _on_disk(self, items):
        """Return memory-mapped frames, from the folder or newly written."""
        name = re.sub(r"[^\w.-]+", "-", self._extractor.name)
        # "skip" leaves out silence, of which "raise" only warns.
        kind = f"{name}-{self.dtype}-{self.on_error}"
        folder = full_path(self.out) / f"{kind}-{key_of(items, self._extractor)}"
        tools = [tool for tool in _TOOLS if shutil.which(tool)]
        names = [describe(item, index) for index, item in enumerate(items)]
        try:
            frames, about = read_folder(folder)
            if about["tools"] != tools and any("ffmpeg" in reason for reason in about["errors"].values()):
                raise InputError("Samples that were skipped can be read now.")
        except (FileNotFoundError, InputError):
            shutil.rmtree(folder, ignore_errors=True)  # damaged, or written without these tools
            about = {"errors": {}, "notes": {}, "names": names, "tools": tools}
            settings = {"notes": about["notes"], "at_once": _SAMPLES_AT_ONCE}
            each = extract_each(items, self._extractor, **settings, **self._settings(about["errors"]))
            frames = write_folder(each, folder, self.dtype, about)
        # Files may have been moved since.
        moved = dict(zip(about["names"], names, strict=True))
        errors = {int(index): reason for index, reason in about["errors"].items()}
        errors = {
            index: reason.replace(about["names"][index], names[index]) for index, reason in errors.items()
        }
        self._keep(errors)
        warn_of(
            errors,
            {note: [moved[name] for name in some] for note, some in about["notes"].items()},
            len(items),
        )
        return frames
