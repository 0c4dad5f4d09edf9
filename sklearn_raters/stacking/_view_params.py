"""Parameters of single views, reachable as `<view>__<parameter>` in a grid."""

from sklearn.base import BaseEstimator, clone


class ViewParamsMixin:
    """Lets `set_params` and `get_params` reach the entries of `view_params` by the views' names.

    An estimator with this mixin has the parameters `estimator` and `view_params`; the latter maps a view's
    name to an estimator of its own or to a dict of parameters that it has otherwise than `estimator`.
    """

    def get_params(self, deep=True):
        """Return the parameters; see scikit-learn.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include those of the estimator and of single views.

        Returns
        -------
        dict
            Parameter names and values; of a view as `<view>__<parameter>`.
        """
        params = super().get_params(deep=deep)
        if deep:
            for name, own in _entries(self.view_params).items():
                inner = own
                if hasattr(own, "get_params"):
                    params[str(name)] = own
                    inner = own.get_params()
                elif not isinstance(own, dict):
                    continue  # fit refuses it
                params.update({f"{name}__{key}": value for key, value in inner.items()})
        return params

    def set_params(self, **params):
        """Set parameters; see scikit-learn.

        Parameters
        ----------
        **params : dict
            Parameters of this estimator, `estimator__<parameter>`, `<view>__<parameter>`, or `<view>` to
            give a view an estimator of its own. Names of views are checked in `fit`, where the raters are
            known.

        Returns
        -------
        self : object
            This estimator.
        """
        own_names = set(BaseEstimator.get_params(self, deep=False))
        own, of_views = {}, {}
        for key, value in params.items():
            name, delimiter, inner = key.partition("__")
            if name in own_names or not (delimiter or hasattr(value, "get_params")):
                own[key] = value
            else:
                of_views.setdefault(name, {})[inner] = value
        super().set_params(**own)
        if of_views:
            # A copy: the dict handed in belongs to the caller.
            entries = dict(_entries(self.view_params))
            keys = {str(key): key for key in entries}  # raters may be called by numbers
            for name, changes in of_views.items():
                key = keys.get(name, name)
                entries[key] = _changed(entries.get(key, {}), changes)
            self.view_params = entries
        return self

    def _check_view_params(self, names):
        """Raise an error if an entry is of none of the views `names`, or no estimator and no dict."""
        for name, own in (self.view_params or {}).items():
            if not (isinstance(own, dict) or hasattr(own, "get_params")):
                raise TypeError(
                    f"view_params[{name!r}] must be a dict of parameters or an estimator, not {own!r}."
                )
        known = {str(name) for name in names}
        unknown = [name for name in self.view_params or () if str(name) not in known]
        if unknown:
            cut = [name for name in known if name.startswith(f"{unknown[0]}__")]
            raise ValueError(
                f"There is no view {unknown[0]!r} to set parameters of; the views are {names}. "
                "Correct view_params, or the <view>__<parameter> names of a grid."
                + (f" What a view such as {cut[0]!r} has is set by view_params alone." if cut else "")
            )

    def _view_estimator(self, name, estimator):
        """Return an unfitted copy of the estimator of the view `name`; `estimator` is that of all others."""
        own = {str(key): value for key, value in _entries(self.view_params).items()}.get(str(name), {})
        if isinstance(own, dict):
            try:
                return clone(estimator).set_params(**own)
            except ValueError as error:
                raise ValueError(f"View {name!r}: {error}") from error
        return clone(own)


def _entries(view_params):
    # scikit-learn allows any value until fit checks it.
    return view_params if isinstance(view_params, dict) else {}


def _changed(entry, changes):
    """Return a view's entry after changes: the estimator under the key "", parameters under theirs."""
    changes = dict(changes)
    entry = changes.pop("", entry)
    if isinstance(entry, dict):
        return {**entry, **changes}
    return clone(entry).set_params(**changes) if changes else entry
