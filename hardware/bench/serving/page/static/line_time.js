// Which part of the time the lines of the pins show: the last seconds, or an earlier part, which
// stands still. The wheel, two fingers, and + and - zoom; a drag and the arrow keys move; the End
// key and a move to the present go back to the last seconds.

const SHORTEST = 0.000001; // seconds
const LONGEST = 600; // or what is shown at the beginning
const ZOOM = 1.25; // of one step
const STEP = 0.25; // of the shown part: one press of an arrow key

export class LineTime {
  /** `onChange` is called after each change. */
  constructor(seconds, onChange) {
    this.begin(seconds);
    this.onChange = onChange;
    this.endMs = null; // null: the present
    this.fingers = new Map(); // where each pointer is, as a share of the shown part
  }

  /** What is shown at the beginning; one can zoom out to it again. */
  begin(seconds, nowMs = 0) {
    this.seconds = seconds;
    this.nowMs = nowMs;
    this.longest = Math.max(LONGEST, seconds);
  }

  get live() {
    return this.endMs === null;
  }

  /** Start and end (ms) of what is shown now. */
  window(nowMs = this.nowMs) {
    this.nowMs = nowMs;
    const end = this.endMs ?? nowMs;
    return [end - 1000 * this.seconds, end];
  }

  /** Shows the last seconds. */
  showLast(seconds = this.seconds) {
    this.seconds = seconds;
    this.endMs = null;
    this.onChange();
  }

  /** Shows a part that is shorter (`factor` below 1) or longer; the time at `share` keeps its
   * place. Without a share the present stays the present. */
  zoom(factor, share = this.live ? 1 : 0.5) {
    const [start, end] = this.window();
    const at = start + share * (end - start);
    this.seconds = Math.min(this.longest, Math.max(SHORTEST, this.seconds * factor));
    this.endAt(at + (1 - share) * 1000 * this.seconds);
  }

  /** Moves by a share of what is shown; later is positive. */
  move(share) {
    const [, end] = this.window();
    this.endAt(end + share * 1000 * this.seconds);
  }

  endAt(ms) {
    const end = Math.max(ms, Math.min(1000 * this.seconds, this.nowMs));
    this.endMs = end >= this.nowMs ? null : end;
    this.onChange();
  }

  /** Lets an element act; `shareOf` tells at which share of the shown part an event is. */
  actOn(element, shareOf) {
    element.tabIndex = 0;
    element.style.touchAction = "pan-y"; // up and down still scrolls the page
    element.addEventListener("wheel", (event) => {
      // Who only scrolls the page by does not want to zoom.
      if (!event.ctrlKey && document.activeElement !== element) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1 / ZOOM : ZOOM, shareOf(event));
    }, { passive: false });
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      this.fingers.set(event.pointerId, shareOf(event));
    });
    element.addEventListener("pointermove", (event) => this.drag(event.pointerId, shareOf(event)));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      element.addEventListener(end, (event) => this.fingers.delete(event.pointerId));
    }
    element.addEventListener("keydown", (event) => {
      const act = this.keys()[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
  }

  keys() {
    return {
      "+": () => this.zoom(1 / ZOOM),
      "=": () => this.zoom(1 / ZOOM),
      "-": () => this.zoom(ZOOM),
      ArrowLeft: () => this.move(-STEP),
      ArrowRight: () => this.move(STEP),
      End: () => this.showLast(),
    };
  }

  /** One finger or the mouse moves the lines; two fingers zoom between them. */
  drag(id, share) {
    const was = this.fingers.get(id);
    if (was === undefined || was === share) return;
    const other = [...this.fingers].find(([one]) => one !== id)?.[1];
    this.fingers.set(id, share);
    if (other === undefined) {
      this.move(was - share);
    } else if (share !== other) {
      this.zoom(Math.min(2, Math.max(0.5, Math.abs((was - other) / (share - other)))), other);
    }
  }
}
