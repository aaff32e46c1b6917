// The forms of the chosen part and of the chosen wire. A field is sent when it is left, or with
// Enter. What is refused stays in its field, with the reason below it.

import { make, makeNumber, western } from "./translated_view.js";

const NO_BOUND = 1e9; // the default of `Part.number`
let fields = 0; // of all forms in the document: gives the inputs their ids

export class PartForm {
  constructor(view, part) {
    this.view = view;
    this.key = PartForm.key(part);
    this.fields = new Map(); // by name: what shows the value, and the reason of a refusal
    const { t } = this;
    const heading = make("h2", {}, part.title?.[view.language] ?? t("Part"), " ",
      make("code", { dir: "ltr" }, part.type));
    this.elements = [
      heading,
      ...(part.title ? [] : [make("p", {}, t("This part is not simulated here; it is kept as it is."))]),
      this.field("id", t("Name (id)"), "", make("input", { type: "text", dir: "auto" }),
        (value) => this.send({ do: "rename", id: value })),
      ...part.attributes.map((attribute) => this.attribute(part, attribute)),
      make("div", { class: "places" },
        this.field("left", t("Left"), "", makeNumber({ step: "any" }), () => this.move()),
        this.field("top", t("Top"), "", makeNumber({ step: "any" }), () => this.move()),
        this.field("rotate", t("Turned by"), "°", makeNumber({ step: "any" }), (value) => {
          if (value) this.send({ do: "turn", degrees: Number(value) % 360 });
        })),
      this.hide(),
      make("div", { class: "buttons" },
        this.button("turn", t("Turn"), () => ({ do: "turn", degrees: this.part.rotate + 90 })),
        this.button("copy", t("Duplicate"), () => ({ do: "copy", parts: [this.part.id] })),
        this.button("remove", t("Remove"), () => ({ do: "remove", parts: [this.part.id] }))),
    ];
  }

  /** A form is made again when another part is chosen, or its fields are others. */
  static key(part) {
    return JSON.stringify(["part", part.id, part.type, part.attributes.map(({ name }) => name)]);
  }

  t = (text, values) => this.view.t(text, values);

  send(action) {
    this.view.send({ ...action, part: this.part.id });
  }

  move() {
    const [left, top] = ["left", "top"].map((name) => this.fields.get(name).input.value);
    if (left && top) this.send({ do: "move", left: Number(left), top: Number(top) });
  }

  button(name, text, action) {
    const made = make("button", { type: "button", class: name }, text);
    made.onclick = () => this.send(action());
    return made;
  }

  hide() {
    this.hidden = make("input", { type: "checkbox" });
    this.hidden.onchange = () => this.send({ do: "hide", hide: this.hidden.checked });
    return make("label", { class: "switch" }, this.hidden, this.t("Hidden: it acts, but is not drawn"));
  }

  field(name, label, unit, input, onValue, about = "") {
    const id = `warsha-field-${++fields}`;
    input.id = id;
    input.name = name;
    const error = make("p", { class: "wrong", id: `${id}-wrong`, role: "alert", hidden: "" });
    const hint = make("p", { class: "about", id: `${id}-about` }, about);
    hint.hidden = !about;
    input.setAttribute("aria-describedby", `${id}-about ${id}-wrong`);
    const send = () => {
      const field = this.fields.get(name);
      if (input.value === field.value || input.value === field.sent) return;
      field.sent = input.value; // Enter sends it; to leave the field before the answer is no change
      onValue(input.value);
    };
    input.onchange = send;
    input.onkeydown = (event) => { // in JupyterLab, Enter alone changes nothing
      if (event.key !== "Enter" || event.isComposing || input.tagName === "TEXTAREA") return;
      event.preventDefault();
      send();
    };
    this.fields.set(name, { input, error, value: "", sent: null });
    return make("div", { class: "field" },
      make("label", { for: id }, label), input, ...(unit ? [make("span", { dir: "ltr" }, unit)] : []),
      hint, error);
  }

  attribute(part, attribute) {
    const { name, known, words = [], other, low, high, unit = "" } = attribute;
    const fallback = attribute.default === ""
      ? this.t("may be empty") : this.t("without a value: {value}", { value: attribute.default });
    const isNumber = low !== undefined && low !== null;
    const bounds = !isNumber ? ""
      : this.t(high < NO_BOUND ? "from {low} to {high}" : "at least {low}", { low, high });
    const about = known ? [bounds, fallback].filter(Boolean).join(" · ")
      : this.t("not known here; it is kept");
    const onValue = (text) => {
      this.send({ do: "attribute", name, value: isNumber ? western(text) : text });
    };
    const [input, ...list] = this.input(part, attribute, words, other);
    const field = this.field(`attribute ${name}`, make("code", { dir: "ltr" }, name), unit, input,
      onValue, about);
    field.append(...list);
    return field;
  }

  /** The input of an attribute, and the list of its usual words. */
  input(part, { value }, words, other) {
    if (words.length && !other) {
      return [make("select", {}, make("option", { value: "" }, ""),
        ...words.filter(Boolean).map((word) => make("option", { value: word }, word)))];
    }
    if (part.type === "wokwi-text" || value.includes("\n")) return [make("textarea", { dir: "auto" })];
    const input = make("input", { type: "text", dir: "auto", autocomplete: "off" });
    if (words.length) {
      const list = make("datalist", { id: `warsha-words-${++fields}` },
        ...words.map((word) => make("option", { value: word })));
      input.setAttribute("list", list.id);
      return [input, list];
    }
    return [input];
  }

  /** Shows the values; what is being typed, or was refused, stays. */
  show(part) {
    this.part = part;
    this.set("id", part.id);
    for (const name of ["left", "top", "rotate"]) this.set(name, String(part[name]));
    for (const { name, value } of part.attributes) this.set(`attribute ${name}`, value);
    this.hidden.checked = part.hide;
  }

  set(name, value) {
    const field = this.fields.get(name);
    if (!field.error.hidden && field.value === value) return;
    if (field.value !== value) field.sent = null;
    field.value = value;
    const { input } = field;
    if (input.tagName === "SELECT" && value && ![...input.options].some((o) => o.value === value)) {
      input.append(make("option", { value }, value)); // a wrong word of the file
    }
    input.value = value;
    input.removeAttribute("aria-invalid");
    field.error.hidden = true;
  }

  refuse(asked, text) {
    const field = this.fields.get(asked.do === "rename" ? "id" : `attribute ${asked.name}`);
    if (!field) return;
    field.sent = null;
    field.input.setAttribute("aria-invalid", "true");
    field.error.textContent = text;
    field.error.hidden = false;
  }
}

/** Of several parts. */
export class PartsForm {
  constructor(view, parts) {
    this.view = view;
    this.key = PartsForm.key(parts);
    const button = (name, text, action) => {
      const made = make("button", { type: "button", class: name }, view.t(text));
      made.onclick = () => view.send({ do: action, parts: parts.map(({ id }) => id) });
      return made;
    };
    this.elements = [
      make("h2", {}, view.t("Parts that are chosen: {count}", { count: parts.length })),
      make("ul", {}, ...parts.map(({ id }) => make("li", {}, make("bdi", {}, id)))),
      make("div", { class: "buttons" },
        button("copy", "Duplicate", "copy"), button("remove", "Remove", "remove")),
    ];
  }

  static key(parts) {
    return JSON.stringify(["parts", ...parts.map(({ id }) => id)]);
  }

  show() {}

  refuse(_asked, text) {
    this.view.status.textContent = text;
  }
}

export class WireForm {
  constructor(view, wire) {
    this.view = view;
    this.key = WireForm.key(wire);
    this.colour = make("select");
    for (const name of ["", ...Object.keys(view.editor.colours)]) {
      this.colour.append(make("option", { value: name }, name || view.t("not drawn")));
    }
    this.colour.onchange = () => this.send({ do: "paint", colour: this.colour.value });
    const button = (name, text, action) => {
      const made = make("button", { type: "button", class: name }, view.t(text));
      made.onclick = () => this.send(action);
      return made;
    };
    this.elements = [
      make("h2", {}, view.t("Wire"), " ", make("bdi", {}, wire.ends.join(" – "))),
      make("label", { class: "field" }, make("span", {}, view.t("Colour")), this.colour),
      make("div", { class: "buttons" },
        button("route", "Find its way again", { do: "route" }),
        button("remove", "Remove", { do: "unwire" })),
    ];
  }

  static key(wire) {
    return JSON.stringify(["wire", wire.number, wire.ends]);
  }

  send(action) {
    this.view.send({ ...action, wire: this.wire.number, ends: this.wire.ends });
  }

  show(wire) {
    this.wire = wire;
    if (![...this.colour.options].some((option) => option.value === wire.colour)) {
      this.colour.append(make("option", { value: wire.colour }, wire.colour));
    }
    this.colour.value = wire.colour;
  }

  refuse(_asked, text) {
    this.view.status.textContent = text;
  }
}
