// Sentences with numbers: "{name:.3f}", {"choose": name, "among": [...]}, or a list of both.

export function fill(template, values) {
  if (Array.isArray(template)) return template.map((part) => fill(part, values)).join("");
  if (typeof template === "object") return fill(template.among[values[template.choose]], values);
  return template.replace(/\{(\w+):\.(\d+)([fe%])\}/g, (_, name, digits, kind) => {
    const value = Number(values[name]);
    if (!Number.isFinite(value)) return "an unbounded value";
    if (kind === "e") return !value ? "0" : value.toExponential(digits).replace(/e(.)(\d)$/, "e$10$2");
    const text = (kind === "%" ? 100 * value : value).toFixed(digits) + (kind === "%" ? "%" : "");
    return text.replace(/^-(?=[0.]+%?$)/, "");
  });
}

// As long as the sentences can be: their longest branches, with digits for numbers.
export function longest(template) {
  if (Array.isArray(template)) return template.map(longest).join("");
  if (typeof template === "object") return template.among.map(longest).reduce((a, b) => (a.length < b.length ? b : a));
  return template.replace(/\{\w+:\.(\d+)([fe%])\}/g, (_, digits, kind) => "0".repeat(Number(digits) + (kind === "f" ? 4 : 6)));
}
