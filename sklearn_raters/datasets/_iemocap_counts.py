"""Compare a loaded IEMOCAP with the published counts of the whole corpus."""

from sklearn_raters.ratings import Task, rater_summary

# Chou & Lee 2019, section 2.1; the corpus' majority labels.
UTTERANCES = {"all": 10039, 1: 1819, 2: 1811, 3: 2136, 4: 2103, 5: 2170}
CONSENSUS = {"anger": 1103, "happiness": 595, "excitement": 1041, "sadness": 1084, "neutral": 1708}
# Chou & Lee 2019, Table 1; shares in per cent of the votes in the four classes.
TABLE_1_COLUMNS = ["samples", "multiple", "single", "neutral", "anger", "happiness", "sadness"]
TABLE_1 = {
    "crowd_hard": [5531, 0, 5531, 30.88, 19.94, 29.58, 19.60],
    "crowd_soft": [7774, 3185, 4589, 29.33, 17.77, 35.79, 17.10],
    "E1": [5954, 44, 5910, 8.49, 21.21, 49.67, 20.64],
    "E2": [7845, 38, 7807, 22.45, 26.58, 31.35, 19.62],
    "E4": [6429, 212, 6217, 52.88, 12.41, 23.76, 10.95],
    "E5": [422, 3, 419, 69.88, 15.29, 8.94, 5.88],
    # The table prints 14.22, but the other shares leave 112 of the 793 votes of E6: 14.12.
    "E6": [773, 20, 753, 26.73, 15.76, 43.38, 14.12],
}


def expected_counts():
    """Return ``{(part, figure): count, or share in per cent}`` of the whole corpus."""
    expected = {("utterances", str(session)): count for session, count in UTTERANCES.items()}
    expected |= {("consensus", label): count for label, count in CONSENSUS.items()}
    for view, row in TABLE_1.items():
        expected |= {(view, figure): n for figure, n in zip(TABLE_1_COLUMNS, row, strict=True)}
    return expected


def found_counts(corpus):
    """Return the same figures for a loaded corpus; figures of names without samples are missing."""
    found = {("utterances", "all"): len(corpus.X)}
    for key, values in (("utterances", corpus.sessions), ("consensus", corpus.consensus)):
        names = [str(value) for value in values if value is not None]
        found |= {(key, name): names.count(name) for name in set(names)}
    summary = rater_summary(Task(corpus.Y, corpus.classes, corpus.label_map))
    for view, row in summary.iterrows():
        found |= {(view, figure): row[figure] for figure in TABLE_1_COLUMNS[:3]}
        found |= {(view, name): round(100 * row[f"share_{name}"], 2) for name in corpus.classes}
    return found


def check_iemocap_counts(corpus):
    """Compare a loaded IEMOCAP with the counts of the paper's Table 1.

    On the whole corpus, all differences should be 0. The figures of ``crowd_hard`` are computed from the
    raters' votes, and the figures of ``consensus`` from the corpus' majority labels. The expected share of
    sadness of E6 is corrected: the paper prints 14.22, with which the four shares do not add up to 100.

    Parameters
    ----------
    corpus : sklearn.utils.Bunch
        Result of `load_iemocap`.

    Returns
    -------
    DataFrame
        Columns ``expected``, ``found`` and ``difference`` (found less expected), indexed by
        ``part`` and ``figure``. The parts are ``utterances`` (of all and of each session), ``consensus``
        (the corpus' majority labels), and the rows of `rater_summary`: ``crowd_hard``, ``crowd_soft``, E1,
        E2, E4, E5 and E6, with the number of ``samples``, the numbers of samples with ``multiple`` classes
        and with a ``single`` class, and the share of each class in the votes in per cent. A figure that the
        corpus lacks is 0.

    References
    ----------
    H.-C. Chou and C.-C. Lee, "Every Rating Matters", ICASSP 2019, Table 1.

    Examples
    --------
    >>> from sklearn_raters.datasets import check_iemocap_counts, load_iemocap
    >>> corpus = load_iemocap("~/IEMOCAP_full_release")  # doctest: +SKIP
    >>> check_iemocap_counts(corpus).query("difference != 0")  # doctest: +SKIP
    Empty DataFrame
    """
    import pandas as pd

    table = pd.DataFrame({"expected": pd.Series(expected_counts(), dtype=float)})
    table = table.rename_axis(["part", "figure"])
    table["found"] = pd.Series(found_counts(corpus), dtype=float).reindex(table.index).fillna(0.0)
    table["difference"] = (table["found"] - table["expected"]).round(2)
    return table
