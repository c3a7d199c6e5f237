// Brings the widget state of a static page to life: the ipywidgets that this book uses, as native inputs, and the view
// of live figures. Runs from file:// too; what it does not know, it names, and the picture stays.
(() => {
  const states = [...document.querySelectorAll('script[type="application/vnd.jupyter.widget-state+json"]')]
    .map((script) => JSON.parse(script.textContent).state);
  const models = new Map();

  class Model {
    constructor({ model_name: name, state, buffers = [] }) {
      Object.assign(this, { name, state: { ...state }, listeners: {} });
      for (const { path, data } of buffers) {
        const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
        const holder = path.slice(0, -1).reduce((at, key) => at[key], this.state);
        holder[path.at(-1)] = new DataView(bytes.buffer);
      }
    }

    get(key) { return this.state[key]; }

    set(key, value) {
      if (this.state[key] === value) return;
      this.state[key] = value;
      this.listeners[key]?.forEach((listener) => listener());
    }

    on(event, listener) { (this.listeners[event.replace("change:", "")] ??= new Set()).add(listener); }

    off(event, listener) { this.listeners[event.replace("change:", "")]?.delete(listener); }

    save_changes() {}
  }

  const model = (reference) => models.get(reference.replace("IPY_MODEL_", ""));

  function element(tag, properties = {}, attributes = {}) {
    const made = Object.assign(document.createElement(tag), properties);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function box(className) {
    return (m) => {
      const made = element("div", { className });
      for (const child of m.get("children")) made.append(view(model(child)));
      return made;
    };
  }

  // A labelled native input; `read` sets the model from it, `show` sets it from the model.
  function control(m, input, key, event, read, show) {
    const label = element("label", { className: "live-control" }), output = element("output", {}, { "aria-live": "off" });
    label.append(element("span", { textContent: m.get("description") }), input);
    if (input.type === "range") label.append(output);
    input.addEventListener(event, () => m.set(key, read()));
    const update = () => { output.textContent = show() ?? ""; };
    for (const changed of [key, "min", "max"]) m.on(`change:${changed}`, update);
    update();
    return label;
  }

  // `to` and `from` turn the slider's position into its value and back.
  function slider(to = (m, v) => v, from = (m, v) => v) {
    return (m) => {
      const input = element("input", { type: "range" });
      return control(m, input, "value", "input", () => to(m, input.valueAsNumber), () => {
        const [low, high] = [m.get("min"), m.get("max")], at = from(m, m.get("value"));
        Object.assign(input, { min: low, max: high, step: m.get("step") });
        if (at < low || at > high) m.set("value", to(m, Math.min(high, Math.max(low, at))));
        input.value = from(m, m.get("value"));
        const text = written(m.get("value"), m.get("readout_format"));
        input.setAttribute("aria-valuetext", text);
        return text;
      });
    };
  }

  // The number formats that sliders use: .2f, .3g, d.
  function written(value, format = "d") {
    const digits = Number(/\.(\d+)/.exec(format)?.[1] ?? 0);
    return format.endsWith("f") ? value.toFixed(digits) : format.endsWith("g") ? String(Number(value.toPrecision(digits || 6)))
      : String(Math.round(value));
  }

  const views = {
    VBoxModel: box("live-column"),
    HBoxModel: box("live-row"),
    FloatSliderModel: slider(),
    IntSliderModel: slider(),
    FloatLogSliderModel: slider((m, v) => m.get("base") ** v, (m, v) => Math.log(v) / Math.log(m.get("base"))),
    CheckboxModel: (m) => {
      const input = element("input", { type: "checkbox" });
      return control(m, input, "value", "change", () => input.checked, () => { input.checked = m.get("value"); });
    },
    DropdownModel: (m) => {
      const input = element("select");
      m.get("_options_labels").forEach((text) => input.append(element("option", { textContent: text })));
      return control(m, input, "index", "change", () => input.selectedIndex, () => { input.selectedIndex = m.get("index"); });
    },
    ToggleButtonsModel: (m) => {
      const group = element("fieldset", { className: "live-control" });
      group.append(element("legend", { textContent: m.get("description") }));
      const name = `live-${crypto.getRandomValues(new Uint32Array(1))}`;
      const inputs = m.get("_options_labels").map((text, i) => {
        const label = element("label"), input = element("input", { type: "radio", name });
        input.addEventListener("change", () => m.set("index", i));
        label.append(input, text);
        group.append(label);
        return input;
      });
      const update = () => inputs.forEach((input, i) => { input.checked = i === m.get("index"); });
      m.on("change:index", update);
      update();
      return group;
    },
    AnyModel: (m) => {
      const made = element("div", { className: "live-view" });
      made.prepare = () => globalThis.descentView.prepare({ model: m, el: made });
      return made;
    },
  };

  function view(m) {
    if (!views[m.name]) throw new Error(`this page cannot show the widget ${m.name}`);
    return views[m.name](m);
  }

  for (const state of states) for (const [id, entry] of Object.entries(state)) models.set(id, new Model(entry));
  for (const link of models.values()) {
    if (link.name !== "LinkModel" && link.name !== "DirectionalLinkModel") continue;
    const [[from, key], [to, other]] = [link.get("source"), link.get("target")].map(([id, name]) => [model(id), name]);
    const forward = () => to.set(other, from.get(key));
    from.on(`change:${key}`, forward);
    if (link.name === "LinkModel") to.on(`change:${other}`, () => from.set(key, to.get(other)));
    forward();
  }

  function fail(place, live, error) {
    live.replaceChildren(element("p", { className: "live-message", textContent: error.message }));
    place.classList.add("failed");
    place.append(live);
  }

  // All figures are laid out at once, so that nothing moves later; each starts when it comes near.
  const starts = new Map();
  const near = new IntersectionObserver(async (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const live = target.querySelector(".live");
      try {
        for (const start of starts.get(target)) await start();
        target.classList.add("alive");
      } catch (error) {
        fail(target, live, error);
      }
    }
  }, { rootMargin: "600px" });

  for (const place of document.querySelectorAll(".live-figure[data-model-id]")) {
    const live = element("div", { className: "live" });
    try {
      live.append(view(models.get(place.dataset.modelId)));
      place.append(live);
      starts.set(place, [...live.querySelectorAll(".live-view")].map((part) => part.prepare()));
      near.observe(place);
    } catch (error) {
      fail(place, live, error);
    }
  }
})();
