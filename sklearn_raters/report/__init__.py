"""One HTML page on raters and on a comparison of models, which needs no network and no other file."""

from sklearn_raters.report._page import check_report, make_report
from sklearn_raters.report._versions import installed_versions

__all__ = ["check_report", "installed_versions", "make_report"]
