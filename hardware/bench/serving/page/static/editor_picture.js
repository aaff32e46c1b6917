// The picture of an edited circuit: parts are dragged, pins are joined. The server has drawn the
// parts and the wires; here they are only placed. Its texts are escaped where they are drawn.

import { DRAG_FROM, GRID, draw, isFar, placeOf, snap } from "./editor_canvas.js";
import { EditorWires } from "./editor_wires.js";

const PIN_RADIUS = 4.5;
const AROUND = 48; // pixels of free canvas around the circuit

let grids = 0; // of all pictures in the document: gives the patterns their ids

export class EditorPicture {
  /** `on` has `select({parts, wire})`, `move(ids, right, down)`, `wire(a, b)`, `bend(wire, corners)`,
   *  `from(pin)` and `tip(text, spot)`; `label(part)` and `pieceLabel(wire, number, count)` give the
   *  words for parts and for pieces of wires. */
  constructor(on, label, pieceLabel) {
    this.on = on;
    this.label = label;
    this.several = false; // parts are chosen in addition to those that are chosen already
    this.chosen = [];
    this.svg = draw("svg", { class: "canvas", role: "group" });
    const pattern = draw("pattern", {
      id: `warsha-grid-${++grids}`, width: 2 * GRID, height: 2 * GRID, patternUnits: "userSpaceOnUse",
    });
    pattern.append(draw("circle", { cx: 0.6, cy: 0.6, r: 0.6, fill: "#cbd2da" }));
    this.ground = draw("rect", { fill: `url(#${pattern.id})` });
    this.layers = {};
    this.svg.append(pattern, this.ground);
    for (const name of ["parts", "wires", "captions", "marks", "pins", "handles", "ghost"]) {
      this.layers[name] = draw("g", { class: name });
      this.svg.append(this.layers[name]);
    }
    for (const name of ["wires", "captions", "marks", "pins", "ghost"]) {
      this.layers[name].setAttribute("aria-hidden", "true"); // lists beside the picture have the same
    }
    this.wires = new EditorWires(this.svg, this.layers, {
      select: (wire) => on.select({ parts: [], wire }),
      bend: on.bend,
    }, pieceLabel);
    this.groups = new Map(); // by id: the drawing, the pins and the caption of a part
    this.drawn = new Map(); // by id: the part as it was drawn
    this.view = null; // left, top, right and bottom of what is seen
    this.svg.addEventListener("pointerdown", (event) => this.pointerDown(event));
    this.svg.addEventListener("pointermove", (event) => this.pointerMove(event));
    this.svg.addEventListener("pointerup", (event) => this.pointerUp(event));
    this.svg.addEventListener("pointercancel", () => this.letGo());
    this.svg.addEventListener("pointerover", (event) => this.point(event.target));
    this.svg.addEventListener("pointerleave", () => this.point(null));
  }

  // -- drawing

  show(circuit, chosen) {
    this.letGo();
    const seen = circuit.parts.filter((part) => !part.hide);
    const kept = new Set(seen.map((part) => part.id));
    for (const [id, group] of this.groups) {
      if (kept.has(id)) continue;
      Object.values(group).forEach((element) => element.remove());
      this.groups.delete(id);
      this.drawn.delete(id);
    }
    seen.forEach((part) => this.showPart(part));
    // In the order of the file: later parts are in front. The order is changed only where it must
    // be, because a part that is moved in the document loses the focus.
    seen.forEach((part, at) => {
      const { body } = this.groups.get(part.id);
      if (this.layers.parts.children[at] !== body) {
        this.layers.parts.insertBefore(body, this.layers.parts.children[at] ?? null);
      }
    });
    this.wires.show(circuit.wires, chosen.wire);
    this.layers.marks.innerHTML = circuit.marks;
    this.fit(circuit.frame);
    this.choose(chosen);
  }

  showPart(part) {
    if (!this.groups.has(part.id)) {
      const body = draw("g", { tabindex: "0", role: "button" });
      body.dataset.part = part.id;
      const pins = draw("g");
      const caption = draw("g");
      this.layers.parts.append(body);
      this.layers.pins.append(pins);
      this.layers.captions.append(caption);
      this.groups.set(part.id, { body, pins, caption });
    }
    const { body, pins, caption } = this.groups.get(part.id);
    const before = this.drawn.get(part.id);
    if (before?.svg !== part.svg || before.width !== part.width || before.height !== part.height) {
      const drawing = draw("g", { "aria-hidden": "true" }); // what is printed on it is not its name
      drawing.innerHTML = part.svg;
      body.replaceChildren(drawing, draw("rect", { class: "outline", x: -3, y: -3, width: part.width + 6,
        height: part.height + 6, rx: 4 }));
    }
    const names = JSON.stringify(part.pins);
    if (before?.names !== names) {
      pins.replaceChildren(...part.pins.map(({ name, x, y }) => {
        const spot = draw("circle", { cx: x, cy: y, r: PIN_RADIUS });
        spot.dataset.pin = `${part.id}:${name}`;
        return spot;
      }));
    }
    caption.innerHTML = part.caption;
    caption.removeAttribute("transform");
    body.setAttribute("aria-label", this.label(part));
    this.drawn.set(part.id, { ...part, names });
    this.place(part, part.left, part.top);
  }

  place(part, left, top) {
    const turn = part.rotate ? ` rotate(${part.rotate} ${part.width / 2} ${part.height / 2})` : "";
    const { body, pins } = this.groups.get(part.id);
    for (const group of [body, pins]) group.setAttribute("transform", `translate(${left} ${top})${turn}`);
  }

  /** Shows the whole circuit. The view only grows, so that nothing jumps while one works. */
  fit([left, top, width, height]) {
    const box = [left - AROUND, top - AROUND, left + width + AROUND, top + height + AROUND];
    const had = this.view ?? box;
    this.view = [Math.min(box[0], had[0]), Math.min(box[1], had[1]),
      Math.max(box[2], had[2]), Math.max(box[3], had[3])];
    const [x, y, right, bottom] = this.view;
    const place = { x, y, width: right - x, height: bottom - y };
    this.svg.setAttribute("viewBox", Object.values(place).join(" "));
    for (const [name, value] of Object.entries(place)) this.ground.setAttribute(name, value);
  }

  choose({ parts, wire }) {
    this.chosen = parts;
    for (const [id, { body }] of this.groups) {
      body.setAttribute("aria-pressed", String(parts.includes(id)));
    }
    this.wires.choose(wire);
  }

  /** With it, each part that is chosen is one more. */
  chooseSeveral(several) {
    this.several = several;
    this.svg.classList.toggle("several", several);
  }

  focus(id, options) {
    this.groups.get(id)?.body.focus(options);
  }

  // -- acting

  pointerDown(event) {
    if (event.button) return;
    const pin = event.target.dataset.pin;
    const body = event.target.closest("[data-part]");
    if (pin) {
      event.preventDefault();
      if (this.start) this.join(pin);
      else this.startWire(event.target);
      return;
    }
    this.endWire();
    if (this.wires.pointerDown(event)) return;
    const more = this.several || event.shiftKey || event.ctrlKey || event.metaKey;
    const screen = [event.clientX, event.clientY];
    if (body) this.pressPart(this.drawn.get(body.dataset.part), more, placeOf(this.svg, event), screen);
    // A finger on the ground scrolls the page.
    else if (event.pointerType !== "touch" || this.several) this.box = { screen, more };
    else this.on.select({ parts: [] });
    if (this.drag || this.box) this.svg.setPointerCapture(event.pointerId);
  }

  pressPart(part, more, from, screen) {
    const wasChosen = this.chosen.includes(part.id);
    const others = this.chosen.filter((id) => id !== part.id);
    if (!wasChosen) this.on.select({ parts: more ? [...others, part.id] : [part.id] });
    // A part of several is chosen alone, or no more, when it is let go where it was.
    const atRest = wasChosen ? { parts: more ? others : [part.id] } : null;
    const parts = this.chosen.map((id) => this.drawn.get(id)).filter(Boolean);
    this.drag = { part, parts, from, screen, atRest };
  }

  pointerMove(event) {
    const now = placeOf(this.svg, event);
    if (this.start) {
      this.band.setAttribute("x2", now.x);
      this.band.setAttribute("y2", now.y);
    }
    this.wires.pointerMove(event);
    if (this.box) this.moveBox(event);
    const { drag } = this;
    if (!drag || (!drag.by && !isFar(event, drag.screen))) return;
    const { part, parts, from } = drag;
    const right = snap(part.left + now.x - from.x) - part.left;
    const down = snap(part.top + now.y - from.y) - part.top;
    drag.by = [right, down];
    for (const each of parts) {
      this.place(each, each.left + right, each.top + down);
      this.groups.get(each.id).caption.setAttribute("transform", `translate(${right} ${down})`);
    }
    const ids = parts.map(({ id }) => `${id}:`);
    this.wires.markStale((ends) => ends.split("\n").some((end) => ids.some((id) => end.startsWith(id))));
  }

  pointerUp(event) {
    if (this.start) {
      const pin = document.elementFromPoint(event.clientX, event.clientY)?.dataset.pin;
      if (pin && pin !== this.start) this.join(pin);
      return;
    }
    if (this.wires.pointerUp()) return;
    const { drag, box } = this;
    this.drag = this.box = null;
    if (box) this.closeBox(box);
    if (!drag) return;
    if (!drag.by && drag.atRest) this.on.select(drag.atRest);
    this.focus(drag.part.id, { preventScroll: true }); // the arrow keys move it now
    if (drag.by) this.on.move(drag.parts.map(({ id }) => id), ...drag.by);
  }

  letGo() {
    for (const part of this.drag?.by ? this.drag.parts : []) this.place(part, part.left, part.top);
    this.drag = this.box = null;
    this.wires.letGo();
  }

  // -- a box around parts

  moveBox(event) {
    const [left, right] = [this.box.screen[0], event.clientX].sort((a, b) => a - b);
    const [top, bottom] = [this.box.screen[1], event.clientY].sort((a, b) => a - b);
    this.box.edges = { left, top, right, bottom };
    const a = placeOf(this.svg, { clientX: left, clientY: top });
    const b = placeOf(this.svg, { clientX: right, clientY: bottom });
    this.layers.ghost.replaceChildren(
      draw("rect", { x: a.x, y: a.y, width: b.x - a.x, height: b.y - a.y }));
  }

  /** Chooses the parts that are wholly in the box; a click chooses nothing. */
  closeBox({ edges, more }) {
    this.layers.ghost.replaceChildren();
    const isBox = edges && Math.hypot(edges.right - edges.left, edges.bottom - edges.top) >= DRAG_FROM;
    const isInside = ({ body }) => {
      const at = body.querySelector(".outline").getBoundingClientRect();
      return at.left >= edges.left && at.right <= edges.right
        && at.top >= edges.top && at.bottom <= edges.bottom;
    };
    const inside = isBox
      ? [...this.groups].filter(([, group]) => isInside(group)).map(([id]) => id) : [];
    const parts = more ? [...new Set([...this.chosen, ...inside])] : inside;
    this.on.select({ parts });
    if (inside.length) this.focus(inside[0], { preventScroll: true }); // the arrow keys move them
  }

  startWire(spot) {
    this.start = spot.dataset.pin;
    const { x, y } = new DOMPoint(spot.cx.baseVal.value, spot.cy.baseVal.value)
      .matrixTransform(this.svg.getScreenCTM().inverse().multiply(spot.getScreenCTM()));
    this.band = draw("line", { x1: x, y1: y, x2: x, y2: y });
    this.layers.ghost.replaceChildren(this.band);
    this.on.from(this.start);
  }

  join(pin) {
    const from = this.start;
    this.endWire();
    if (pin !== from) this.on.wire(from, pin);
  }

  endWire() {
    if (!this.start) return;
    this.start = null;
    this.layers.ghost.replaceChildren();
    this.on.from(null);
  }

  /** Names the pin that is pointed at. */
  point(target) {
    const pin = target?.dataset?.pin;
    this.on.tip(pin ?? null, target);
  }
}
