// The rows of decoded buses below the lines of pins: each transfer is a box with its text, as in the
// picture of the waveform.
import { COLOURS, ROW, draw } from "./bench_instruments.js";

const CHARACTER = 6.4; // about the width of one
const EDGES = 7; // of a box, together
const NEAR = 5; // transfers that begin closer together than this are one box
const MOST = 50; // texts in one box

export class BusRows {
  /** `buses`: `[{name, transfers: [[begin_ns, end_ns, text]]}]`, in the order of time. */
  constructor(buses) {
    this.buses = buses;
    this.rows = buses.length;
  }

  draw({ x, start, end, top, right }) {
    return this.buses.flatMap(({ name, transfers }, n) => {
      const y = top + ROW * n;
      const shown = transfers.map(([begin, until, text]) => [begin / 1e6, until / 1e6, text])
        .filter(([begin, until]) => until >= start && begin < end)
        .map(([begin, until, text]) => ({ left: x(begin), until: Math.min(right, x(until)), texts: [text] }));
      const boxes = [];
      let before = -Infinity;
      for (const one of shown) {
        if (one.left - before < NEAR) {
          boxes.at(-1).texts.push(...one.texts);
          boxes.at(-1).until = one.until;
        } else {
          boxes.push(one);
        }
        before = one.left;
      }
      return [
        draw("text", { x: x(start) - 8, y: y + 22, "text-anchor": "end" }, name),
        ...boxes.flatMap((box, i) => drawn(box, (boxes[i + 1]?.left ?? right) - box.left, y, COLOURS[n % COLOURS.length])),
      ];
    });
  }
}

/** A box and as much of its text as there is room for. */
function drawn({ left, until, texts }, room, y, colour) {
  const text = texts.slice(0, MOST).join(" ↵ ");
  const fitting = Math.floor((room - EDGES) / CHARACTER);
  const words = fitting < 2 ? "" : text.length <= fitting ? text : `${text.slice(0, fitting - 1)}…`;
  const width = Math.min(room - 2, Math.max(CHARACTER * words.length + EDGES, until - left));
  return [
    draw("rect", { class: "transfer", x: left, y: y + 8, width: Math.max(1, width), height: 18, fill: colour }),
    draw("path", { d: `M${left} ${y + 8}v18`, stroke: colour, fill: "none" }),
    ...(words ? [draw("text", { class: "transfer", x: left + 4, y: y + 21 }, words)] : []),
  ];
}
