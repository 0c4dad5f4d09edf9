"""``python -m sklearn_raters`` is the command ``sklearn-raters``."""

import sys

from sklearn_raters.cli import main

if __name__ == "__main__":
    sys.exit(main())
