"""Hostile and unusual forms of inputs: of samples, ratings, labels, groups, weights and parameters."""

import datetime
import decimal
import fractions
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from fuzz.oracle import ANY, REFUSE, SAME
from made import as_cube, in_object_array
from sklearn_raters.ratings import Task, parse_ratings

# Expected where rows are paired with another argument; of estimators with a network or check of their own; of
# fitted estimators: a refusal. Elsewhere any answer that keeps the laws.
PAIRED, STRICT, FITTED = "paired", "strict", "fitted"


class Form(NamedTuple):
    """A form of an input: what is expected of it, and how to make it of the sound value by a generator."""

    name: str
    expect: str
    make: object


def forms(expect, **makers):
    """Return forms of one expectation, by name."""
    return [Form(name, expect, make) for name, make in makers.items()]


class ArrayLike:
    """Something that NumPy can turn into an array, as tables of other libraries are."""

    def __init__(self, values):
        self.values = np.asarray(values)
        self.shape = self.values.shape

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)

    def __len__(self):
        return len(self.values)

    def __getitem__(self, key):
        return self.values[key]


def read_only(values):
    """Return a copy that cannot be written to."""
    values = np.array(values)
    values.flags.writeable = False
    return values


def reversed_view(values):
    """Return the same values with a negative stride."""
    return np.array(values)[::-1].copy()[::-1]


def strided(values):
    """Return the same values, every other one of a larger array."""
    return np.repeat(np.array(values), 2, axis=0)[::2]


def with_cell(values, rng, cell, dtype=None):
    """Return a copy in which one entry is another value."""
    values = np.array(values, dtype=dtype)
    values[tuple(rng.integers(size) for size in values.shape)] = cell
    return values


def masked_one(values, rng):
    """Return a masked array with one masked entry."""
    values = np.ma.masked_array(np.array(values))
    values[tuple(rng.integers(size) for size in values.shape)] = np.ma.masked
    return values


# What is none of any kind of input.
NOTHING = forms(
    REFUSE,
    none=lambda v, rng: None,
    number=lambda v, rng: 3.5,
    text=lambda v, rng: "nonsense",
    empty_text=lambda v, rng: "",
    bare_object=lambda v, rng: object(),
    empty_list=lambda v, rng: [],
    empty_array=lambda v, rng: np.array([]),
    zero_dimensions=lambda v, rng: np.array(1.0),
    dictionary=lambda v, rng: {"a": 1},
    empty_dictionary=lambda v, rng: {},
    a_set=lambda v, rng: {1, 2, 3},
    raw_bytes=lambda v, rng: b"abc",
    a_function=lambda v, rng: len,
    a_class=lambda v, rng: object,
    structured=lambda v, rng: np.zeros(len(v), dtype=[("a", float), ("b", int)]),
    list_of_none=lambda v, rng: [None] * len(v),
    list_of_objects=lambda v, rng: [object() for _ in range(len(v))],
    list_of_dicts=lambda v, rng: [{"a": 1}] * len(v),
) + forms(SAME, generator=lambda v, rng: (row for row in (v if isinstance(v, list) else np.asarray(v))))
LENGTHS = forms(
    PAIRED,
    one_row_fewer=lambda v, rng: v[:-1],
    one_row_more=lambda v, rng: [*v, v[0]],
    first_row=lambda v, rng: v[:1],
    twice=lambda v, rng: [*v, *v],
)

SPARSE = ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"]
TABLE = [
    *forms(
        SAME,
        fortran=lambda v, rng: np.asfortranarray(v),
        reversed_view=lambda v, rng: reversed_view(v),
        strided=lambda v, rng: strided(v),
        read_only=lambda v, rng: read_only(v),
        read_only_fortran=lambda v, rng: read_only(np.asfortranarray(v)),
        single=lambda v, rng: v.astype(np.float32),
        half=lambda v, rng: v.astype(np.float16),
        longdouble=lambda v, rng: v.astype(np.longdouble),
        big_endian=lambda v, rng: v.astype(">f8"),
        big_endian_single=lambda v, rng: v.astype(">f4"),
        objects=lambda v, rng: v.astype(object),
        lists=lambda v, rng: v.tolist(),
        tuples=lambda v, rng: tuple(map(tuple, v.tolist())),
        list_of_rows=lambda v, rng: list(v),
        list_of_series=lambda v, rng: [pd.Series(row) for row in v],
        matrix=lambda v, rng: np.asmatrix(v),
        masked_nothing=lambda v, rng: np.ma.masked_array(v),
        frame=lambda v, rng: pd.DataFrame(v),
        frame_named=lambda v, rng: pd.DataFrame(v, columns=list("abcdefghij")[: v.shape[1]]),
        frame_nullable=lambda v, rng: pd.DataFrame(v).astype("Float64"),
        frame_objects=lambda v, rng: pd.DataFrame(v).astype(object),
        array_like=lambda v, rng: ArrayLike(v),
        **{f"{name}_matrix": (lambda v, rng, n=name: getattr(sp, f"{n}_matrix")(v)) for name in SPARSE},
        **{f"{name}_array": (lambda v, rng, n=name: getattr(sp, f"{n}_array")(v)) for name in SPARSE},
        int64_indices=lambda v, rng: long_indices(v),
        split_entries=lambda v, rng: split_entries(v),
    ),
    *forms(
        REFUSE,
        nan=lambda v, rng: with_cell(v, rng, np.nan),
        infinity=lambda v, rng: with_cell(v, rng, np.inf),
        minus_infinity=lambda v, rng: with_cell(v, rng, -np.inf),
        missing_object=lambda v, rng: with_cell(v, rng, None, object),
        frame_missing=lambda v, rng: pd.DataFrame(with_cell(v, rng, None, object)).astype("Float64"),
        masked=lambda v, rng: masked_one(v, rng),
        sparse_nan=lambda v, rng: sp.csr_array(with_cell(v, rng, np.nan)),
        complex_numbers=lambda v, rng: v + 1j,
        complex_object=lambda v, rng: with_cell(v, rng, 1j, object),
        words=lambda v, rng: np.full(v.shape, "word"),
        one_word=lambda v, rng: with_cell(v, rng, "word", object),
        list_in_cell=lambda v, rng: cell_of(v, rng, [1.0, 2.0]),
        dict_in_cell=lambda v, rng: cell_of(v, rng, {}),
        no_rows=lambda v, rng: v[:0],
        no_columns=lambda v, rng: v[:, :0],
        sparse_no_rows=lambda v, rng: sp.csr_array(v[:0]),
        flat=lambda v, rng: v[:, 0],
        four_dimensions=lambda v, rng: v[:, None, None],
        ragged=lambda v, rng: [row[: 1 + index % 3] for index, row in enumerate(v.tolist())],
        ragged_rows=lambda v, rng: [row[: 1 + index % 3] for index, row in enumerate(v)],
        one_bare_sample=lambda v, rng: v[0],
    ),
    *forms(
        STRICT,
        beyond_single=lambda v, rng: with_cell(v, rng, 1e300),
        times=lambda v, rng: v.astype("int64").astype("datetime64[s]"),
        durations=lambda v, rng: v.astype("int64").astype("timedelta64[s]"),
        frame_times=lambda v, rng: pd.DataFrame(v).apply(pd.to_datetime),
    ),
    *forms(
        FITTED,
        one_column_fewer=lambda v, rng: v[:, :-1],
        one_column_more=lambda v, rng: np.column_stack([v, v[:, 0]]),
        sparse_one_column_more=lambda v, rng: sp.csr_array(np.column_stack([v, v[:, 0]])),
        frame_one_column_fewer=lambda v, rng: pd.DataFrame(v).iloc[:, 1:],
    ),
    *forms(
        ANY,
        constant=lambda v, rng: np.zeros_like(v),
        booleans=lambda v, rng: v > 0,
        small_ints=lambda v, rng: v.astype(np.int8),
        huge_ints=lambda v, rng: np.full(v.shape, 2**62),
        ints_beyond_int64=lambda v, rng: np.full(v.shape, 10**30, dtype=object),
        tiny=lambda v, rng: v * 1e-300,
        large=lambda v, rng: v * 1e30,
        number_words=lambda v, rng: v.astype(str),
        decimals=lambda v, rng: np.vectorize(decimal.Decimal)(v),
        fractions=lambda v, rng: np.vectorize(fractions.Fraction, otypes=[object])(v),
        equal_columns=lambda v, rng: pd.DataFrame(v, columns=["a"] * v.shape[1]),
        mixed_column_names=lambda v, rng: pd.DataFrame(
            v, columns=[0, "a", 1.5, None, *range(4, 99)][: v.shape[1]]
        ),
        categories=lambda v, rng: pd.DataFrame(v).astype("category"),
        multiindex=lambda v, rng: pd.DataFrame(v, index=pd.MultiIndex.from_arrays([range(len(v))] * 2)),
        other_index=lambda v, rng: pd.DataFrame(v, index=np.arange(len(v)) + 1),
        a_series=lambda v, rng: pd.Series(list(v)),
        three_dimensions=lambda v, rng: v[:, None],
        memory_view=lambda v, rng: memoryview(np.ascontiguousarray(v)),
        identical_rows=lambda v, rng: np.repeat(v[:1], len(v), axis=0),
    ),
]


def cell_of(values, rng, cell):
    """Return an object array in which one entry is a collection."""
    values = np.array(values, dtype=object)
    values[rng.integers(len(values)), 0] = cell
    return values


def long_indices(values):
    """Return a CSR array whose indices are 64 bits wide."""
    made = sp.csr_array(values)
    made.indices, made.indptr = made.indices.astype(np.int64), made.indptr.astype(np.int64)
    return made


def split_entries(values):
    """Return a CSR array that holds each entry in two halves."""
    made = sp.coo_array(values)
    twice = [np.concatenate([part, part]) for part in (made.data / 2, made.row, made.col)]
    made = sp.csr_array(made.shape)
    coo = sp.coo_array((twice[0], (twice[1], twice[2])), shape=values.shape)
    order = np.argsort(coo.row, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(coo.row, minlength=values.shape[0]))])
    return sp.csr_array((coo.data[order], coo.col[order], indptr), shape=values.shape)


def other_frame(change):
    """Return a maker that changes one sample of a list of frames."""

    def make(samples, rng):
        samples = list(samples)
        at = rng.integers(len(samples))
        samples[at] = change(samples[at])
        return samples

    return make


def each(change):
    """Return a maker that changes all samples of a list of frames."""
    return lambda samples, rng: [change(sample) for sample in samples]


SEQUENCES = [
    *forms(
        SAME,
        a_tuple=lambda v, rng: tuple(v),
        object_array=lambda v, rng: in_object_array(v),
        a_series=lambda v, rng: pd.Series(in_object_array(v)),
        doubles=each(lambda s: s.astype(float)),
        halves=each(lambda s: s.astype(np.float16)),
        fortran=each(np.asfortranarray),
        read_only=each(read_only),
        reversed_view=each(reversed_view),
        strided=each(strided),
        big_endian=each(lambda s: s.astype(">f4")),
        objects=each(lambda s: s.astype(object)),
        lists=each(lambda s: s.tolist()),
        frames=each(pd.DataFrame),
        array_likes=each(ArrayLike),
        masked_nothing=each(np.ma.masked_array),
        matrices=each(np.asmatrix),
        mixed_forms=other_frame(lambda s: s.tolist()),
        tables_in_other_orders=lambda v, rng: [
            pd.DataFrame(s, columns=list("abcdefghij")[: s.shape[1]]).iloc[:, :: 1 if at % 2 == 0 else -1]
            for at, s in enumerate(v)
        ],
    ),
    *forms(
        REFUSE,
        nan=other_frame(lambda s: s * np.nan),
        infinity=other_frame(lambda s: s + np.inf),
        beyond_single=other_frame(lambda s: s.astype(float) + 1e300),
        masked=other_frame(lambda s: np.ma.masked_greater(s, -99)),
        complex_numbers=other_frame(lambda s: s + 1j),
        times=other_frame(lambda s: s.astype("int64").astype("datetime64[s]")),
        all_times=each(lambda s: s.astype("int64").astype("datetime64[s]")),
        words=other_frame(lambda s: np.full(s.shape, "word")),
        missing_sample=other_frame(lambda s: None),
        number_sample=other_frame(lambda s: 3.0),
        flat_sample=other_frame(lambda s: s[:, 0]),
        deep_sample=other_frame(lambda s: s[None]),
        no_frames=other_frame(lambda s: s[:0]),
        no_features=other_frame(lambda s: s[:, :0]),
        one_feature_fewer=other_frame(lambda s: s[:, 1:]),
        ragged_sample=other_frame(lambda s: [[1.0], [1.0, 2.0]]),
        path_sample=other_frame(lambda s: "recording.wav"),
        dict_sample=other_frame(lambda s: {"frames": s}),
        paths=each(lambda s: "recording.wav"),
        empty_list_sample=other_frame(lambda s: []),
    ),
    *forms(FITTED, one_recording=lambda v, rng: v[0], all_one_feature_fewer=each(lambda s: s[:, 1:])),
    *forms(
        ANY,
        one_frame_each=each(lambda s: s[:1]),
        sparse_samples=each(sp.csr_array),
        huge_ints=each(lambda s: np.full(s.shape, 2**62)),
        number_words=each(lambda s: s.astype(str)),
        booleans=each(lambda s: s > 0),
        constant=each(np.zeros_like),
        long_one=other_frame(lambda s: np.tile(s, (200, 1))),
    ),
]


def cells(change):
    """Return a maker that changes each label of a table of ratings; missing ones stay."""
    return lambda v, rng: v.map(lambda label: label if pd.isna(label) else change(label))


def one_cell(cell):
    """Return a maker that puts one value into one cell of ratings."""

    def make(v, rng):
        values = v.to_numpy(dtype=object).copy()
        row, column = rng.integers(len(values)), rng.integers(values.shape[1])
        values[row, column] = cell
        return pd.DataFrame(values, columns=v.columns)

    return make


CODES = {"angry": 0, "neutral": 1, "sad": 2}
RATINGS = [
    *forms(
        SAME,
        array=lambda v, rng: v.to_numpy(dtype=object),
        fortran=lambda v, rng: np.asfortranarray(v.to_numpy(dtype=object)),
        read_only=lambda v, rng: read_only(v.to_numpy(dtype=object)),
        lists=lambda v, rng: v.to_numpy(dtype=object).tolist(),
        tuples=lambda v, rng: tuple(map(tuple, v.to_numpy(dtype=object).tolist())),
        nan=lambda v, rng: v.astype(object).where(v.notna(), np.nan),
        pandas_na=lambda v, rng: v.astype(object).where(v.notna(), pd.NA),
        pandas_nat=lambda v, rng: v.astype(object).where(v.notna(), pd.NaT),
        string_dtype=lambda v, rng: v.astype("string"),
        categories=lambda v, rng: v.astype("category"),
        one_in_tuple=cells(lambda label: (label,)),
        one_in_list=cells(lambda label: [label]),
        one_in_set=cells(lambda label: {label}),
        one_in_array=cells(lambda label: np.array([label])),
        twice_in_tuple=cells(lambda label: (label, label)),
        numpy_strings=cells(np.str_),
        task=lambda v, rng: Task(v),
        votes=lambda v, rng: parse_ratings(v),
        masked_array=lambda v, rng: np.ma.masked_array(
            v.fillna("sad").to_numpy(dtype=object), v.isna().to_numpy()
        ),
        masked_strings=lambda v, rng: np.ma.masked_array(
            v.fillna("sad").to_numpy(dtype=str), v.isna().to_numpy()
        ),
        list_of_series=lambda v, rng: [row for _, row in v.iterrows()],
        masked_cells=lambda v, rng: [
            [np.ma.masked if pd.isna(cell) else cell for cell in row] for row in v.to_numpy(dtype=object)
        ],
        blanks=cells(lambda label: f" {label} "),
    ),
    *forms(
        REFUSE,
        all_missing=lambda v, rng: v.where(v.isna(), None),
        no_rows=lambda v, rng: v.iloc[:0],
        no_raters=lambda v, rng: v.iloc[:, :0],
        four_dimensions=lambda v, rng: np.zeros((len(v), 1, 1, 1)),
        negative_votes=lambda v, rng: -as_cube(v),
        mixed_types=one_cell(3),
        infinite_label=one_cell(np.inf),
        dict_cell=one_cell({"a": 1}),
        nested_cell=one_cell((("sad",),)),
        object_cell=one_cell(object()),
        complex_labels=cells(lambda label: CODES[label] + 1j),
        continuous=lambda v, rng: v.map(lambda label: np.nan if pd.isna(label) else rng.random()),
        mixed_spellings=one_cell(b"sad"),
        text_of_labels=lambda v, rng: "sad angry",
    ),
    *forms(
        PAIRED,
        one_row_fewer=lambda v, rng: v.iloc[:-1],
        one_row_more=lambda v, rng: pd.concat([v, v.iloc[:1]]),
        first_row=lambda v, rng: v.iloc[:1],
        ragged=lambda v, rng: [
            row[: 1 + index % 3] for index, row in enumerate(v.to_numpy(dtype=object).tolist())
        ],
    ),
    *forms(
        ANY,
        other_index=lambda v, rng: v.set_index(np.arange(len(v)) + 10**6),
        empty_rater=lambda v, rng: v.assign(E9=None),
        cube_without_classes=lambda v, rng: as_cube(v),
        one_rater=lambda v, rng: v.iloc[:, :1],
        one_rating=lambda v, rng: v.where((v.index.to_numpy()[:, None] == 0) & (v == v).to_numpy(), None),
        one_class=cells(lambda label: "sad"),
        codes=cells(CODES.get),
        code_floats=lambda v, rng: v.map(lambda label: CODES.get(label, np.nan)).astype(float),
        nullable_ints=lambda v, rng: v.map(lambda label: CODES.get(label, pd.NA)).astype("Int64"),
        minus_one=lambda v, rng: v.map(lambda label: CODES.get(label, -1)),
        huge_ints=cells(lambda label: 10**30 + CODES[label]),
        booleans=cells(lambda label: label == "sad"),
        text_of_nothing=one_cell("nan"),
        empty_text=one_cell(""),
        bytes_labels=cells(str.encode),
        days=cells(lambda label: datetime.date(2020, 1, 1 + CODES[label])),
        times=cells(lambda label: pd.Timestamp(2020, 1, 1 + CODES[label])),
        decimals=cells(lambda label: decimal.Decimal(CODES[label])),
        several_joined=one_cell("sad,angry"),
        empty_collection=one_cell(()),
        other_case=one_cell("SAD"),
        equal_names=lambda v, rng: v.set_axis(["E1"] * v.shape[1], axis=1),
        mixed_names=lambda v, rng: v.set_axis([1, "1", None][: v.shape[1]], axis=1),
        view_names=lambda v, rng: v.set_axis(["crowd_hard", "raters", "all"][: v.shape[1]], axis=1),
        many_classes=lambda v, rng: pd.DataFrame(np.arange(v.size).reshape(v.shape), columns=v.columns),
        array_like=lambda v, rng: ArrayLike(v.to_numpy(dtype=object)),
        matrix=lambda v, rng: np.asmatrix(
            v.map(lambda label: CODES.get(label, np.nan)).to_numpy(dtype=float)
        ),
        sparse_codes=lambda v, rng: sp.csr_array(
            v.map(lambda label: CODES.get(label, 0)).to_numpy(dtype=float)
        ),
        counts=lambda v, rng: as_cube(v).sum(axis=1),
    ),
]

LABELS = [
    *forms(
        SAME,
        a_list=lambda v, rng: v.tolist(),
        a_tuple=lambda v, rng: tuple(v.tolist()),
        objects=lambda v, rng: v.astype(object),
        series=lambda v, rng: pd.Series(v),
        string_series=lambda v, rng: pd.Series(v, dtype="string"),
        categories=lambda v, rng: pd.Series(v, dtype="category"),
        categorical=lambda v, rng: pd.Categorical(v),
        column=lambda v, rng: v[:, None],
        one_column_frame=lambda v, rng: pd.DataFrame({"label": v}),
        read_only=lambda v, rng: read_only(v),
        reversed_view=lambda v, rng: reversed_view(v),
        masked_nothing=lambda v, rng: np.ma.masked_array(v),
        an_index=lambda v, rng: pd.Index(v),
    ),
    *forms(
        REFUSE,
        nan=lambda v, rng: with_cell(v, rng, np.nan, object),
        none=lambda v, rng: with_cell(v, rng, None, object),
        pandas_na=lambda v, rng: with_cell(v, rng, pd.NA, object),
        nan_in_list=lambda v, rng: with_cell(v, rng, np.nan, object).tolist(),
        masked=lambda v, rng: masked_one(v, rng),
        mixed_types=lambda v, rng: with_cell(v, rng, 3, object),
        continuous=lambda v, rng: rng.random(len(v)),
        infinity=lambda v, rng: np.where(np.arange(len(v)) % 2, np.inf, 1.0),
        complex_numbers=lambda v, rng: np.arange(len(v)) % 2 + 1j,
        two_columns_of_words=lambda v, rng: np.column_stack([v, v]),
        three_dimensions=lambda v, rng: np.zeros((len(v), 2, 2)),
        dicts=lambda v, rng: [{"a": 1}] * len(v),
    ),
    *forms(
        ANY,
        one_class=lambda v, rng: np.full(len(v), "sad"),
        codes=lambda v, rng: np.array([CODES[label] for label in v]),
        floats=lambda v, rng: np.array([float(CODES[label]) for label in v]),
        booleans=lambda v, rng: v == "sad",
        huge_ints=lambda v, rng: np.array([10**30 + CODES[label] for label in v], dtype=object),
        bytes_labels=lambda v, rng: v.astype("S"),
        times=lambda v, rng: np.array(["2020-01-01", "2020-01-02"], dtype="M8[D]")[(v == "sad").astype(int)],
        all_different=lambda v, rng: np.arange(len(v)),
        matrix=lambda v, rng: np.asmatrix(v),
        ragged=lambda v, rng: [[label] * (1 + index % 2) for index, label in enumerate(v)],
    ),
    *LENGTHS,
]

SHARES = [
    *forms(
        SAME,
        lists=lambda v, rng: v.tolist(),
        fortran=lambda v, rng: np.asfortranarray(v),
        read_only=lambda v, rng: read_only(v),
        reversed_view=lambda v, rng: reversed_view(v),
        single=lambda v, rng: v.astype(np.float32),
        big_endian=lambda v, rng: v.astype(">f8"),
        objects=lambda v, rng: v.astype(object),
        frame=lambda v, rng: pd.DataFrame(v),
        masked_nothing=lambda v, rng: np.ma.masked_array(v),
    ),
    *forms(
        REFUSE,
        negative=lambda v, rng: v * np.array([[-1, 1, 1]]),
        percent=lambda v, rng: v * 100,
        halved=lambda v, rng: v / 2,
        zeros=lambda v, rng: v * (np.arange(len(v)) > 0)[:, None],
        nan=lambda v, rng: with_cell(v, rng, np.nan),
        infinity=lambda v, rng: with_cell(v, rng, np.inf),
        masked=lambda v, rng: masked_one(v, rng),
        complex_numbers=lambda v, rng: v + 1j,
        words=lambda v, rng: np.full(v.shape, "word"),
        missing_object=lambda v, rng: with_cell(v, rng, None, object),
        three_dimensions=lambda v, rng: v[:, None],
        ragged=lambda v, rng: [row[: 1 + index % 3] for index, row in enumerate(v.tolist())],
        no_columns=lambda v, rng: v[:, :0],
        no_rows=lambda v, rng: v[:0],
        times=lambda v, rng: v.astype("int64").astype("datetime64[s]"),
    ),
    *forms(
        ANY,
        sparse=lambda v, rng: sp.csr_array(v),
        number_words=lambda v, rng: v.astype(str),
        matrix=lambda v, rng: np.asmatrix(v),
        one_column=lambda v, rng: v[:, :1] * 0 + 1.0,
        one_column_more=lambda v, rng: np.column_stack([v, v[:, 0] * 0]),
        one_hot_ints=lambda v, rng: np.eye(3, dtype=int)[v.argmax(axis=1)],
        one_hot_booleans=lambda v, rng: np.eye(3, dtype=bool)[v.argmax(axis=1)],
    ),
    *LENGTHS,
]

GROUPS = [
    *forms(
        SAME,
        a_list=lambda v, rng: v.tolist(),
        a_tuple=lambda v, rng: tuple(v.tolist()),
        series=lambda v, rng: pd.Series(v),
        objects=lambda v, rng: v.astype(object),
        floats=lambda v, rng: v.astype(float),
        categories=lambda v, rng: pd.Series(v, dtype="category"),
        nullable=lambda v, rng: pd.Series(v, dtype="Int64"),
        read_only=lambda v, rng: read_only(v),
        reversed_view=lambda v, rng: reversed_view(v),
        big_endian=lambda v, rng: v.astype(">i8"),
        small_ints=lambda v, rng: v.astype(np.int8),
        an_index=lambda v, rng: pd.Index(v),
        with_gaps=lambda v, rng: v * 1000 + 5,
        negative=lambda v, rng: v - 100,
        huge=lambda v, rng: v + 2**62,
        masked_nothing=lambda v, rng: np.ma.masked_array(v),
    ),
    *forms(
        REFUSE,
        nan=lambda v, rng: with_cell(v, rng, np.nan, float),
        none=lambda v, rng: with_cell(v, rng, None, object),
        none_in_list=lambda v, rng: with_cell(v, rng, None, object).tolist(),
        pandas_na=lambda v, rng: with_cell(v, rng, pd.NA, object),
        nan_beside_words=lambda v, rng: with_cell(v.astype(str), rng, np.nan, object).tolist(),
        missing_time=lambda v, rng: with_cell(v.astype("M8[D]"), rng, np.datetime64("NaT")),
        masked=lambda v, rng: masked_one(v, rng),
        two_columns=lambda v, rng: np.column_stack([v, v]),
        frame=lambda v, rng: pd.DataFrame({"a": v, "b": v}),
        lists=lambda v, rng: [[group, group] for group in v],
        ragged=lambda v, rng: [[group] * (1 + index % 2) for index, group in enumerate(v)],
        dicts=lambda v, rng: [{"a": 1}] * len(v),
        sets=lambda v, rng: [{int(group)} for group in v],
        sparse=lambda v, rng: sp.csr_array(v[:, None]),
    ),
    *forms(
        ANY,
        one_group=lambda v, rng: np.zeros_like(v),
        each_its_own=lambda v, rng: np.arange(len(v)),
        words=lambda v, rng: v.astype(str),
        bytes_groups=lambda v, rng: v.astype("S"),
        booleans=lambda v, rng: v % 2 == 0,
        times=lambda v, rng: v.astype("M8[D]"),
        mixed_types=lambda v, rng: [group if index % 2 else str(group) for index, group in enumerate(v)],
        column=lambda v, rng: v[:, None],
        tuples=lambda v, rng: in_object_array([(int(group), 0) for group in v]),
        complex_numbers=lambda v, rng: v + 1j,
        infinity=lambda v, rng: with_cell(v, rng, np.inf, float),
        two_groups=lambda v, rng: v % 2,
        rare_group=lambda v, rng: (np.arange(len(v)) == 0).astype(int),
    ),
    *LENGTHS,
]

WEIGHTS = [
    *forms(
        SAME,
        a_list=lambda v, rng: v.tolist(),
        a_tuple=lambda v, rng: tuple(v.tolist()),
        series=lambda v, rng: pd.Series(v),
        ints=lambda v, rng: v.astype(int),
        single=lambda v, rng: v.astype(np.float32),
        read_only=lambda v, rng: read_only(v),
        reversed_view=lambda v, rng: reversed_view(v),
        big_endian=lambda v, rng: v.astype(">f8"),
        objects=lambda v, rng: v.astype(object),
        masked_nothing=lambda v, rng: np.ma.masked_array(v),
    ),
    *forms(
        REFUSE,
        negative=lambda v, rng: with_cell(v, rng, -1.0),
        nan=lambda v, rng: with_cell(v, rng, np.nan),
        infinity=lambda v, rng: with_cell(v, rng, np.inf),
        none=lambda v, rng: with_cell(v, rng, None, object),
        masked=lambda v, rng: masked_one(v, rng),
        words=lambda v, rng: np.full(len(v), "word"),
        two_columns=lambda v, rng: np.column_stack([v, v]),
        complex_numbers=lambda v, rng: v + 1j,
        times=lambda v, rng: v.astype("int64").astype("datetime64[s]"),
        lists=lambda v, rng: [[1.0, 2.0]] * len(v),
    ),
    *forms(
        ANY,
        all_zero=lambda v, rng: np.zeros_like(v),
        one_not_zero=lambda v, rng: (np.arange(len(v)) == 0).astype(float),
        huge=lambda v, rng: v * 1e300,
        tiny=lambda v, rng: v * 1e-300,
        booleans=lambda v, rng: v > 1,
        scalar=lambda v, rng: 2.0,
        column=lambda v, rng: v[:, None],
        sparse=lambda v, rng: sp.csr_array(v[:, None]),
    ),
    *LENGTHS,
]

NAMES = forms(
    ANY,
    none=lambda v, rng: None,
    unknown=lambda v, rng: ["nobody"],
    one_unknown=lambda v, rng: [*v, "nobody"],
    twice=lambda v, rng: [*v, *v],
    bare=lambda v, rng: v[0],
    empty=lambda v, rng: [],
    a_tuple=lambda v, rng: tuple(v),
    array=lambda v, rng: np.array(v),
    a_set=lambda v, rng: set(v),
    series=lambda v, rng: pd.Series(v),
    missing=lambda v, rng: [None],
    number=lambda v, rng: 3,
    places=lambda v, rng: [0, 1],
    lists=lambda v, rng: [[name] for name in v],
    dicts=lambda v, rng: [{}],
    generator=lambda v, rng: (name for name in v),
    truth=lambda v, rng: True,
)

# Values for every parameter of every estimator and function.
JUNK = forms(
    ANY,
    none=lambda v, rng: None,
    true=lambda v, rng: True,
    zero=lambda v, rng: 0,
    one=lambda v, rng: 1,
    minus_one=lambda v, rng: -1,
    half=lambda v, rng: 0.5,
    minus_half=lambda v, rng: -0.5,
    one_and_half=lambda v, rng: 1.5,
    nan=lambda v, rng: float("nan"),
    infinity=lambda v, rng: float("inf"),
    beyond_int64=lambda v, rng: 10**30,
    complex_number=lambda v, rng: 1j,
    word=lambda v, rng: "nonsense",
    empty_text=lambda v, rng: "",
    digit_text=lambda v, rng: "1",
    nul_text=lambda v, rng: "a\0b",
    raw_bytes=lambda v, rng: b"bytes",
    empty_list=lambda v, rng: [],
    numbers=lambda v, rng: [1, 2],
    words=lambda v, rng: ["nonsense", "sad"],
    twice=lambda v, rng: ["sad", "sad"],
    with_none=lambda v, rng: [None, "sad"],
    nested=lambda v, rng: [["sad"]],
    empty_tuple=lambda v, rng: (),
    empty_dict=lambda v, rng: {},
    wrong_dict=lambda v, rng: {"nonsense": 1},
    odd_dict=lambda v, rng: {None: [], 3: object()},
    a_set=lambda v, rng: {"sad"},
    array=lambda v, rng: np.array([0.5, 1.0]),
    matrix=lambda v, rng: np.zeros((2, 2)),
    numpy_int=lambda v, rng: np.int64(1),
    numpy_scalar=lambda v, rng: np.array(1),
    numpy_true=lambda v, rng: np.True_,
    a_function=lambda v, rng: len,
    a_module=lambda v, rng: datetime,
    bare_object=lambda v, rng: object(),
    pandas_na=lambda v, rng: pd.NA,
    a_frame=lambda v, rng: pd.DataFrame({"a": [1, 2]}),
    a_generator=lambda v, rng: (number for number in range(3)),
    decimal=lambda v, rng: decimal.Decimal("0.5"),
    a_day=lambda v, rng: datetime.date(2020, 1, 1),
)
KINDS = {
    "table": [*TABLE, *NOTHING, *LENGTHS],
    "sequences": [*SEQUENCES, *NOTHING, *LENGTHS],
    "ratings": [*RATINGS, *NOTHING],
    "labels": [*LABELS, *NOTHING],
    "shares": [*SHARES, *NOTHING],
    "groups": [*GROUPS, *NOTHING],
    "weights": [*WEIGHTS, *NOTHING],
    "names": NAMES,
    "parameter": JUNK,
}
# Leaving out an argument is no fault where it is optional.
OPTIONAL = {"groups", "weights", "names", "parameter"}
