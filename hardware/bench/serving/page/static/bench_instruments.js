// The instruments of a view: lines of pins that run, the last transfers on the buses, and a plot of
// the `name:value` pairs that programs print. They get data, and draw into SVG.

import { LineTime } from "./line_time.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600; // of the drawings, in their own units
const NARROWEST = 200; // of lines: in a narrow window a unit is a pixel, and the text keeps its size
export const ROW = 34; // of a pin's line
const SWING = 18; // between its low and its high level
const LABEL = 76;
const LETTER = 7.2; // about the width of one, in a name beside the lines
const MOST_ROWS = 8;
const MOST_KEPT = 40000; // points of one pin
const MOST_PAIRS = 300; // values of one name
const MOST_TRANSFERS = 20;
const FRAME_MS = 50; // between two drawings of lines that run
const AHEAD_MS = 1500; // the longest time that lines run without news
const COLUMNS = 1; // for each unit: edges that are nearer than that look like one
const BAND = 8; // so many columns side by side, all with edges, are drawn as one area: it costs less
const PLOT_HEIGHT = 160;
export const COLOURS = ["#0b5cad", "#b3261e", "#1a7f37", "#8250df", "#9a6700", "#0e7490"];
const PAIR = /(?:^|[\s,;])([A-Za-z_\u0621-\u064a][\w\u0621-\u064a]{0,23})\s*:\s*([-+]?\d+(?:\.\d+)?)(?=$|[^\w.])/g;
const BOOT_LOG = /^(configsip: \d|mode:\w+, clock div:|load:0x)/; // an ESP32's, which has such pairs

export function draw(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** The levels of the pins that change, over the last seconds or an earlier time. `onTime` is called
 * when another part of the time is shown. */
export class PinLines {
  constructor(names, onTime) {
    this.names = names; // by pin id
    this.svg = draw("svg", { role: "img", direction: "ltr", class: "lines" });
    this.time = new LineTime(5, () => {
      this.drawnAt = 0;
      this.still = false;
      onTime(this.time);
    });
    this.time.actOn(this.svg, (event) => this.shareOf(event));
    this.layers = []; // what else is drawn: with `rows` of its own below the pins, or over them
    this.label = LABEL;
    this.width = WIDTH;
    this.points = new Map();
    this.chosen = null; // ids of pins, in their order; null: those that change
    this.nowMs = 0;
    this.still = false; // an earlier time is shown, and drawn
    this.speed = 1;
    this.heardAt = 0;
    this.drawnAt = 0;
  }

  /** Makes room for names that are longer than those of pins. */
  makeRoomFor(names) {
    this.label = Math.max(LABEL, ...names.map((name) => 8 + LETTER * name.length));
  }

  /** At which share of the shown part an event is. */
  shareOf({ clientX }) {
    const { left, width } = this.svg.getBoundingClientRect();
    const label = width * this.label / this.width;
    return Math.min(1, Math.max(0, (clientX - left - label) / (width - label)));
  }

  add(points) {
    for (const [pin, t, value] of points) {
      if (!this.points.has(pin)) this.points.set(pin, []);
      const own = this.points.get(pin);
      own.push([t, value]);
      if (own.length > MOST_KEPT) own.splice(0, own.length - MOST_KEPT / 2);
    }
  }

  setNow(nowMs, speed) {
    this.nowMs = nowMs;
    this.speed = speed;
    this.heardAt = performance.now();
  }

  /** Draws, at most every FRAME_MS. */
  run(at) {
    if (at - this.drawnAt < FRAME_MS || this.still) return;
    this.drawnAt = at;
    this.still = !this.time.live;
    const now = this.nowMs + this.speed * Math.min(AHEAD_MS, at - this.heardAt);
    const [start, end] = this.time.window(now);
    const room = this.svg.getBoundingClientRect().width || WIDTH;
    this.width = Math.min(WIDTH, Math.max(NARROWEST, room));
    const x = (t) => this.label + (this.width - this.label) * (Math.max(t, start) - start) / (end - start);
    // The pins that changed last, in a fixed order.
    const changing = () => [...this.points].sort(([, a], [, b]) => b.at(-1)[0] - a.at(-1)[0])
      .slice(0, MOST_ROWS).sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
    const rows = this.chosen?.map((pin) => [pin, this.points.get(pin) ?? []]) ?? changing();
    const drawn = rows.flatMap(([pin, points], row) => {
      const y = (value) => ROW * row + 26 - SWING * value;
      const first = lastBefore(points, start);
      const column = (i) => Math.round(x(points[i][0]) * COLUMNS) / COLUMNS;
      let path = first < 0 ? "" : `M${x(start)} ${y(points[first][1])}`;
      let bands = "";
      for (let i = first + 1; i < points.length && points[i][0] <= end;) {
        const columns = []; // that have edges, side by side: each with the place behind its last edge
        while (i < points.length && points[i][0] <= end) {
          const here = column(i);
          if (columns.length && here > columns.at(-1).here + 1 / COLUMNS) break;
          if (here !== columns.at(-1)?.here) columns.push({ here, from: i });
          columns.at(-1).to = i += 1;
        }
        const [{ here: left }, { here: right, to }] = [columns[0], columns.at(-1)];
        if (columns.length >= BAND) {
          bands += `M${left} ${y(0)}H${right}V${y(1)}H${left}Z`;
          path += `${path ? `H${left}` : ""}M${right} ${y(points[to - 1][1])}`;
          continue;
        }
        for (const one of columns) {
          const value = points[one.to - 1][1];
          // Of several edges, the other level is drawn with the last one.
          const both = one.to - one.from > 1 ? `V${y(1 - value)}` : "";
          path += path ? `H${one.here}${both}V${y(value)}` : `M${one.here} ${y(value)}`;
        }
      }
      if (path) path += `H${this.width}`; // a pin that has never changed has no line
      const colour = COLOURS[row % COLOURS.length];
      return [
        draw("text", { x: this.label - 8, y: ROW * row + 22, "text-anchor": "end" }, this.names.get(pin)),
        draw("path", { d: path, fill: "none", stroke: colour }),
        ...bands ? [draw("path", { d: bands, fill: colour, stroke: colour })] : [],
      ];
    });
    const height = ROW * Math.max(1, this.layers.reduce((sum, layer) => sum + layer.rows, rows.length));
    let top = ROW * rows.length;
    for (const layer of this.layers) {
      drawn.push(...layer.draw({ x, start, end, top, height, right: this.width }));
      top += ROW * layer.rows;
    }
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
    this.svg.replaceChildren(...drawn);
  }
}

/** The place of the last point at `t` or before it; -1: there is none. The points are in order. */
function lastBefore(points, t) {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The last transfers, one a line. */
export class Transfers {
  constructor() {
    this.pre = document.createElement("pre");
    this.pre.dir = "ltr";
    this.pre.tabIndex = 0;
    this.lines = [];
  }

  add(lines) {
    this.lines = [...this.lines, ...lines].slice(-MOST_TRANSFERS);
    this.pre.textContent = this.lines.join("\n");
    this.pre.scrollTop = this.pre.scrollHeight;
  }
}

/** The values of `name:value` pairs in printed lines, one curve for each name. */
export class Plot {
  constructor() {
    this.svg = draw("svg", { role: "img", direction: "ltr", class: "plot",
      viewBox: `0 0 ${WIDTH} ${PLOT_HEIGHT}` });
    this.legend = document.createElement("ul");
    this.legend.dir = "ltr";
    this.values = new Map();
    this.held = new Map();
  }

  get empty() {
    return !this.values.size;
  }

  /** Takes printed text; a line counts when it is complete. */
  print(board, text) {
    const lines = ((this.held.get(board) ?? "") + text).split("\n");
    this.held.set(board, lines.pop().slice(-200));
    for (const line of lines.filter((one) => !BOOT_LOG.test(one))) {
      for (const [, name, value] of line.matchAll(PAIR)) {
        if (!this.values.has(name) && this.values.size === COLOURS.length) continue;
        if (!this.values.has(name)) this.values.set(name, []);
        const own = this.values.get(name);
        own.push(Number(value));
        if (own.length > MOST_PAIRS) own.shift();
        this.changed = true;
      }
    }
  }

  run() {
    if (!this.changed) return;
    this.changed = false;
    const all = [...this.values.values()].flat();
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const span = high - low || 1;
    const y = (value) => 8 + (PLOT_HEIGHT - 16) * (1 - (value - low) / span);
    const names = [...this.values];
    const most = Math.max(2, ...names.map(([, own]) => own.length));
    const x = (place) => LABEL + (WIDTH - LABEL - 4) * place / (most - 1);
    const curves = names.map(([, own], n) => draw("polyline", {
      points: own.map((value, i) => `${x(most - own.length + i).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
      fill: "none", stroke: COLOURS[n], "stroke-width": 2,
    }));
    const scale = [high, low].map((value) =>
      draw("text", { x: LABEL - 8, y: y(value) + 5, "text-anchor": "end" }, String(value)));
    this.svg.replaceChildren(...curves, ...(low < high ? scale : scale.slice(1)));
    this.legend.replaceChildren(...names.map(([name, own], n) => {
      const item = document.createElement("li");
      item.style.color = COLOURS[n];
      item.textContent = `${name} ${own.at(-1)}`;
      return item;
    }));
  }
}
