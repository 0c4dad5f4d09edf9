"""A comparison with all that was predicted: its tables, its file of predictions and its report."""

from dataclasses import dataclass
from html import escape

import numpy as np

from sklearn_raters._files import check_table, write_table
from sklearn_raters.ratings import Task
from sklearn_raters.report import make_report


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Models side by side, all that they predicted, and how; `compare(..., return_comparison=True)` makes it.

    Parameters
    ----------
    table : DataFrame
        The scores, one row a model, as `compare` describes them.
    predictions : DataFrame
        One row a tested sample, in the order of the ratings, indexed by `sample`, the name in the ratings'
        index or else the number:

        - `fold`: number of the fold that tests the sample;
        - `consensus`: the majority label within the classes, missing without one; `truth` if it was given;
        - `votes`: JSON, what each rater said, as the labels were given;
        - `<model>`: the class that the model predicts;
        - `<model>_in_<condition>`: the same in another condition, if it was tested in any;
        - `<model>_p_<class>`: result of its `predict_proba`, if it has one;
        - `<model>_share_<class>`: result of its `predict_soft_labels`, if it has one;
        - `<model>_view_<view>`: for a stack, the class that each of its views predicts, unless the views are
          themselves models of the comparison.
    tested : ndarray of int, shape (n_tested,)
        The tested samples, as indices of the ratings; the rows of `predictions`.
    task : Task
        The ratings and the classes.
    judged : dict
        From model to the answers that could be judged, as `sklearn_raters.metrics.judged_answers` returns
        them: "consensus", "shares", "raters".
    fits : DataFrame
        One row for each model and fold: numbers of samples, seconds, and the parameters that searches chose.
    settings : dict of str to str
        The settings of the comparison, by name.
    models : dict of str to str
        The estimators as they were given, by model.
    versions : dict of str to str
        Versions of the libraries, by name.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_raters.model_selection import compare
    >>> X = [[0.0], [1.0]] * 10
    >>> Y = [["a", "a", None], ["b", "b", "a"]] * 10
    >>> models = {"chance": DummyClassifier(), "neighbours": KNeighborsClassifier(3)}
    >>> found = compare(models, X, Y, cv=2, baseline="chance", random_state=0, return_comparison=True)
    >>> found.predictions.iloc[1][["votes", "chance", "neighbours"]].tolist()
    ['{"0": "b", "1": "b", "2": "a"}', 'a', 'b']
    """

    table: object
    predictions: object
    tested: np.ndarray
    task: Task
    judged: dict
    fits: object
    settings: dict
    models: dict
    versions: dict

    def __repr__(self):
        n_tested, n_folds = len(self.predictions), self.predictions["fold"].nunique()
        return f"Comparison({len(self.table)} models, {n_tested} tested samples, {n_folds} folds)"

    def _repr_html_(self):
        """Return the table of scores, for notebooks."""
        return f"<p>{escape(repr(self))}</p>{self.table.to_html(float_format='{:.3f}'.format, escape=True)}"

    def write_predictions(self, path):
        """
        Write the predictions to a file, completely or not at all.

        Parameters
        ----------
        path : str or path-like
            A file that ends in .csv, .jsonl or .parquet; ``~`` is expanded. A file that exists is replaced.

        Raises
        ------
        InputError
            If the file ends in something else.
        ImportError
            If a Parquet file is asked for and pyarrow is not installed.
        OSError
            If the file cannot be written.
        """
        write_table(self.predictions, check_table(path))

    def to_html(self, path=None, **options):
        """
        Make a report of the raters and of this comparison: one HTML page that needs no other file.

        Parameters
        ----------
        path : str, path-like or None, default=None
            The file to write; None returns the page.
        **options : dict
            Passed to `sklearn_raters.report.make_report`: `audio` or `texts` of the samples, `title`,
            `command`, `summary`, `inspection`, and the numbers of raters and samples to show.

        Returns
        -------
        str or None
            The page, if there is no path.

        Raises
        ------
        ImportError
            If jinja2 or matplotlib is not installed.
        InputError
            If an option is wrong.
        OSError
            If the file cannot be written.
        """
        return make_report(self.task, path, comparison=self, **options)
