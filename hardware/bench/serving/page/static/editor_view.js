// The view of an edited circuit in an element: the picture, the palette, the form of the chosen
// part or wire, lists. It knows no network: `send` takes its actions, `receive` gets the messages
// of editor_messages.py. The circuit is the server's: the view shows what comes from there.

import { GRID } from "./editor_canvas.js";
import { PartForm, PartsForm, WireForm } from "./editor_forms.js";
import { EditorPalette } from "./editor_palette.js";
import { EditorPicture } from "./editor_picture.js";
import { TranslatedView, make } from "./translated_view.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class EditorView extends TranslatedView {
  /**
   * `keys` is the element in which keys act; `onOpen` is called with true when the circuit is
   * shown, and with false when the editor is closed; `onTitle` gets the title of the page; `visit`
   * as in TranslatedView.
   */
  constructor(root, send, {
    language = null, onLanguage = () => {}, onOpen = () => {}, onTitle = () => {}, visit = null,
    keys = root,
  } = {}) {
    super(root, language, onLanguage, visit);
    root.classList.add("warsha-editor");
    this.sendAction = send;
    this.onOpen = onOpen;
    this.onTitle = onTitle;
    this.circuit = null;
    this.unsaved = false;
    this.closed = false;
    this.chosen = { parts: [] };
    this.status = make("p", { class: "status", role: "status" });
    root.replaceChildren(this.status);
    this.end = new AbortController();
    keys.addEventListener("keydown", (event) => {
      if (this.circuit) this.key(event);
    }, { signal: this.end.signal });
  }

  send(action) {
    this.asked = action;
    this.sendAction(action);
  }

  /** The view is no longer needed. */
  dispose() {
    this.end.abort();
  }

  // -- messages

  receive(message) {
    if (message.editor) this.build(message.editor);
    if (message.circuit) this.show(message.circuit);
    if (message.selected !== undefined) {
      this.choose({ parts: message.selected });
      this.picture.focus(message.selected[0]);
    }
    if (message.refused !== undefined) this.refuse(message);
    if (message.starts) {
      this.status.textContent = this.t(this.inNotebook
        ? "The bench starts again as soon as no cell runs." : "The bench starts again.");
    }
    if (message.runs) this.visit(message.runs);
    if (message.closed) {
      this.closed = true;
      this.status.textContent = this.t("The editor is closed.");
      this.onOpen(false);
    }
  }

  disconnected() {
    if (this.closed) return;
    this.status.textContent = this.t("The connection to the editor was lost. It is tried again.");
  }

  refuse({ refused, conflict }) {
    if (this.asked?.do === "attribute" || this.asked?.do === "rename") {
      this.form.refuse(this.asked, refused);
    } else {
      this.picture.show(this.circuit, this.chosen); // where something was dragged, it is not
      this.status.textContent = refused;
    }
    this.conflict.hidden = !conflict;
    if (conflict) this.conflict.querySelector("button").focus();
  }

  // -- building

  build(editor) {
    this.editor = editor;
    this.begin(editor);
    this.circuit = null;
    this.status.textContent = "";
    this.picture = new EditorPicture(this.pictureActions(),
      (part) => `${part.id}: ${this.titleOf(part)}`,
      (wire, number, count) => this.t(
        "Piece {number} of {count} of the wire {wire}; the arrow keys move it",
        { number, count, wire: wire.ends.join(" – ") }));
    this.label(this.picture.svg, "The picture of the circuit");
    this.tip = make("p", { class: "tip", hidden: "", "aria-hidden": "true" });
    this.hint = make("p", { class: "hint", role: "status" });
    this.frame = make("section", { class: "picture", dir: "ltr" }, this.picture.svg, this.tip);
    this.palette = new EditorPalette(this, editor.palette);
    this.partList = make("ul");
    this.wireList = make("ul");
    this.remarkBox = make("div");
    this.form = null;
    this.formBox = make("section", { class: "form" });
    this.root.replaceChildren(
      this.head(),
      this.notice,
      this.status,
      this.conflictBox(),
      make("div", { class: "columns" },
        make("div", { class: "picturecolumn" }, this.frame, this.hint),
        make("div", { class: "side" },
          this.formBox,
          this.newWire(),
          this.list("Parts", this.partList),
          this.list("Wires", this.wireList),
          this.remarkBox,
          this.keys()),
        this.palette.element),
    );
    this.fixed = this.translated.length; // what comes behind is made again for each circuit
    this.setLanguage(this.language);
    this.onOpen(true);
  }

  setLanguage(language) {
    super.setLanguage(language);
    this.palette.translate();
    this.form = null;
    if (this.circuit) this.show(this.circuit);
  }

  head() {
    const button = (name, text, action) => {
      const made = this.text(make("button", { type: "button", class: name }), text);
      made.onclick = () => this.send(action);
      return made;
    };
    this.undo = button("undo", "Undo", { do: "undo" });
    this.redo = button("redo", "Redo", { do: "redo" });
    this.save = button("save", "Save", { do: "save", overwrite: false });
    this.run = button("run", "Save and run", { do: "run" });
    this.run.hidden = !this.editor.can_run;
    this.bench = this.text(make("a", { class: "bench", hidden: "" }), "Open the bench");
    this.notice = make("p", { class: "notice", dir: "auto", hidden: "" });
    const several = this.text(make("button", { type: "button", class: "several" }), "Choose several");
    several.setAttribute("aria-pressed", "false");
    several.onclick = () => {
      this.picture.chooseSeveral(!this.picture.several);
      several.setAttribute("aria-pressed", String(this.picture.several));
    };
    this.saved = make("span", { class: "saved", role: "status" });
    const title = make("h1", {}, this.text(make("span"), "Circuit editor"), " ",
      make("bdi", {}, this.editor.title));
    return make("div", { class: "head" }, title, this.saved, several, this.undo, this.redo, this.save,
      this.run, this.bench, this.languageButton());
  }

  conflictBox() {
    const answer = (text, action) => {
      const made = this.text(make("button", { type: "button" }), text);
      made.onclick = () => {
        this.conflict.hidden = true;
        this.status.textContent = "";
        this.send(action);
      };
      return made;
    };
    this.conflict = make("div", { class: "conflict buttons", hidden: "" },
      answer("Overwrite the file", { do: "save", overwrite: true }),
      answer("Read the file again", { do: "read" }));
    return this.conflict;
  }

  list(title, items) {
    this.label(items, title);
    return make("details", { class: `box list-${title.toLowerCase()}`, open: "" },
      this.text(make("summary"), title), items);
  }

  /** A wire without the mouse: its pins are chosen in two lists. */
  newWire() {
    this.ends = ["From", "To"].map((text) => {
      const select = make("select");
      return { select, row: make("label", { class: "field" }, this.text(make("span"), text), select) };
    });
    const connect = this.text(make("button", { type: "submit" }), "Connect");
    const form = make("form", {}, ...this.ends.map((end) => end.row), connect);
    form.onsubmit = (event) => {
      event.preventDefault();
      const [a, b] = this.ends.map((end) => end.select.value);
      if (a && b) this.send({ do: "wire", a, b });
    };
    return make("details", { class: "box newwire" }, this.text(make("summary"), "New wire"), form);
  }

  keys() {
    return make("details", { class: "box" }, this.text(make("summary"), "Keys"),
      ...["Arrow keys move the chosen parts by a step of the grid, with Shift by a pixel.",
        "Shift-click or Shift-Enter chooses several parts; so does a box around them.",
        "R turns a part; Delete removes, and Ctrl-D duplicates, all that are chosen.",
        "The pieces of a chosen wire have handles: drag them, or use the arrow keys.",
        "Ctrl-Z undoes, Ctrl-Y makes it again, Ctrl-S saves.",
      ].map((text) => this.text(make("p"), text)));
  }

  // -- the picture

  pictureActions() {
    return {
      select: (choice) => this.choose(choice),
      move: (parts, right, down) => this.send({ do: "nudge", parts, right, down }),
      wire: (a, b) => this.send({ do: "wire", a, b }),
      bend: (wire, corners) => this.send({ do: "bend", wire: wire.number, ends: wire.ends, corners }),
      from: (pin) => {
        this.hint.textContent = pin
          ? this.t("From {pin}: choose the other pin. Escape ends it.", { pin }) : "";
      },
      tip: (text, spot) => this.showTip(text, spot),
    };
  }

  showTip(text, spot) {
    this.tip.hidden = text === null;
    if (text === null) return;
    const [at, all] = [spot.getBoundingClientRect(), this.frame.getBoundingClientRect()];
    const left = at.left < all.left + all.width / 2;
    this.tip.textContent = text;
    this.tip.style.top = `${at.bottom - all.top + 4}px`;
    this.tip.style.left = left ? `${at.left - all.left}px` : "auto";
    this.tip.style.right = left ? "auto" : `${all.right - at.right}px`;
  }

  // -- showing

  show(circuit) {
    this.circuit = circuit;
    this.translated.length = this.fixed;
    this.status.textContent = "";
    this.unsaved = circuit.unsaved;
    this.saved.textContent = this.t(
      circuit.unsaved ? "There are changes that are not saved."
        : circuit.is_new ? "There is no file yet." : "All changes are saved.");
    this.saved.classList.toggle("unsaved", circuit.unsaved || circuit.is_new);
    this.save.textContent = this.t(circuit.is_new ? "Save as {file}" : "Save", { file: this.editor.title });
    this.notice.hidden = !circuit.notice;
    this.notice.textContent = circuit.notice?.[this.language] ?? "";
    this.onTitle(`${circuit.unsaved ? "● " : ""}${this.editor.title}`);
    this.undo.disabled = !circuit.can_undo;
    this.redo.disabled = !circuit.can_redo;
    this.bench.hidden = !circuit.bench;
    this.lead(this.bench, circuit.bench);
    if (!circuit.unsaved) this.conflict.hidden = true;
    const { wire } = this.chosen;
    this.chosen = {
      parts: this.parts.map(({ id }) => id),
      wire: wire && circuit.wires.find((each) => sameWire(each, wire)),
    };
    this.picture.show(circuit, this.chosen);
    this.showForm();
    this.showLists();
    this.showRemarks();
  }

  /** The parts that are chosen, as they are now. */
  get parts() {
    return this.circuit.parts.filter((part) => this.chosen.parts.includes(part.id));
  }

  choose(choice) {
    this.chosen = choice;
    this.picture.choose(choice);
    this.showForm();
    this.markLists();
  }

  /** Chooses a part, or with `more` one more; a part that is chosen already is not any more. */
  choosePart(id, more) {
    const others = this.chosen.parts.filter((each) => each !== id);
    const isChosen = others.length < this.chosen.parts.length;
    if (more) this.choose({ parts: isChosen ? others : [...others, id] });
    else this.choose({ parts: [id] });
  }

  showForm() {
    const { parts, chosen: { wire } } = this;
    const [Form, shown] = parts.length > 1 ? [PartsForm, parts]
      : parts.length ? [PartForm, parts[0]] : [WireForm, wire];
    const key = shown ? Form.key(shown) : "";
    if (!this.form || this.form.key !== key) {
      this.form = shown ? new Form(this, shown) : this.noForm();
      this.formBox.replaceChildren(...this.form.elements);
    }
    this.form.show(shown);
  }

  noForm() {
    const words = make("p");
    words.textContent = this.t("Choose a part or a wire in the picture or in the lists.");
    return { key: "", elements: [words], show: () => {}, refuse: (_asked, text) => {
      this.status.textContent = text;
    } };
  }

  titleOf(part) {
    const title = part.title?.[this.language] ?? part.type;
    return part.hide ? `${title} (${this.t("hidden")})` : title;
  }

  showLists() {
    const item = (choice, onClick, ...words) => {
      const button = make("button", { type: "button" }, ...words);
      button.onclick = onClick;
      const row = make("li", {}, button);
      row.choice = choice;
      return row;
    };
    const more = (event) =>
      this.picture.several || event.shiftKey || event.ctrlKey || event.metaKey;
    keepFocus(this.partList, () => this.partList.replaceChildren(
      ...this.circuit.parts.map((part) => item({ part: part.id },
        (event) => this.choosePart(part.id, more(event)),
        make("bdi", {}, part.id), ": ", make("bdi", {}, this.titleOf(part))))));
    keepFocus(this.wireList, () => this.wireList.replaceChildren(
      ...this.circuit.wires.map((wire) => item({ wire }, () => this.choose({ parts: [], wire }),
        make("bdi", {}, wire.ends.join(" – "))))));
    this.markLists();
    for (const { select } of this.ends) this.showPins(select);
  }

  markLists() {
    for (const row of [...this.partList.children, ...this.wireList.children]) {
      const { part, wire } = row.choice;
      const on = part ? this.chosen.parts.includes(part)
        : Boolean(this.chosen.wire) && sameWire(wire, this.chosen.wire);
      row.firstChild.setAttribute("aria-pressed", String(on));
    }
  }

  showPins(select) {
    const { value } = select;
    select.replaceChildren(make("option", { value: "" }, "–"), ...this.circuit.parts.map((part) =>
      make("optgroup", { label: part.id }, ...part.pins.map(({ name }) =>
        make("option", { value: `${part.id}:${name}` }, `${part.id}:${name}`)))));
    select.value = value;
    if (select.selectedIndex < 0) select.value = "";
  }

  showRemarks() {
    const found = this.circuit.remarks;
    const before = this.remarkBox.querySelector("details");
    if (!found.length) {
      this.remarkBox.replaceChildren();
      return;
    }
    const box = make("details", { class: "box remarks" },
      make("summary", {}, this.t("Remarks on the wiring: {count}", { count: found.length })),
      make("ol", {}, ...this.remarkItems(found)));
    box.open = before ? before.open : true;
    keepFocus(this.remarkBox, () => this.remarkBox.replaceChildren(box));
  }

  // -- keys

  key(event) {
    const typing = event.target.closest("input, textarea, select");
    const control = event.ctrlKey || event.metaKey;
    const pressed = event.key.toLowerCase();
    let action = null;
    if (control && pressed === "s") action = { do: "save", overwrite: false };
    else if (typing) return;
    else if (control && pressed === "z") action = { do: event.shiftKey ? "redo" : "undo" };
    else if (control && pressed === "y") action = { do: "redo" };
    else if (event.key === "Escape") this.picture.endWire();
    else action = this.partKey(event, control, pressed);
    if (!action) return;
    event.preventDefault();
    this.send(action);
  }

  /** What a key does with the parts or the wire that have the focus, or are chosen. */
  partKey(event, control, pressed) {
    const arrow = ARROWS[event.key];
    const step = event.shiftKey ? 1 : GRID;
    if (arrow && this.picture.wires.arrow(event.target, arrow, step)) {
      event.preventDefault();
      return null;
    }
    const focused = event.target.closest("[data-part]")?.dataset.part;
    if (focused && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      this.choosePart(focused, event.shiftKey || this.picture.several);
      return null;
    }
    const acts = arrow || event.key === "Delete" || event.key === "Backspace" || pressed === "r"
      || (control && pressed === "d");
    if (acts && focused && !this.chosen.parts.includes(focused)) this.choose({ parts: [focused] });
    const { chosen: { parts, wire } } = this;
    if (event.key === "Delete" || event.key === "Backspace") {
      if (parts.length) return { do: "remove", parts };
      return wire ? { do: "unwire", wire: wire.number, ends: wire.ends } : null;
    }
    if (!parts.length) return null;
    if (control && pressed === "d") return { do: "copy", parts };
    if (control) return null;
    const [part, ...others] = this.parts;
    if (pressed === "r" && !others.length) {
      return { do: "turn", part: part.id, degrees: part.rotate + 90 };
    }
    if (!arrow || !focused) return null;
    const [right, down] = arrow.map((way) => way * step);
    return { do: "nudge", parts, right, down };
  }
}

function sameWire(one, other) {
  return one.number === other.number && one.ends.join("\n") === other.ends.join("\n");
}

/** Makes the content of an element again; the focus stays at the same place in it. */
function keepFocus(element, make) {
  const focusable = () => [...element.querySelectorAll("button, summary")];
  const at = focusable().indexOf(document.activeElement);
  make();
  if (at >= 0) focusable()[Math.min(at, focusable().length - 1)]?.focus();
}
