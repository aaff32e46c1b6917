// The parts that can be added: by a click, by the keyboard, or dragged into the picture.

import { draw, placeOf, snap } from "./editor_canvas.js";
import { make } from "./translated_view.js";

const DRAG_FROM = 6; // pixels on the screen: less is a click
const ICON = 44; // pixels
const INSIDE = 26; // pixels: how far from the left edge of the circuit a new part is put

export class EditorPalette {
  constructor(view, groups) {
    this.view = view;
    this.search = make("input", { type: "search" });
    this.nothing = view.text(make("p", { hidden: "" }), "Nothing is found.");
    this.groups = groups.map(({ group, parts }) => this.group(group, parts));
    const field = make("label", { class: "field" }, view.text(make("span"), "Search"), this.search);
    this.search.oninput = () => this.filter();
    this.element = make("section", { class: "palette" }, view.text(make("h2"), "Parts to add"),
      field, this.nothing, ...this.groups.map(({ box }) => box));
    this.filter();
  }

  group(title, parts) {
    const items = parts.map((part) => this.item(part));
    const summary = make("summary");
    const box = make("details", { class: "group" }, summary,
      make("ul", {}, ...items.map(({ row }) => row)));
    return { box, summary, title, items };
  }

  item(part) {
    const name = make("span");
    const button = make("button", { type: "button" }, icon(part), name,
      make("code", { dir: "ltr" }, part.type));
    button.dataset.type = part.type;
    button.onclick = () => {
      if (!this.dragged) this.add(part);
      this.dragged = false;
    };
    this.draggable(button, part);
    const words = [part.title.en, part.title.ar, part.type].join(" ").toLowerCase();
    return { row: make("li", {}, button), button, name, part, words };
  }

  /** The texts in the language that is shown. */
  translate() {
    const { view } = this;
    for (const { summary, title, items } of this.groups) {
      summary.textContent = title[view.language];
      for (const { button, name, part } of items) {
        name.textContent = part.title[view.language];
        button.title = view.t("Add: {title}", { title: part.title[view.language] });
      }
    }
  }

  /** Shows the parts that have all the words which are searched; without any, the groups. */
  filter() {
    const wanted = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let any = false;
    for (const { box, items } of this.groups) {
      let found = 0;
      for (const { row, words } of items) {
        row.hidden = !wanted.every((word) => words.includes(word));
        found += !row.hidden;
      }
      box.hidden = !found;
      box.open = wanted.length > 0;
      any ||= found > 0;
    }
    this.nothing.hidden = any;
  }

  /** Below the circuit, where nothing is. */
  add(part) {
    const [left, top, , height] = this.view.circuit.frame;
    this.send(part, left + INSIDE, top + height);
  }

  send(part, left, top) {
    this.view.send({ do: "add", type: part.type, left: snap(left), top: snap(top) });
  }

  draggable(button, part) {
    let from = null;
    let ghost = null;
    const end = () => {
      ghost?.remove();
      from = ghost = null;
    };
    button.addEventListener("pointerdown", (event) => {
      this.dragged = false;
      if (event.button) return;
      from = [event.clientX, event.clientY];
      button.setPointerCapture(event.pointerId);
    });
    button.addEventListener("pointermove", (event) => {
      if (!from) return;
      if (!ghost && Math.hypot(event.clientX - from[0], event.clientY - from[1]) > DRAG_FROM) {
        ghost = icon(part);
        ghost.classList.add("warsha-dragged");
        document.body.append(ghost); // in a box of the view, it would be placed by that box
      }
      if (!ghost) return;
      ghost.style.left = `${event.clientX - ICON / 2}px`;
      ghost.style.top = `${event.clientY - ICON / 2}px`;
    });
    button.addEventListener("pointerup", (event) => {
      if (ghost) {
        this.dragged = true; // the click that follows adds nothing
        const { picture } = this.view;
        const over = document.elementsFromPoint(event.clientX, event.clientY);
        if (over.includes(picture.svg)) {
          const { x, y } = placeOf(picture.svg, event);
          this.send(part, x - part.width / 2, y - part.height / 2);
        }
      }
      end();
    });
    button.addEventListener("pointercancel", end);
  }
}

/** A small picture of a part. */
function icon(part) {
  const side = Math.max(part.width, part.height) + 8;
  const made = draw("svg", {
    class: "icon", width: ICON, height: ICON, "aria-hidden": "true",
    viewBox: `${(part.width - side) / 2} ${(part.height - side) / 2} ${side} ${side}`,
  });
  made.innerHTML = part.svg;
  return made;
}
