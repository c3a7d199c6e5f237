"""Sentences with numbers."""


def fill(template, values):
    """A template with its numbers: text with {name:.3f}, {"choose": name, "among": [template, …]}, or a list of both.

    A number that is not finite, which an orbit that diverges can have, becomes words.
    """
    if isinstance(template, list):
        return "".join(fill(part, values) for part in template)
    if isinstance(template, dict):
        chosen, among = int(values[template["choose"]]), template["among"]
        if not 0 <= chosen < len(among):
            raise ValueError(f"choose: {template['choose']}={chosen} must be one of `among`, 0 to {len(among) - 1}")
        return fill(among[chosen], values)
    return template.format_map({name: _Said(value) for name, value in values.items() if _is_number(value)})


class _Said(float):
    def __format__(self, spec):
        if self == 0 and spec.endswith("e"):
            return "0"                          # an exact zero: no 0.0e+00
        return super().__format__("z" + spec) if self - self == 0 else "an unbounded value"     # z: no -0.00


def _is_number(value):
    return not hasattr(value, "__len__")
