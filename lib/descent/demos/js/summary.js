// Sentences with numbers: "{name:.3f}", {"choose": name, "among": [...]}, or a list of both.

export function fill(template, values) {
  if (Array.isArray(template)) return template.map((part) => fill(part, values)).join("");
  if (typeof template === "object") return fill(template.among[values[template.choose]], values);
  return template.replace(/\{(\w+):\.(\d)([f%])\}/g, (_, name, digits, kind) => {
    const value = values[name];
    if (!Number.isFinite(value)) return "an unbounded value";
    return kind === "%" ? `${(100 * value).toFixed(digits)}%` : value.toFixed(digits);
  });
}
