"""Vectors of texts by a tiny encoder with random weights, against transformers itself."""

import shutil

import numpy as np
import pandas as pd
import pytest
import torch
import transformers
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_raters import MultiRaterStackingClassifier, TextEncoder
from sklearn_raters.exceptions import InputError

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "you", "are", "kind", "un", "##kind"]
TEXTS = ["you are kind", "unkind", "", "are you you you kind"]
SIZES = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "tiny"
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    transformers.utils.logging.disable_progress_bar()
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = transformers.BertConfig(vocab_size=len(WORDS), **SIZES)
        transformers.BertModel(config).save_pretrained(folder)
    return folder


def test_a_vector_is_the_mean_over_the_tokens_whatever_texts_are_beside_it(model):
    tokenize = transformers.AutoTokenizer.from_pretrained(model)
    network = transformers.AutoModel.from_pretrained(model).eval()
    with torch.no_grad():
        each = [network(**tokenize(text, return_tensors="pt")).last_hidden_state[0].mean(0) for text in TEXTS]
    vectors = TextEncoder(model, batch_size=3).transform(pd.Series(TEXTS))
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, torch.stack(each), atol=1e-5)


def test_a_model_saved_again_into_its_folder_gives_its_own_vectors(model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    before = TextEncoder(folder).transform(TEXTS)
    np.testing.assert_allclose(before, TextEncoder(model).transform(TEXTS), atol=1e-6)
    network = transformers.AutoModel.from_pretrained(model)
    with torch.no_grad():
        network.embeddings.word_embeddings.weight.neg_()
    network.save_pretrained(folder)
    after = TextEncoder(folder).transform(TEXTS)
    assert np.abs(after - before).max() > 0.1
    other = shutil.copytree(folder, tmp_path / "elsewhere")
    np.testing.assert_allclose(after, TextEncoder(other).transform(TEXTS), atol=1e-6)


def test_a_stack_learns_from_vectors_in_a_data_frame(model):
    stack = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean")
    pipeline = make_pipeline(TextEncoder(model).set_output(transform="pandas"), stack)
    vectors = TextEncoder(model).transform(TEXTS)
    assert list(pipeline[0].transform(TEXTS).columns) == [f"textencoder{unit}" for unit in range(8)]
    ratings = [["kind", "kind"], ["rude", None], ["rude", "rude"], ["kind", "rude"]]
    found = pipeline.fit(TEXTS, ratings).predict_proba(TEXTS)
    np.testing.assert_allclose(found, clone(stack).fit(vectors, ratings).predict_proba(vectors))


def test_what_is_no_text_is_refused_and_named(model, tmp_path):
    for texts in ("you are kind", [], [[1.0, 2.0]]):
        with pytest.raises(InputError, match="one text for each sample"):
            TextEncoder(model).transform(texts)
    with pytest.raises(InputError, match="Sample 1 of X is None, which is no text"):
        TextEncoder(model).transform(["kind", None])
    with pytest.raises(InputError, match=r"cannot be loaded: .*Give a folder that holds a model"):
        TextEncoder(tmp_path).transform(["kind"])
