"""Libraries that only an extra of the package installs."""

from importlib import import_module


def import_optional(module, needed, extra, otherwise=""):
    """
    Import and return a module of a library that may be missing.

    Parameters
    ----------
    module : str
        The module.
    needed : str
        What needs which library, the start of the message.
    extra : str
        Extra of this package that installs the library.
    otherwise : str, default=""
        What can be done without the library, the end of the message.

    Raises
    ------
    ImportError
        If the library is not installed, or cannot be imported.
    """
    try:
        return import_module(module)
    except ImportError as error:
        absent = isinstance(error, ModuleNotFoundError)
        state = "is not installed" if absent else f"cannot be imported ({error})"
        message = f"{needed}, which {state}: pip install 'sklearn-raters[{extra}]'{otherwise}."
        raise ImportError(message) from error
