"""Kernels from program texts that the library writes itself: for a number of variables, for an expression."""

from .kernels import kernel


def define(source, /, **scope):
    """The kernels that a text defines, by name; `scope` holds what their code takes from outside.

    Their docstring is the text. It must never hold what somebody typed.
    """
    scope["__name__"] = __name__
    given = set(scope)
    exec(compile(source, "<generated>", "exec"), scope)
    del scope["__builtins__"]                   # it cannot be kept: a notebook replaces some of them
    defined = {name: function for name, function in scope.items() if name not in given}
    for function in defined.values():
        function.__doc__ = source
    return {name: kernel()(function) for name, function in defined.items()}
