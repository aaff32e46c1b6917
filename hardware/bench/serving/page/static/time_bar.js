// The buttons below lines of pins, and which part of the time the lines show.
import { make } from "./translated_view.js";

export class TimeBar {
  /** `time` is the `LineTime` of the lines, `view` translates the texts. Lines that stand still
   * have no present: one gets back to all of them. */
  constructor(view, time, { still = false } = {}) {
    this.view = view;
    const all = time.seconds;
    const button = (sign, name, act) => {
      const made = view.label(make("button", { type: "button" }, sign), name);
      made.onclick = act;
      return made;
    };
    const shown = make("span", { class: "shown-time", dir: "auto" }); // the bar is left to right
    const back = view.text(make("button", { type: "button", class: "live" }), still ? "All" : "Live");
    back.onclick = () => time.showLast(still ? all : time.seconds);
    this.shown = view.say((words) => {
      shown.textContent = time.live && !still ? "" : words;
      if (!still) back.setAttribute("aria-pressed", String(time.live));
    }, "{from} s to {to} s", () => {
      const [from, to] = time.window().map((ms) => (ms / 1000).toFixed(digits(time.seconds)));
      return { from, to };
    });
    this.element = make("div", { class: "time" },
      button("+", "Zoom in", () => time.zoom(0.5)), button("−", "Zoom out", () => time.zoom(2)),
      button("‹", "Earlier", () => time.move(-0.5)), button("›", "Later", () => time.move(0.5)),
      back, shown);
  }

  /** Shows which part it is now. */
  show() {
    this.view.translate(this.shown);
  }
}

/** Enough digits behind the point of a second to tell the ends of so short a part apart. */
function digits(seconds) {
  return Math.min(9, Math.max(1, 3 - Math.floor(Math.log10(seconds))));
}
