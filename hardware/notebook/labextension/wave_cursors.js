// Two cursors in the lines of a waveform, and the time between them. A click sets one, at the nearest
// edge when one is near; with two, the nearer one moves. The keys 1 and 2 set one in the middle;
// Shift with an arrow key moves it from edge to edge; Escape removes both.
import { draw } from "./bench_instruments.js";
import { make } from "./translated_view.js";

const SNAP = 0.03; // of the shown part: an edge in this distance is near
const STILL = 4; // pixels: who moves less than this has clicked
const DIGITS = 6;
const UNITS = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];

export class WaveCursors {
  rows = 0; // they are drawn over all rows

  /** `lines` are `PinLines`; `places_ns` has the cursors that are there at the beginning;
   * `onChange` is called after each change. */
  constructor(lines, places_ns, onChange) {
    this.lines = lines;
    this.onChange = onChange;
    this.places = places_ns.map((ns) => ns / 1e6); // of the first and of the second
    this.chosen = 0;
    this.reading = make("output", { class: "cursors", dir: "ltr" }, told(this.places));
    lines.layers.push(this);
    this.actOn(lines.svg);
  }

  actOn(svg) {
    let pressed = 0;
    svg.addEventListener("pointerdown", ({ clientX }) => { pressed = clientX; });
    svg.addEventListener("click", (event) => {
      if (Math.abs(event.clientX - pressed) < STILL) this.click(this.lines.shareOf(event));
    });
    // Before the keys of the lines: these move with the arrow keys, too.
    svg.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !this.key(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, { capture: true });
  }

  /** Does what a key stands for; returns whether it stands for something here. */
  key({ key, shiftKey }) {
    if (key === "1" || key === "2") {
      this.set(Math.min(Number(key) - 1, this.places.length), this.near(0.5));
    } else if (shiftKey && (key === "ArrowLeft" || key === "ArrowRight") && this.places.length) {
      const at = this.places[this.chosen];
      const next = key === "ArrowRight" ? this.edges().find((t) => t > at) : this.edges().findLast((t) => t < at);
      if (next !== undefined) this.set(this.chosen, next);
    } else if (key === "Escape" && this.places.length) {
      this.places = [];
      this.changed();
    } else {
      return false;
    }
    return true;
  }

  click(share) {
    const at = this.near(share);
    const distance = (n) => Math.abs(this.places[n] - at);
    this.set(this.places.length < 2 ? this.places.length : Number(distance(1) < distance(0)), at);
  }

  set(number, ms) {
    this.chosen = number;
    this.places[number] = ms;
    this.changed();
  }

  changed() {
    this.reading.textContent = told(this.places);
    this.onChange();
  }

  /** The times of all edges of the pins, in order. A pin's first point is its level at the start. */
  edges() {
    return [...this.lines.points.values()].flatMap((own) => own.slice(1).map(([t]) => t)).sort((a, b) => a - b);
  }

  /** The edge that is near a share of what is shown, or else the time there. */
  near(share) {
    const [start, end] = this.lines.time.window();
    const at = start + share * (end - start);
    const away = (t) => Math.abs(t - at);
    const edge = this.edges().reduce((best, t) => (away(t) < away(best) ? t : best), Infinity);
    return away(edge) <= SNAP * (end - start) ? edge : at;
  }

  draw({ x, start, end, height }) {
    const shown = this.places.map((ms, n) => [ms, n]).filter(([ms]) => ms >= start && ms <= end);
    return shown.flatMap(([ms, n]) => [
      draw("path", { class: "cursor", d: `M${x(ms).toFixed(1)} 0V${height}` }),
      draw("text", { class: "cursor", x: x(ms) + 3, y: 9 }, String(n + 1)),
    ]);
  }
}

/** The times of the cursors, and what is between them. */
function told(places) {
  const at = places.map((ms, n) => `${n + 1}: ${Number((ms / 1000).toFixed(9))} s`);
  const ns = Math.round(Math.abs(places[1] - places[0]) * 1e6);
  if (ns >= 0) at.push(`Δt = ${duration(ns)}`);
  if (ns > 0) at.push(`1/Δt = ${Number((1e9 / ns).toPrecision(DIGITS))} Hz`);
  return at.join(" · ");
}

function duration(ns) {
  const [unit, name] = UNITS.find(([one]) => ns >= one) ?? UNITS.at(-1);
  return `${Number((ns / unit).toPrecision(DIGITS))} ${name}`;
}
