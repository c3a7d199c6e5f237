"""Sentences with numbers."""


def fill(template, values):
    """A template with its numbers: text with {name:.3f}, {"choose": name, "among": [template, …]}, or a list of both.

    A number that is not finite, which an orbit that diverges can have, becomes words.
    """
    if isinstance(template, list):
        return "".join(fill(part, values) for part in template)
    if isinstance(template, dict):
        return fill(template["among"][int(values[template["choose"]])], values)
    return template.format_map({name: _Said(value) for name, value in values.items() if _is_number(value)})


class _Said(float):
    def __format__(self, spec):
        return super().__format__("z" + spec) if self - self == 0 else "an unbounded value"     # z: no -0.00


def _is_number(value):
    return not hasattr(value, "__len__")
