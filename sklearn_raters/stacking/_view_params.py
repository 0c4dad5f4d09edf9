"""Parameters of single views, reachable as `<view>__<parameter>` in a grid."""

from sklearn.base import BaseEstimator, clone

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import find_name
from sklearn_raters.stacking._views import naming_view


class ViewParamsMixin:
    """Lets `set_params` and `get_params` reach the entries of `view_params` by the names of the views.

    An estimator with this mixin has the parameters `estimator` and `view_params`. The latter maps the name of
    a view to another estimator, or to a dict of parameters that differ from those of `estimator`.
    """

    def get_params(self, deep=True):
        """Return the parameters; see scikit-learn.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the parameters of the estimator and of single views.

        Returns
        -------
        dict
            Parameter names and values; those of a view are named `<view>__<parameter>`.
        """
        params = super().get_params(deep=deep)
        own = super().get_params(deep=False)
        for name, entry in _entries(self.view_params).items() if deep else ():
            if str(name) in own:  # a view called like a parameter, which set_params would take for it
                continue
            if hasattr(entry, "get_params"):
                params[str(name)] = entry
                entry = entry.get_params()
            if isinstance(entry, dict):
                params.update({f"{name}__{key}": value for key, value in entry.items()})
        return params

    def set_params(self, **params):
        """Set parameters; see scikit-learn.

        Parameters
        ----------
        **params : dict
            Parameters of this estimator, `estimator__<parameter>`, `<view>__<parameter>`, or `<view>` to
            give a view another estimator. `fit` checks the names of views, since only it knows the raters.

        Returns
        -------
        self : object
            This estimator.
        """
        inside = next((key for key in params if key.startswith("estimator__")), None)
        if inside and params.get("estimator", self.estimator) is None:
            raise InputError(
                f"{inside} cannot be set, because estimator is None. Give the estimator, for example "
                "LogisticRegression() or BLSTMClassifier()."
            )
        stack_names = set(BaseEstimator.get_params(self, deep=False))
        of_stack, of_views = {}, {}
        for key, value in params.items():
            name, delimiter, inner = key.partition("__")
            if name in stack_names or not (delimiter or hasattr(value, "get_params")):
                if delimiter and not hasattr(params.get(name, getattr(self, name)), "set_params"):
                    raise InputError(
                        f"{key} cannot be set: {name!r} is a parameter of the stack, and no estimator. "
                        "Parameters of a view with such a name are set by view_params: "
                        f"set_params(view_params={{{name!r}: {{{inner!r}: {value!r}}}}})."
                    )
                of_stack[key] = value
            else:
                of_views.setdefault(name, {})[inner] = value
        super().set_params(**of_stack)
        if of_views:
            # A copy, because the caller may use the dict elsewhere.
            entries = dict(_entries(self.view_params))
            for name, changes in of_views.items():
                key = find_name(name, list(entries))  # names of raters may be numbers
                entries[key] = _changed(entries.get(key, {}), changes)
            self.view_params = entries
        return self

    def _entries_of_views(self, names):
        """Return the entries of `view_params` that are not empty, by the name of the view.

        Parameters
        ----------
        names : list
            The names of the views; `view_params` may spell them otherwise, such as "1" for the rater 1.

        Returns
        -------
        dict
            From the name of a view to a dict of parameters or an estimator.

        Raises
        ------
        TypeError
            If an entry is of a wrong type.
        InputError
            If an entry is for none of the views, or two entries are for one view.
        """
        entries = {}
        for given, entry in (self.view_params or {}).items():
            if not (isinstance(entry, dict) or hasattr(entry, "get_params")):
                raise TypeError(
                    f"view_params[{given!r}] must be a dict of parameters or an estimator, not {entry!r}."
                )
            name = find_name(given, names)
            if name not in names:
                cut = [str(name) for name in names if str(name).startswith(f"{given}__")]
                raise InputError(
                    f"There is no view {given!r} to set parameters of; the views are {names}. "
                    "Correct view_params, or the <view>__<parameter> names of a grid."
                    + (
                        f" Only view_params sets parameters of a view with a name like {cut[0]!r}."
                        if cut
                        else ""
                    )
                )
            if name in entries:
                raise InputError(f"view_params has two entries for the view {name!r}: leave one out.")
            entries[name] = entry
        return {name: entry for name, entry in entries.items() if entry != {}}


def view_estimator(name, entry, estimator):
    """Return the unfitted estimator of a view: `estimator` with the changes of its entry."""
    if not isinstance(entry, dict):
        return clone(entry)
    copy = clone(estimator)
    with naming_view(name):
        copy.set_params(**entry)  # that of a FrozenEstimator returns nothing
    return copy


def _entries(view_params):
    # Any value can be set before fit checks it.
    return view_params if isinstance(view_params, dict) else {}


def _changed(entry, changes):
    """Return an entry of `view_params` after changes: an estimator under the key "", and parameters."""
    changes = dict(changes)
    entry = changes.pop("", entry)
    if isinstance(entry, dict):
        return {**entry, **changes}
    return clone(entry).set_params(**changes) if changes else entry
