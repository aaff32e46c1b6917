// The wires of an edited circuit. A wire consists of straight pieces; each can be moved sideways, by
// the mouse, by touch, and with the arrow keys. The server has drawn the wires.

import { GRID, draw, isFar, placeOf, snap } from "./editor_canvas.js";

const STUB = 2 * GRID; // pixels that stay straight at a pin when the piece there is moved
const HANDLE = 4; // pixels: the radius of the handle of a piece
const TOUCH = 10; // pixels: the radius in which it can be touched

export class EditorWires {
  /** `on` has `select(wire)` and `bend(wire, corners)`; `label(wire, number, count)` gives the words
   *  for a piece. */
  constructor(svg, layers, on, label) {
    this.svg = svg;
    this.layers = layers; // wires, handles, ghost
    this.on = on;
    this.label = label;
    this.bent = null; // the corners that were asked for, until the server answers
  }

  show(wires, chosen) {
    this.wires = wires;
    this.letGo();
    this.layers.wires.replaceChildren(...wires.filter((wire) => wire.svg).map(wireGroup));
    this.choose(chosen);
  }

  choose(chosen) {
    this.chosen = chosen;
    for (const group of this.layers.wires.children) {
      group.classList.toggle("chosen", group.dataset.wire === String(chosen?.number));
    }
    this.showHandles();
  }

  corners(wire) {
    return this.bent?.number === wire.number ? this.bent.corners : wire.corners;
  }

  /** A handle in the middle of each piece of the chosen wire. The one that has the focus keeps it. */
  showHandles() {
    const focused = document.activeElement?.dataset?.piece !== undefined
      && this.layers.handles.contains(document.activeElement);
    const corners = this.chosen ? this.corners(this.chosen) : [];
    const count = Math.max(0, corners.length - 1);
    const handles = Array.from({ length: count }, (_, piece) => {
      const { level, length, middle: [x, y] } = about(corners, piece);
      const handle = draw("g", { tabindex: "0", role: "button", class: level ? "level" : "upright" });
      handle.setAttribute("aria-label", this.label(this.chosen, piece + 1, count));
      handle.dataset.piece = piece;
      const around = Math.max(HANDLE, Math.min(TOUCH, length / 3)); // the pins beside it stay free
      handle.append(draw("circle", { cx: x, cy: y, r: around, class: "touch" }),
        draw("circle", { cx: x, cy: y, r: HANDLE }));
      return handle;
    });
    this.layers.handles.replaceChildren(...handles);
    if (focused && this.moved) handles[nearest(corners, this.moved)]?.focus({ preventScroll: true });
  }

  // -- acting

  /** Takes a press on a wire or a handle; returns whether it was one. */
  pointerDown(event) {
    const handle = event.target.closest("[data-piece]");
    const group = event.target.closest("[data-wire]");
    if (!handle && !group) return false;
    const wire = handle ? this.chosen
      : this.wires.find((each) => String(each.number) === group.dataset.wire);
    if (!handle) this.on.select(wire);
    const from = placeOf(this.svg, event);
    const corners = this.corners(wire);
    const piece = handle ? Number(handle.dataset.piece) : nearest(corners, [from.x, from.y]);
    this.svg.setPointerCapture(event.pointerId);
    this.drag = { wire, corners, piece, from, screen: [event.clientX, event.clientY] };
    return true;
  }

  pointerMove(event) {
    const { drag } = this;
    if (!drag || (!drag.made && !isFar(event, drag.screen))) return;
    const now = placeOf(this.svg, event);
    const { level, at } = about(drag.corners, drag.piece);
    const to = level ? at + now.y - drag.from.y : at + now.x - drag.from.x;
    this.try(drag, landing(drag.corners, drag.piece, to, GRID / 2, [at]) ?? snap(to));
  }

  pointerUp() {
    const { drag } = this;
    this.drag = null;
    if (!drag) return false;
    if (drag.made) this.bend(drag);
    const piece = drag.made ? nearest(drag.made, this.moved) : drag.piece;
    this.layers.handles.children[piece]?.focus({ preventScroll: true }); // the arrow keys move it now
    return true;
  }

  /** Moves the piece whose handle has the focus; returns whether one has it. */
  arrow(target, [right, down], step) {
    const piece = target.closest("[data-piece]")?.dataset.piece;
    if (piece === undefined) return false;
    const drag = { wire: this.chosen, corners: this.corners(this.chosen), piece: Number(piece) };
    const { level, at } = about(drag.corners, drag.piece);
    const by = level ? down : right;
    if (by) {
      const to = Number((at + by * step).toFixed(2));
      this.try(drag, landing(drag.corners, drag.piece, to, step / 2) ?? to);
      this.bend(drag);
    }
    return true;
  }

  letGo() {
    this.drag = this.bent = null;
    this.layers.ghost.replaceChildren();
  }

  /** Shows how the wire would be with a piece at `to`. */
  try(drag, to) {
    drag.made = movedPiece(drag.corners, drag.piece, to);
    const { level, middle: [x, y] } = about(drag.corners, drag.piece);
    this.moved = level ? [x, to] : [to, y];
    this.layers.ghost.replaceChildren(draw("polyline", { points: points(drag.made) }));
    this.markStale((ends) => ends === drag.wire.ends.join("\n"));
  }

  bend({ wire, made }) {
    this.bent = { number: wire.number, corners: made };
    this.on.bend(wire, made);
    this.showHandles();
  }

  /** Pales the wires that are drawn where they will not stay. */
  markStale(isStale) {
    for (const group of this.layers.wires.children) {
      if (isStale(group.dataset.ends)) group.classList.add("stale");
    }
  }
}

/** Where a piece is: whether it is horizontal, its coordinate across, its length and its middle. */
function about(corners, piece) {
  const [a, b] = [corners[piece], corners[piece + 1]];
  const level = a[1] === b[1];
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  return { level, at: level ? a[1] : a[0], length, middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] };
}

/** The coordinate of a parallel piece next to this one, or one of `more`, that is this near. */
function landing(corners, piece, to, near, more = []) {
  const across = about(corners, piece).level ? 1 : 0;
  const next = [corners[piece - 1], corners[piece + 2]].filter(Boolean).map((at) => at[across]);
  return [...next, ...more].find((at) => Math.abs(at - to) < near);
}

/** The corners of a wire after a piece was moved to `to`. At a pin, a stub stays. */
function movedPiece(corners, piece, to) {
  const [a, b] = [corners[piece], corners[piece + 1]];
  const { level } = about(corners, piece);
  const shift = ([x, y]) => (level ? [x, to] : [to, y]);
  const isLast = piece + 2 === corners.length;
  const start = piece ? a : stub(a, b);
  const end = isLast ? stub(b, a) : b;
  return clean([
    ...(piece ? corners.slice(0, piece) : [a, start]), shift(start),
    shift(end), ...(isLast ? [end, b] : corners.slice(piece + 2)),
  ]);
}

/** The point a little way, or a third of it, from a pin. */
function stub(from, towards) {
  const [dx, dy] = [towards[0] - from[0], towards[1] - from[1]];
  const length = Math.abs(dx) + Math.abs(dy);
  const share = Math.min(STUB, length / 3) / (length || 1);
  return [from[0] + dx * share, from[1] + dy * share].map((value) => Number(value.toFixed(2)));
}

/** Without repeated points, and without points inside a straight line. */
function clean(corners) {
  const kept = [];
  for (const [x, y] of corners) {
    const [before, last] = [kept.at(-2), kept.at(-1)];
    if (last && last[0] === x && last[1] === y) continue;
    const straight = before && ((before[0] === last[0] && last[0] === x)
      || (before[1] === last[1] && last[1] === y));
    if (straight) kept.pop();
    kept.push([x, y]);
  }
  return kept;
}

/** The number of the piece that is nearest to a point. */
function nearest(corners, [x, y]) {
  const distance = (piece) => {
    const [a, b] = [corners[piece], corners[piece + 1]];
    const inside = (value, one, other) => Math.min(Math.max(value, Math.min(one, other)), Math.max(one, other));
    return Math.hypot(x - inside(x, a[0], b[0]), y - inside(y, a[1], b[1]));
  };
  const pieces = [...Array(corners.length - 1).keys()];
  return pieces.reduce((best, piece) => (distance(piece) < distance(best) ? piece : best), 0);
}

function points(corners) {
  return corners.map((at) => at.join(",")).join(" ");
}

function wireGroup({ number, ends, corners, svg }) {
  const group = draw("g");
  group.dataset.wire = number;
  group.dataset.ends = ends.join("\n");
  group.innerHTML = svg;
  group.append(draw("polyline", { class: "hit", points: points(corners) }));
  return group;
}
