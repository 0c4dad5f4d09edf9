"""How raters rate: coverage, agreement, habits, doubtful raters, disputed samples."""
