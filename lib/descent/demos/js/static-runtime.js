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
    return async (m) => {
      const made = element("div", { className });
      for (const child of m.get("children")) made.append(await view(model(child)));
      return made;
    };
  }

  // A labelled native input; `read` sets the model from it, `show` sets it from the model.
  function control(m, input, key, event, read, show) {
    const label = element("label", { className: "live-control" }), output = element("output", {}, { "aria-live": "off" });
    label.append(element("span", { textContent: m.get("description") }), input);
    if (input.type === "range") label.append(output);
    input.addEventListener(event, () => m.set(key, read()));
    const update = () => { output.textContent = show(); };
    m.on(`change:${key}`, update);
    update();
    return label;
  }

  function slider(digits) {
    return async (m) => {
      const input = element("input", { type: "range" }, { min: m.get("min"), max: m.get("max"), step: m.get("step") });
      return control(m, input, "value", "input", () => input.valueAsNumber, () => {
        input.value = m.get("value");
        return Number(m.get("value")).toFixed(digits(m));
      });
    };
  }

  const views = {
    VBoxModel: box("live-column"),
    HBoxModel: box("live-row"),
    FloatSliderModel: slider((m) => Number(/\.(\d)f/.exec(m.get("readout_format"))?.[1] ?? 2)),
    IntSliderModel: slider(() => 0),
    DropdownModel: async (m) => {
      const input = element("select");
      m.get("_options_labels").forEach((text) => input.append(element("option", { textContent: text })));
      return control(m, input, "index", "change", () => input.selectedIndex, () => { input.selectedIndex = m.get("index"); });
    },
    AnyModel: async (m) => {
      const made = element("div");
      made.start = () => globalThis.descentView.render({ model: m, el: made });
      return made;
    },
  };

  async function view(m) {
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

  async function mount(place) {
    const live = element("div", { className: "live" });
    try {
      const shown = await view(models.get(place.dataset.modelId));
      live.append(shown);
      place.append(live);
      for (const part of live.querySelectorAll("div")) await part.start?.();
      place.classList.add("alive");
    } catch (error) {
      live.replaceChildren(element("p", { className: "live-message", textContent: error.message }));
      place.append(live);
    }
  }

  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      mount(target);
    }
  }, { rootMargin: "600px" });
  document.querySelectorAll(".live-figure[data-model-id]").forEach((place) => near.observe(place));
})();
