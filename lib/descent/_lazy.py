"""Packages whose names wait until somebody asks for them: SymPy, SciPy and FLINT take a second to import."""

import importlib
import sys


def names(package, homes):
    """The functions __getattr__ and __dir__ of a package, for names that are imported when they are asked for.

    Parameters
    ----------
    package : its ``__name__``
    homes : dict from name to the module of the package that defines it
    """
    module = sys.modules[package]

    def __getattr__(attribute):
        if attribute not in homes:
            raise AttributeError(f"module {package!r} has no attribute {attribute!r}")
        value = getattr(importlib.import_module(f".{homes[attribute]}", package), attribute)
        setattr(module, attribute, value)       # the next time nobody asks
        return value

    def __dir__():
        return sorted({*vars(module), *homes})

    return __getattr__, __dir__
