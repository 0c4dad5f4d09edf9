"""TextEncoder: vectors of texts by pretrained encoders as a scikit-learn transformer."""

import os
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_raters._files import full_path
from sklearn_raters._sklearn_compat import Interval
from sklearn_raters.exceptions import InputError
from sklearn_raters.sequences import holds_text


class TextEncoder(TransformerMixin, BaseEstimator):
    """Compute a vector of each text by a pretrained encoder of sentences.

    A thin transformer around sentence-transformers, with the model's own pooling. A model without one gets
    the mean over its tokens. It learns nothing; ``Pipeline(memory=...)`` caches its output.

    Parameters
    ----------
    model : str or PathLike, default="sentence-transformers/all-MiniLM-L6-v2"
        Name of a model of the Hugging Face hub, which is downloaded at first use, or a folder with one. Code
        that comes with a model is not run.
    batch_size : int, default=32
        Texts that go through the network together, those of similar length.
    device : str, default="auto"
        Device of torch; "auto" is a GPU if torch finds one.

    See Also
    --------
    SpeechEncoderFrames : Frames of recordings by encoders of speech.

    References
    ----------
    N. Reimers and I. Gurevych, "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks", EMNLP 2019.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_raters import MultiRaterStackingClassifier, TextEncoder
    >>> clf = make_pipeline(TextEncoder(), MultiRaterStackingClassifier(LogisticRegression()))
    """

    _parameter_constraints = {
        "model": [str, os.PathLike],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "device": [str],
    }

    def __init__(self, model="sentence-transformers/all-MiniLM-L6-v2", *, batch_size=32, device="auto"):
        self.model = model
        self.batch_size = batch_size
        self.device = device

    def fit(self, X, y=None):
        """Check the parameters; the transformer learns nothing.

        Parameters
        ----------
        X : sequence of str
            Not used.
        y : None
            Not used.

        Returns
        -------
        TextEncoder
            The same transformer.
        """
        self._validate_params()
        return self

    def transform(self, X):
        """Compute the vectors.

        Parameters
        ----------
        X : sequence of str of length n_samples
            Texts.

        Returns
        -------
        ndarray of shape (n_samples, n_features), float32
            One row a text.

        Raises
        ------
        InputError
            If X does not hold one text a sample, or the model cannot be loaded.
        ImportError
            If sentence-transformers is not installed.
        """
        self._validate_params()
        texts = list(X)
        if isinstance(X, str) or not texts or not holds_text(texts):
            raise InputError("X must hold one text for each sample: give a list, Series or 1-D array of str.")
        for index, text in enumerate(texts):
            if not isinstance(text, str):
                raise InputError(
                    f"Sample {index} of X is {text!r}, which is no text. Give '' for an empty one."
                )
        return self._encode(texts)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the features.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        ndarray of shape (n_features,), object
            "textencoder0", "textencoder1" and so on.
        """
        n_features = self._encode([""]).shape[1]
        return np.array([f"textencoder{unit}" for unit in range(n_features)], dtype=object)

    def _encode(self, texts):
        # Loads torch, which the transformers of audio do not need.
        from sklearn_raters import _torch

        path = full_path(self.model)
        model = str(path) if path.is_dir() else os.fspath(self.model)
        device = _torch.resolve_device(self.device)
        return _torch.encode_texts(texts, model, device=device, batch_size=self.batch_size)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.requires_fit = False
        return tags
