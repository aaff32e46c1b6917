// The view of a live bench in an element: picture, words, controls, consoles. It knows no network:
// `send` takes its actions, `receive` gets the messages of page_messages.py.
//
// Only the bench's own drawings become markup (their texts are escaped where they are drawn);
// every other text is set as text.

import { BoardFiles } from "./board_files.js";
import { PinLines, Plot, Transfers } from "./bench_instruments.js";
import { LineChoice } from "./line_choice.js";
import { RealBoard } from "./real_board.js";
import { TimeBar } from "./time_bar.js";
import { TranslatedView, make, makeNumber } from "./translated_view.js";

const SVG = "http://www.w3.org/2000/svg";
const PIN_RADIUS = 4.5; // of the place where a pin can be pointed at
const SPEEDS = [0.01, 0.1, 1, 10];
const WINDOWS = [0.1, 1, 5, 20]; // seconds
const CONSOLE_KEPT = 60000; // characters
const NEAR_END = 40; // pixels: a console that is this near to its end follows new text
const CONTROL_MS = 40; // between two values of a moving slider
const SAID_MS = 2500; // between two announcements to a screen reader
const OFTEN = 3; // with so many changes between two announcements, a part "changes quickly"
const LOGARITHMIC = 1000; // a slider is logarithmic when its maximum is this many times its minimum, or more
const LONGEST_LINE = 4095; // and its end; see `page_messages.py`
const STEPS = 1000; // of a slider
const ESCAPES = /\x1b\[[0-9;?]*[ -\/]*[@-~]|[\x00-\x07\x0b-\x1f\x7f]/g;

let lines = 0; // of all views in the document: gives the inputs their ids

export class BenchView extends TranslatedView {
  /**
   * `keys` is the element in which the keys of the diagram's buttons act; `onOpen` is called with
   * true when the bench is shown, and with false when it is closed; `visit` as in TranslatedView.
   */
  constructor(root, send, {
    language = null, onLanguage = () => {}, onOpen = () => {}, visit = null, keys = root,
  } = {}) {
    super(root, language, onLanguage, visit);
    this.send = send;
    this.onOpen = onOpen;
    this.closed = false;
    this.pressed = new Map();
    this.waiting = new Map();
    this.status = make("p", { class: "status", role: "status" });
    root.replaceChildren(this.status);
    this.words = new Map();
    this.pinWords = new Map();
    this.counts = new Map();
    this.said = new Map();
    this.scrolling = new Set();
    this.timers = [
      setInterval(() => this.flush(), CONTROL_MS),
      setInterval(() => this.announce(), SAID_MS),
    ];
    this.end = new AbortController();
    const { signal } = this.end;
    keys.addEventListener("keydown", (event) => this.shortcut(event, 1), { signal });
    keys.addEventListener("keyup", (event) => this.shortcut(event, 0), { signal });
    addEventListener("blur", () => this.releaseAll(), { signal });
    this.onScreen = true;
    this.watcher = new IntersectionObserver(([{ isIntersecting }]) => {
      this.onScreen = isIntersecting;
      this.askForMore();
    });
    this.watcher.observe(root);
  }

  /** The view is no longer needed. */
  dispose() {
    this.timers.forEach(clearInterval);
    this.end.abort();
    this.watcher.disconnect();
  }

  // -- messages

  receive(message) {
    if (message.bench) this.build(message.bench);
    if (message.news) {
      this.show(message.news);
      for (const [board, text] of Object.entries(message.serial)) this.print(board, text);
      this.setClock(message.now_ms, message.speed);
      if (message.points) this.lines.add(message.points);
      if (message.transfers) this.addTransfers(message.transfers);
      this.owed = true;
      this.askForMore();
    }
    if (message.files) this.files.get(message.files.board)?.receive(message.files);
    if (message.refused) this.status.textContent = message.refused;
    if (message.closed) {
      this.closed = true;
      this.setStatus("The bench is closed. Open it again: %bench in a notebook, warsha bench in a terminal.");
      this.onOpen(false);
    }
  }

  /** Gets the next news; a view that nobody can see waits. */
  askForMore() {
    if (!this.owed || !this.onScreen) return;
    this.owed = false;
    this.send({ do: "seen" });
  }

  disconnected() {
    this.pressed.clear();
    if (!this.closed) this.setStatus("The connection to the bench was lost. It is tried again.");
  }

  // -- language

  setLanguage(language) {
    super.setLanguage(language);
    for (const [id, { now }] of this.words) this.showWords(id, now);
    for (const id of this.pinRows?.keys() ?? []) this.showPin(id);
  }

  setStatus(text) {
    this.status.textContent = this.t(text);
  }

  // -- building

  build(bench) {
    this.bench = bench;
    this.begin(bench);
    this.words.clear();
    this.said.clear();
    this.inputs = new Map();
    this.consoles = new Map();
    this.files = new Map();
    this.parts = new Map(bench.parts.map((part) => [part.id, part]));
    this.seconds = 0;
    this.speed = null;
    this.owed = false;
    this.status.textContent = "";
    this.tip = make("p", { class: "tip", hidden: "" });
    this.pins = new Map(bench.pins.map((pin) => [pin.id, pin]));
    this.pinWords = new Map(bench.pins.map((pin) => [pin.id, pin.words]));
    const section = (name, title, ...children) =>
      make("section", { class: name }, this.text(make("h2"), title), ...children);
    this.list = make("ul", { tabindex: "0" });
    this.label(this.list, "What the bench shows");
    this.announcer = make("div", { class: "announcer", "aria-live": "polite" });
    const able = bench.parts.filter((part) => part.controls.length);
    const onlyFails = (part) => part.controls.every((control) => control.fault);
    const panels = [...able.filter((part) => !onlyFails(part)), ...able.filter(onlyFails)]
      .map((part) => this.panel(part));
    if (!panels.length) panels.push(this.text(make("p"), "Nothing on this bench can be set."));
    this.board = bench.real ? new RealBoard(this) : null;
    this.root.replaceChildren(
      this.head(),
      this.status,
      make("div", { class: "columns" },
        ...bench.svg ? [this.picture(bench.svg)] : [],
        make("div", { class: "side" },
          ...this.board ? [this.board.element] : [
            section("controls", "Controls", ...panels),
            section("seen", "What the bench shows", this.list),
          ],
          this.pinList(),
          ...this.remarks()),
        make("div", { class: "consoles" },
          ...bench.boards.flatMap((board) => [this.console(board), ...this.filesOf(board)]),
          this.instruments())),
      this.announcer,
    );
    this.setLanguage(this.language);
    this.onOpen(true);
  }

  head() {
    const clock = make("span", { class: "clock" });
    this.clock = this.say((words) => { clock.textContent = words; }, "virtual time: {seconds} s",
      () => ({ seconds: this.seconds }));
    const title = make("h1", {}, this.text(make("span"), this.bench.real ? "Board" : "Bench"), " ",
      make("bdi", {}, this.bench.title));
    clock.hidden = Boolean(this.bench.real); // its own time is not known
    return make("div", { class: "head" }, title, clock, ...this.pace(), ...this.editorLink(),
      this.languageButton());
  }

  /** The way to the editor of this circuit, where there is one. */
  editorLink() {
    if (!this.bench.editor) return [];
    const link = this.lead(make("a", { class: "edit" }), this.bench.editor);
    return [this.text(link, "Edit the circuit")];
  }

  /** Pause, step and speed, for a bench that can have another time than real time. */
  pace() {
    if (!this.bench.realtime) return [];
    const pause = this.text(make("button", { type: "button", class: "pause" }), "Pause");
    const step = this.text(make("button", { type: "button", class: "step" }), "To the next edge");
    const speed = make("select");
    this.label(speed, "Speed");
    for (const value of SPEEDS) {
      speed.append(this.text(make("option", { value }), "{speed} × real time", () => ({ speed: value })));
    }
    const set = (value) => this.send({ do: "speed", value });
    pause.onclick = () => set(this.speed ? 0 : Number(speed.value));
    step.onclick = () => this.send({ do: "step" });
    speed.onchange = () => set(Number(speed.value));
    speed.value = 1;
    this.showSpeed = () => {
      pause.setAttribute("aria-pressed", String(!this.speed));
      if (this.speed) speed.value = this.speed;
    };
    return [pause, step, speed];
  }

  setClock(nowMs, speed) {
    const digits = speed < 1 ? 6 : 0;
    this.seconds = digits ? (nowMs / 1000).toFixed(digits) : Math.floor(nowMs / 1000);
    this.translate(this.clock);
    this.lines.setNow(nowMs, speed);
    if (speed !== this.speed) {
      this.speed = speed;
      this.showSpeed?.();
    }
  }

  picture(svg) {
    const frame = make("section", { class: "picture", dir: "ltr" });
    frame.innerHTML = svg;
    const drawing = frame.querySelector("svg");
    drawing.setAttribute("role", "group");
    this.label(drawing, "The picture of the bench");
    this.groups = { parts: new Map(), captions: new Map() };
    this.marks = drawing.querySelector("[data-remarks]");
    for (const group of drawing.children) {
      const { part, caption } = group.dataset;
      if (part) this.groups.parts.set(part, group);
      if (caption) this.groups.captions.set(caption, group);
      const buttons = this.parts.get(part)?.controls.filter((control) => control.held) ?? [];
      if (buttons.length === 1) this.pressable(group, this.parts.get(part), buttons[0].name);
      else group.setAttribute("aria-hidden", "true");
    }
    this.pinSpots(frame, drawing);
    if (this.bench.real) {
      frame.append(this.text(make("p", { class: "plan", dir: "auto" }),
        "The wiring plan: what the parts do on the real board is not known here."));
    }
    return frame;
  }

  // -- pins and remarks

  /** Places at the pins of the boards that tell about them when they are pointed at. */
  pinSpots(frame, drawing) {
    frame.append(this.tip);
    const spots = document.createElementNS(SVG, "g");
    spots.setAttribute("aria-hidden", "true"); // the list of pins has the same
    for (const { id, x, y } of this.bench.pins) {
      const spot = document.createElementNS(SVG, "circle");
      for (const [name, value] of Object.entries({ cx: x, cy: y, r: PIN_RADIUS, fill: "transparent" })) {
        spot.setAttribute(name, value);
      }
      spot.dataset.pin = id;
      spot.onpointerenter = spot.onpointerdown = () => this.point(id, spot, frame);
      spot.onpointerleave = () => this.point(null);
      spots.append(spot);
    }
    drawing.append(spots);
  }

  /** Shows the words about a pin beside it; without a pin, hides them. */
  point(id, spot, frame) {
    this.pointed = id;
    this.tip.hidden = id === null;
    if (id === null) return;
    const [at, all] = [spot.getBoundingClientRect(), frame.getBoundingClientRect()];
    const left = at.left < all.left + all.width / 2;
    this.tip.style.top = `${at.bottom - all.top + 4}px`;
    this.tip.style.left = left ? `${at.left - all.left}px` : "auto";
    this.tip.style.right = left ? "auto" : `${all.right - at.right}px`;
    this.sayPin(id, this.tip);
  }

  sayPin(id, element) {
    element.dir = this.root.dir;
    element.replaceChildren(make("bdi", { class: "name" }, this.pins.get(id).name),
      `: ${this.pinWords.get(id)[this.language]}`);
  }

  pinList() {
    this.pinRows = new Map();
    this.pinItems = make("ul");
    this.noPins = this.text(make("p"),
      this.bench.real ? "The levels are not known yet." : "No pin is set up yet.");
    return make("details", { class: "box pins" },
      this.text(make("summary"), "Pins"), this.noPins, this.pinItems);
  }

  setPin(id, words) {
    if (!this.pins.has(id)) {
      if (!this.bench.real || this.bench.real.plan) return;
      this.pins.set(id, { name: id.split(":")[1] }); // without a plan, pins are known later
    }
    this.pinWords.set(id, words);
    if (!this.pinRows.has(id)) {
      this.pinRows.set(id, make("li", { "data-pin-words": id }));
      this.noPins.hidden = true;
      // In the order in which the board has them.
      this.pinItems.replaceChildren(
        ...[...this.pins.keys()].map((pin) => this.pinRows.get(pin)).filter(Boolean));
    }
    this.showPin(id);
  }

  showPin(id) {
    this.sayPin(id, this.pinRows.get(id));
    if (this.pointed === id) this.sayPin(id, this.tip);
  }

  /** The remarks of the wiring lint, numbered as their marks in the picture. */
  remarks() {
    const found = this.bench.remarks;
    if (!found.length) return [];
    const box = make("details", { class: "box remarks" },
      this.text(make("summary"), "Remarks on the wiring: {count}", () => ({ count: found.length })),
      make("ol", {}, ...this.remarkItems(found)));
    box.open = found.some((remark) => remark.level === "error");
    box.ontoggle = () => this.marks.toggleAttribute("hidden", !box.open);
    this.marks.toggleAttribute("hidden", !box.open);
    return [box];
  }

  // -- instruments

  instruments() {
    const names = new Map(this.bench.pins.map(({ id, name }) => [id, name]));
    this.lines = new PinLines(names, () => this.timeBar.show());
    this.timeBar = new TimeBar(this, this.lines.time);
    this.transfers = new Transfers();
    this.plot = new Plot();
    this.label(this.lines.svg, "Levels of the pins");
    this.label(this.transfers.pre, "Transfers on the buses");
    this.label(this.plot.svg, "Plot");
    const span = make("select");
    this.label(span, "Seconds shown");
    for (const seconds of WINDOWS) {
      const option = make("option", { value: seconds });
      span.append(this.text(option, "The last {seconds} s", () => ({ seconds })));
    }
    span.value = this.lines.time.seconds;
    span.onchange = () => this.lines.time.showLast(Number(span.value));
    this.lines.chosen = this.bench.lines ?? null;
    const gpios = this.bench.pins.filter(({ gpio }) => gpio);
    const choice = new LineChoice(this, gpios, this.lines.chosen, (pins) => {
      this.lines.chosen = pins;
      this.send({ do: "lines", pins });
    });
    this.noTransfers = this.text(make("p"), "There has been no transfer yet.");
    this.noPlot = this.text(make("p"), "Print lines like temperature:21.5 to see them here.");
    this.transfers.pre.hidden = true;
    const title = (text) => this.text(make("h3"), text);
    const box = make("details", { class: "box instruments" },
      this.text(make("summary"), "Instruments"),
      ...this.bench.real ? [] : [
        make("div", { class: "head" }, title("Levels of the pins"), span), choice.element,
        this.lines.svg, this.timeBar.element,
        title("Transfers on the buses"), this.noTransfers, this.transfers.pre,
      ],
      title("Plot"), this.noPlot, this.plot.svg, this.plot.legend);
    const run = (at) => {
      if (!box.open || this.closed || !box.isConnected) return;
      this.lines.run(at);
      this.noPlot.hidden = !this.plot.empty;
      this.plot.svg.toggleAttribute("hidden", this.plot.empty);
      this.plot.run();
      requestAnimationFrame(run);
    };
    box.ontoggle = () => {
      this.instrumentsOpen = box.open;
      this.send({ do: "instruments", open: box.open });
      requestAnimationFrame(run);
    };
    box.open = this.instrumentsOpen ?? false; // a view that is connected again
    return box;
  }

  addTransfers(lines) {
    this.noTransfers.hidden = true;
    this.transfers.pre.hidden = false;
    this.transfers.add(lines);
  }

  console(board) {
    const several = this.bench.boards.length > 1;
    const id = `warsha-line-${lines += 1}`;
    const output = make("pre", { tabindex: "0", role: "region", dir: "ltr" });
    this.label(output, "Serial console of {board}", () => ({ board: board.title }));
    output.append(document.createTextNode(""));
    const console = { output, follows: true };
    output.onscroll = () => {
      console.follows = output.scrollHeight - output.scrollTop - output.clientHeight < NEAR_END;
    };
    this.consoles.set(board.id, console);
    const input = make("input", { id, dir: "ltr", autocomplete: "off", spellcheck: "false",
      autocapitalize: "off", maxlength: LONGEST_LINE });
    const type = (text) => this.send({ do: "type", board: board.id, text });
    const button = (text, act, fields) => {
      const made = this.text(make("button", { type: "button" }), text, fields);
      made.onclick = act;
      return made;
    };
    const form = make("form", {},
      this.text(make("label", { for: id }), "Line for the board"), input,
      this.text(make("button", { type: "submit" }), "Send"));
    input.onkeydown = (event) => { // in JupyterLab, Enter alone submits nothing
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    };
    form.onsubmit = (event) => {
      event.preventDefault();
      type(`${input.value}\r`);
      input.value = "";
    };
    const reset = () => this.send({ do: "reset", board: board.id });
    const title = several ? "Serial console of {board}" : "Serial console";
    return make("section", { class: "console", "data-board": board.id },
      this.text(make("h2"), title, () => ({ board: board.id })), output, form,
      make("div", { class: "keys" },
        button("Stop (Ctrl-C)", () => type("\x03")),
        button("Restart (Ctrl-D)", () => type("\x04")),
        button(several ? "Reset {board}" : "Reset", reset, () => ({ board: board.id }))));
  }

  /** The files of a board, where the page may use them. */
  filesOf(board) {
    if (!this.bench.files) return [];
    const files = new BoardFiles(this, board, this.bench.boards.length > 1);
    this.files.set(board.id, files);
    return [files.element];
  }

  // -- controls

  panel(part) {
    const rows = (wanted) => part.controls.filter(wanted).map((control) => this.control(part, control));
    const faults = rows((control) => control.fault);
    const fields = make("fieldset", {}, make("legend", {}, make("bdi", {}, part.name)),
      this.buttons(part),
      ...rows((control) => !control.held && !control.fault));
    if (faults.length) {
      fields.append(make("details", {}, this.text(make("summary"), "Faults"), ...faults));
    }
    return fields;
  }

  /** The buttons of a part. Those of a keypad lie as on the part, in both languages. */
  buttons(part) {
    const held = part.controls.filter((control) => control.held);
    if (!part.rows.length) {
      return make("div", { class: "buttons" }, ...held.map((control) => this.control(part, control)));
    }
    const named = new Map(held.map((control) => [control.name, control]));
    const places = part.rows.flat().map((name) =>
      name ? this.control(part, named.get(name)) : make("span"));
    const grid = make("div", { class: "buttons grid", dir: "ltr" }, ...places);
    grid.style.gridTemplateColumns = `repeat(${part.rows[0].length}, minmax(3rem, max-content))`;
    return grid;
  }

  control(part, control) {
    const key = JSON.stringify([part.id, control.name]);
    const name = make("bdi", { class: "name" }, control.name);
    const label = `${part.name} ${control.name}`;
    if (control.held) {
      const button = make("button", { type: "button" }, name);
      this.pressable(button, part, control.name, label);
      if (control.name === "pressed") {
        this.text(name, "press");
        this.label(button, "{part}: press", () => ({ part: part.name }));
      }
      return button;
    }
    if (control.whole && control.low === 0 && control.high === 1) {
      const box = make("input", { type: "checkbox" });
      box.onchange = () => this.move(part.id, control.name, box.checked ? 1 : 0);
      this.inputs.set(key, (value) => { box.checked = value > 0; });
      return make("label", { class: "switch" }, box, name);
    }
    const number = makeNumber({ "aria-label": label, min: control.low, max: control.high,
      step: control.whole ? 1 : "any" });
    let known = ""; // while somebody types, the box does not show it
    let typed = false; // what the box has was typed, and is neither applied nor refused
    const put = (text) => {
      typed = false;
      number.value = text;
      number.setCustomValidity("");
    };
    const show = (value) => {
      known = round(value);
      if (document.activeElement !== number) put(known);
    };
    const refuse = () => {
      put(known);
      const limits = { low: round(control.low), high: round(control.high) };
      number.setCustomValidity(this.t(
        control.whole ? "A whole number from {low} to {high}" : "A number from {low} to {high}", limits));
      number.reportValidity();
    };
    const apply = () => {
      if (!typed) return;
      const { value, valueAsNumber: wanted, validity: { badInput, stepMismatch } } = number;
      const possible = clamp(wanted, control); // a limit as the box shows it is rounded
      if (value === "" && !badInput) {
        put(known);
      } else if (badInput || stepMismatch || round(possible) !== round(wanted)) {
        refuse();
      } else {
        typed = false;
        known = round(possible); // the news of it may come late
        this.move(part.id, control.name, possible);
      }
    };
    number.oninput = () => {
      typed = true;
      number.setCustomValidity("");
    };
    number.onchange = apply;
    number.onkeydown = (event) => { // in JupyterLab, Enter alone changes nothing
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      apply();
    };
    if (control.whole) {
      this.inputs.set(key, show);
      return make("div", { class: "setting" }, name, number);
    }
    const scale = scaleOf(control);
    const slider = make("input", { type: "range", "aria-label": label, min: 0, max: STEPS,
      step: 1, dir: "ltr" });
    let held = false; // what another page does waits while this one drags
    slider.onpointerdown = () => { held = true; };
    slider.onpointerup = slider.onpointercancel = () => { held = false; };
    slider.oninput = () => {
      const value = scale.value(slider.valueAsNumber / STEPS);
      put(round(value));
      slider.ariaValueText = number.value;
      this.waiting.set(key, [part.id, control.name, value]);
    };
    this.inputs.set(key, (value) => {
      if (held || this.waiting.has(key)) return;
      slider.value = STEPS * scale.share(value);
      slider.ariaValueText = round(value);
      show(value);
    });
    return make("div", { class: "setting" }, name, slider, number);
  }

  move(part, name, value) {
    this.send({ do: "control", part, name, value });
  }

  flush() {
    for (const [part, name, value] of this.waiting.values()) this.move(part, name, value);
    this.waiting.clear();
  }

  /** Makes an element act as a button that is held: by mouse, touch and keyboard. */
  pressable(element, part, name, label = part.name) {
    element.classList.add("pressable");
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "0");
    element.setAttribute("aria-label", label);
    element.setAttribute("aria-pressed", "false");
    const on = { press: () => this.press(part.id, name), release: () => this.release(part.id, name) };
    element.addEventListener("pointerdown", (event) => {
      if (event.button || !this.aim(element, part, event)) return;
      element.setPointerCapture(event.pointerId);
      this.flush(); // a touch display has its place before the touch
      on.press();
    });
    element.addEventListener("pointermove", (event) => {
      if (this.pressed.has(JSON.stringify([part.id, name]))) this.aim(element, part, event);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) {
      element.addEventListener(end, on.release);
    }
    element.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) on.press();
    });
    element.addEventListener("keyup", (event) => {
      if (event.key === " " || event.key === "Enter") on.release();
    });
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    const key = JSON.stringify([part.id, name]);
    const before = this.inputs.get(key);
    this.inputs.set(key, (value) => {
      before?.(value);
      element.setAttribute("aria-pressed", String(value > 0));
    });
  }

  /** Moves the place of a touch to the pointer, where the part is a touch display. Returns whether
   *  a press acts there: not beside the screen. */
  aim(element, part, event) {
    const [x, y] = ["touchX", "touchY"].map((name) => part.controls.find((control) => control.name === name));
    const screen = element.querySelector("image");
    if (!x || !y || !screen) return true;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(screen.getScreenCTM().inverse());
    const shares = [[x, (at.x - screen.x.baseVal.value) / screen.width.baseVal.value],
      [y, (at.y - screen.y.baseVal.value) / screen.height.baseVal.value]];
    for (const [control, share] of shares) {
      // The controller counts from the lower right corner.
      const value = Math.round(clamp(control.high * (1 - share), control));
      this.waiting.set(JSON.stringify([part.id, control.name]), [part.id, control.name, value]);
    }
    return shares.every(([, share]) => share >= 0 && share <= 1);
  }

  press(part, name) {
    const key = JSON.stringify([part, name]);
    if (this.pressed.has(key)) return;
    this.pressed.set(key, [part, name]);
    this.move(part, name, 1);
  }

  release(part, name) {
    if (this.pressed.delete(JSON.stringify([part, name]))) this.move(part, name, 0);
  }

  releaseAll() {
    for (const [part, name] of [...this.pressed.values()]) this.release(part, name);
  }

  /** The attribute `key` of a button in the diagram: that key of the keyboard presses it. */
  shortcut(event, down) {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (down && event.target.closest?.("input, textarea, select, .cm-editor")) return;
    for (const part of this.parts?.values() ?? []) {
      const button = part.controls.find((control) => control.held);
      if (!button || part.key === "" || part.key.toLowerCase() !== event.key.toLowerCase()) continue;
      if (down) this.press(part.id, button.name);
      else this.release(part.id, button.name);
    }
  }

  // -- showing

  show({ parts = {}, captions = {}, words = {}, values = {}, pins = {}, board = {} }) {
    this.board?.show(board);
    for (const [id, now] of Object.entries(pins)) this.setPin(id, now);
    for (const [id, svg] of Object.entries(parts)) this.groups.parts.get(id).innerHTML = svg;
    for (const [id, svg] of Object.entries(captions)) {
      this.groups.captions.get(id).innerHTML = svg;
    }
    for (const [id, now] of Object.entries(words)) {
      this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
      this.showWords(id, now);
    }
    for (const [part, named] of Object.entries(values)) {
      for (const [name, value] of Object.entries(named)) {
        this.inputs.get(JSON.stringify([part, name]))?.(value);
      }
    }
  }

  showWords(id, now) {
    if (!this.words.has(id)) {
      const text = make("span");
      this.list.append(make("li", { "data-words": id },
        make("bdi", { class: "name" }, this.parts.get(id).name), ": ", text));
      this.words.set(id, { text, now });
    }
    const entry = this.words.get(id);
    entry.now = now;
    entry.text.textContent = now[this.language];
  }

  /** Tells a screen reader what has changed, seldom and in one piece. */
  announce() {
    const news = [];
    for (const [id, count] of this.counts) {
      const words = count >= OFTEN ? this.t("changes quickly") : this.words.get(id).now[this.language];
      if (this.said.get(id) !== words) news.push(`${this.parts.get(id).name}: ${words}`);
      this.said.set(id, words);
    }
    this.counts.clear();
    if (news.length) this.announcer.textContent = news.join(this.language === "ar" ? "، " : ", ");
  }

  /** Scrolls to the end with the next picture: a layout of the whole page, once a picture. */
  scrollSoon(output) {
    if (this.scrolling.has(output)) return;
    this.scrolling.add(output);
    requestAnimationFrame(() => {
      this.scrolling.delete(output);
      output.scrollTop = output.scrollHeight;
    });
  }

  print(board, text) {
    this.plot.print(board, text);
    const { output, follows } = this.consoles.get(board);
    const node = output.firstChild;
    node.appendData(text.replace(ESCAPES, ""));
    if (node.length > 2 * CONSOLE_KEPT) node.deleteData(0, node.length - CONSOLE_KEPT);
    if (follows) this.scrollSoon(output);
  }
}

function clamp(value, { low, high }) {
  return Math.min(high, Math.max(low, value));
}

function round(value) {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

/** Between the share of a slider (0 to 1) and its value; logarithmic for light and gas. */
function scaleOf({ low, high }) {
  if (low > 0 && high / low >= LOGARITHMIC) {
    const ratio = Math.log(high / low);
    return {
      value: (share) => low * Math.exp(share * ratio),
      share: (value) => Math.log(value / low) / ratio,
    };
  }
  return {
    value: (share) => low + share * (high - low),
    share: (value) => (value - low) / (high - low),
  };
}
