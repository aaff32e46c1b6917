// The lines of a waveform, below its picture: people zoom in them. They need no kernel and no bench:
// a saved notebook has what is drawn (`wave_lines.py`).
//
// Any notebook may hold such data, also one of somebody else: they become texts, and the path of a
// line.
import { PinLines } from "./bench_instruments.js";
import { BusRows } from "./bus_rows.js";
import { TimeBar } from "./time_bar.js";
import { TranslatedView, make } from "./translated_view.js";
import { WaveCursors } from "./wave_cursors.js";

export class WaveLines extends TranslatedView {
  /** The view is built when a person opens it. */
  constructor(root, lines) {
    super(root, lines.language, () => {});
    this.begin(lines);
    const box = make("details", { class: "box instruments" }, this.text(make("summary"), "Zoom"));
    box.addEventListener("toggle", () => box.append(...this.build(lines)), { once: true });
    root.append(box);
    this.setLanguage(lines.language);
  }

  build({ begin_ns, end_ns, lines, buses = [], cursors_ns = [] }) {
    const names = lines.map(({ name }) => name);
    const shown = new PinLines(new Map(names.map((name) => [name, name])), () => draw());
    shown.chosen = names;
    shown.add(lines.flatMap(({ name, level, steps_ns }) => pointsOf(name, level, begin_ns, steps_ns)));
    shown.setNow(end_ns / 1e6, 0);
    shown.time.begin((end_ns - begin_ns) / 1e9, end_ns / 1e6);
    shown.makeRoomFor(buses.map(({ name }) => name));
    shown.layers.push(new BusRows(buses));
    const cursors = new WaveCursors(shown, cursors_ns, () => draw());
    const bar = new TimeBar(this, shown.time, { still: true });
    const draw = () => requestAnimationFrame((at) => {
      shown.drawnAt = -Infinity;
      shown.run(at);
      bar.show();
    });
    draw();
    const help = this.text(make("p"), "Click: a cursor. Keys: 1 and 2 set the cursors, Shift and an arrow key move one from edge to edge, Escape removes them.");
    return [this.label(shown.svg, "Levels of the pins"), bar.element, cursors.reading, help];
  }
}

/** The points of one pin: `steps_ns` has the time from each edge to the next, first from the start. */
function pointsOf(name, level, begin_ns, steps_ns) {
  let t = begin_ns;
  const edges = steps_ns.map((step, n) => [name, (t += step) / 1e6, (level + n + 1) % 2]);
  return [[name, begin_ns / 1e6, level], ...edges];
}
