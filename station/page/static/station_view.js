// The view of a station in an element: the start button, what counts for all boards, a card for
// each board, today's yield and trends. It knows no network: `send` takes its actions, `receive`
// gets the messages of station_messages.py.

import { TranslatedView, make } from "./translated_view.js";

const ICONS = { Good: "✓", Faulty: "✗", "Not tested": "!" };
const STATES = { asked: "asking the board", waiting: "ready to start", working: "in work" };
const STAGES = { flash: "flashing", wipe: "wiping" }; // "flash" is the memory
const TRAITS = { cable: "Cables", hub: "Hubs", batch: "Batches", image: "Images" };
const MOST_SPOKEN = 64; // of a screen reader's log: more are not read
const ORDER = new Intl.Collator("en", { numeric: true });

export class StationView extends TranslatedView {
  constructor(root, send, { language = null, onLanguage = () => {}, onLost = () => {} } = {}) {
    super(root, language, onLanguage);
    root.classList.add("warsha-station");
    this.send = send;
    this.onLost = onLost;
    this.closed = false;
    this.cards = new Map();
    this.status = make("p", { class: "status", role: "status" });
    root.replaceChildren(this.status);
  }

  // -- messages

  receive(message) {
    if (message.station) this.build(message.station);
    if (message.settings) this.showSettings(message.settings);
    message.slots?.forEach((slot) => this.showSlot(slot));
    message.gone?.forEach((name) => this.removeSlot(name));
    if (message.figures) this.showFigures(message.figures);
    if (message.refused) {
      const said = (text) => text[this.language];
      this.status.textContent = `${said(message.refused.cause)}. ${said(message.refused.cure)}`;
    }
    if (message.slots || message.gone) this.showCounts();
  }

  disconnected() {
    this.status.textContent = this.t("The connection to the station was lost. It is tried again.");
    this.onLost();
  }

  // -- building

  build(station) {
    this.station = station;
    this.begin(station);
    this.cards.clear();
    this.figures = null;
    this.status.textContent = "";
    this.announcer = make("div", { class: "announcer", role: "log" });
    this.grid = make("ul", { class: "tray" });
    this.label(this.grid, "Boards in the tray");
    this.empty = this.text(make("p", { class: "empty" }), "Plug a board in: its card appears here.");
    this.sums = make("p", { class: "sums" });
    this.startButton = make("button", { type: "button", class: "start" });
    this.startButton.onclick = () => this.start(null);
    this.back = false; // whether the tray takes boards back
    this.say(() => this.showStart(), "");
    this.labels = this.text(make("a", { href: "labels.pdf", target: "_blank", hidden: "" }), "Print the labels");
    this.today = make("section", { class: "today" });
    this.trends = make("section", { class: "trends" });
    this.root.replaceChildren(
      make("header", { class: "head" }, this.text(make("h1"), "Station"),
        this.text(make("a", { href: "web_serial.html", target: "_blank" }), "A board at this computer"),
        this.languageButton()),
      this.status,
      ...this.notices(),
      make("section", { class: "controls" },
        this.startButton, this.settingsForm(), this.labels),
      this.sums, this.announcer, this.empty, this.grid,
      make("div", { class: "figures" }, this.today, this.trends),
    );
    this.fixed = this.translated.length; // what comes behind is made again for each figure
    this.setLanguage(this.language);
    this.showCounts();
  }

  notices() {
    const notice = (text, names) => make("div", { class: "notice", role: "alert" },
      this.text(make("p"), text),
      make("ul", {}, ...names.map((name) => make("li", {}, make("bdi", { dir: "ltr" }, name)))));
    const found = [];
    const { stopped, half_written: half } = this.station;
    if (stopped.length) {
      found.push(notice("The station was stopped while these boards were in work:", stopped));
    }
    if (half.length) {
      found.push(
        notice("These boards are half-written. Plug them in and start them again:", half));
    }
    return found;
  }

  start(slots) {
    this.send({ do: "start", slots, back: this.back });
  }

  settingsForm() {
    this.type = make("select", { name: "type" },
      this.text(make("option", { value: "" }), "as the board says"),
      ...this.station.types.map(({ name, title }) => make("option", { value: name }, title)));
    this.jig = make("input", { type: "checkbox", name: "jig" });
    this.flash = make("input", { type: "checkbox", name: "flash" });
    this.batch = make("input", { name: "batch", maxlength: "40", dir: "auto" });
    const field = (text, input) => make("label", {}, this.text(make("span"), text), input);
    this.modes = [false, true].map((back) =>
      make("input", { type: "radio", name: "mode", value: back ? "back" : "certify" }));
    this.warning = this.text(make("p", { class: "warning", role: "alert" }),
      "All programs and passwords on the boards are erased.");
    const modes = make("fieldset", { class: "modes" },
      this.text(make("legend", { class: "announcer" }), "What the tray does"),
      ...["Flash and certify", "Take back"].map((text, index) =>
        make("label", {}, this.modes[index], this.text(make("span"), text))), this.warning);
    const form = make("form", { class: "settings" }, modes,
      field("Board type", this.type), field("Batch", this.batch),
      ...[[this.flash, "Write MicroPython first"], [this.jig, "The boards are in their jigs"]].map(
        ([input, text]) => make("label", { class: "switch" }, input, this.text(make("span"), text))));
    form.onsubmit = (event) => event.preventDefault();
    form.onchange = () => this.send({
      do: "choose", type: this.type.value, flash: this.flash.checked, jig: this.jig.checked,
      batch: this.batch.value, back: this.modes[1].checked,
    });
    return form;
  }

  showSettings({ type, flash, jig, batch, back }) {
    this.type.value = type;
    this.flash.checked = flash;
    this.jig.checked = jig;
    if (document.activeElement !== this.batch) this.batch.value = batch;
    this.back = back;
    this.modes.forEach((mode, index) => { mode.checked = Boolean(index) === back; });
    this.warning.hidden = !back;
    this.flash.parentElement.hidden = back;
    this.showStart();
    for (const card of this.cards.values()) card.translate();
  }

  setLanguage(language) {
    super.setLanguage(language);
    for (const card of this.cards.values()) card.translate();
    if (this.figures) this.showFigures(this.figures);
    this.showSums();
  }

  // -- slots

  showSlot(slot) {
    let card = this.cards.get(slot.slot);
    if (!card) {
      card = new BoardCard(this, slot.slot);
      this.cards.set(slot.slot, card);
      const after = [...this.cards.keys()].sort(ORDER.compare);
      const next = after[after.indexOf(slot.slot) + 1];
      this.grid.insertBefore(card.element, next ? this.cards.get(next).element : null);
    }
    const before = card.data?.result;
    card.show(slot);
    if (slot.result && slot.result !== before) {
      this.announcer.append(make("p", {}, this.t("Slot {slot}: {board}: {result}", {
        slot: slot.slot, board: slot.board?.label ?? "", result: this.t(slot.result),
      })));
      if (this.announcer.childElementCount > MOST_SPOKEN) this.announcer.firstChild.remove();
    }
  }

  removeSlot(name) {
    this.cards.get(name)?.element.remove();
    this.cards.delete(name);
  }

  /** How many boards the start button starts; as `Tray.start`. */
  get startable() {
    return [...this.cards.values()].filter(({ data }) => data.plugged && !data.wanted
      && (["waiting", "asked"].includes(data.state) || data.result === "Not tested")).length;
  }

  showCounts() {
    this.empty.hidden = this.cards.size > 0;
    if ([...this.cards.values()].some(({ data }) => data.labelled)) this.labels.hidden = false;
    this.showStart();
    this.showSums();
  }

  showStart() {
    const count = this.startable;
    this.startButton.disabled = count === 0;
    this.startButton.classList.toggle("back", this.back);
    const [none, one, some] = this.back
      ? ["Take back", "Take back 1 board", "Take back {count} boards"]
      : ["Start", "Start 1 board", "Start {count} boards"];
    this.startButton.textContent = this.t([none, one][count] ?? some, { count });
  }

  showSums() {
    const sums = new Map();
    for (const { data } of this.cards.values()) {
      const name = data.state === "done" ? data.result : STATES[data.state];
      sums.set(name, (sums.get(name) ?? 0) + 1);
    }
    this.sums?.replaceChildren(...[...sums].map(([name, count]) =>
      make("span", { class: `sum ${kindOf(name)}` }, `${this.t(name)}: ${count}`)));
  }

  // -- figures

  showFigures(figures) {
    this.figures = figures;
    const { today, trends } = figures;
    const heading = (text) => make("h2", {}, text);
    const tested = today.percent !== null;
    this.today.replaceChildren(heading(this.t("Today")),
      make("p", { class: "yield" }, tested
        ? this.t("Good boards of those that were tested: {percent} %", { percent: today.percent })
        : this.t("No board was tested today.")),
      make("p", {}, this.tallyText(today)));
    const tables = Object.keys(TRAITS).filter((trait) => trends[trait].length)
      .map((trait) => this.trendTable(TRAITS[trait], trends[trait]));
    this.trends.replaceChildren(
      heading(this.t("The last 30 days")),
      ...(tables.length ? tables : [make("p", {}, this.t("There is nothing to compare yet."))]));
  }

  tallyText({ good, faulty, not_tested: other }) {
    return [["Good", good], ["Faulty", faulty], ["Not tested", other]]
      .map(([name, count]) => `${this.t(name)}: ${count}`).join(this.language === "ar" ? "، " : ", ");
  }

  trendTable(title, rows) {
    const names = ["name", "Yield", "Good", "Faulty", "Not tested"];
    const cells = ({ name, good, faulty, not_tested: other, percent }) => [
      make("th", { scope: "row" }, make("bdi", {}, name)),
      make("td", {}, percent === null ? "–" : make("bdi", { dir: "ltr" }, `${percent} %`)),
      ...[good, faulty, other].map((count) => make("td", {}, String(count))),
    ];
    return make("table", {},
      make("caption", {}, this.t(title)),
      make("thead", {}, make("tr", {},
        ...names.map((name) => make("th", { scope: "col" }, this.t(name))))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row)))));
  }
}

/** The card of the board in a slot. */
class BoardCard {
  constructor(view, slot) {
    this.view = view;
    this.slot = slot;
    this.data = null;
    this.icon = make("span", { class: "icon", "aria-hidden": "true" });
    this.word = make("strong", { class: "word" });
    this.name = make("h2");
    this.place = make("p", { class: "place" });
    this.stages = make("ol", { class: "stages" });
    this.bar = make("progress", { max: "1" });
    this.loan = make("p", { class: "loan" });
    this.troubles = make("div", { class: "troubles" });
    this.again = make("button", { type: "button", class: "again" });
    this.again.onclick = () => view.start([slot]);
    this.cable = make("input", { maxlength: "40", dir: "auto", name: "cable" });
    this.cable.onchange = () => view.send({ do: "cable", slot, cable: this.cable.value });
    this.cableWord = make("span");
    this.element = make("li", { class: "card", "data-slot": slot },
      make("p", { class: "verdict" }, this.icon, this.word),
      this.name, this.place, this.bar, this.stages, this.loan, this.troubles, this.again,
      make("label", { class: "cable" }, this.cableWord, this.cable));
  }

  show(data) {
    this.data = data;
    this.translate();
  }

  translate() {
    const { view, data } = this;
    const t = (text, fields) => view.t(text, fields);
    const said = (text) => text[view.language] ?? text.en;
    const silent = data.state === "waiting" && !data.board;
    const word = data.state === "done" ? data.result : silent ? "does not answer yet" : STATES[data.state];
    this.element.dataset.state = data.plugged ? data.state : "unplugged";
    this.element.className = `card ${kindOf(word)}`;
    this.icon.textContent = ICONS[word] ?? "";
    this.word.textContent = t(word) + (data.plugged ? "" : ` (${t("unplugged")})`);
    const board = data.board;
    this.name.replaceChildren(make("bdi", { dir: "ltr" }, board?.label || data.slot));
    const facts = board
      ? [board.label === board.mac ? "" : board.mac, said(board.kind),
        board.label ? t("Slot {slot}", { slot: data.slot }) : ""]
      : [];
    this.place.replaceChildren(...facts.filter(Boolean)
      .map((fact) => make("span", {}, make("bdi", {}, fact))));
    if (board && said(board.state)) {
      this.place.append(make("span", {}, `${t("In the inventory:")} ${said(board.state)}`));
    }
    this.showStages(t, said);
    const troubles = data.state === "waiting" && data.note ? [data.note] : data.troubles;
    this.troubles.replaceChildren(...troubles.map(({ cause, cure }) => make("div", {},
      make("p", { class: "cause" }, said(cause)),
      said(cure) ? make("p", { class: "cure" }, make("strong", {}, t("What to do:")), " ",
        said(cure)) : "")));
    this.again.hidden = data.state !== "done" || !data.plugged;
    this.again.textContent = t(view.back ? "Take this board back" : "Start this board again");
    this.loan.hidden = !data.loan;
    this.loan.textContent = data.loan ? said(data.loan.text) : "";
    this.loan.classList.toggle("overdue", Boolean(data.loan?.overdue));
    this.cableWord.textContent = t("Cable");
    this.cable.setAttribute("aria-label", t("Cable in slot {slot}", { slot: data.slot }));
    if (document.activeElement !== this.cable) this.cable.value = data.cable;
  }

  showStages(t, said) {
    const { state, stages, stage, step, fraction, result } = this.data;
    const at = stages.indexOf(stage);
    const works = state === "working";
    this.bar.hidden = !works;
    this.stages.hidden = !works && state !== "done";
    if (works) this.bar.value = (at + fraction) / stages.length;
    this.bar.setAttribute("aria-label", `${t(STAGES[stage] ?? stage)} ${said(step)}`);
    this.stages.replaceChildren(...stages.map((name, index) => {
      const ended = state === "done" && result !== "Not tested" && at === stages.length - 1;
      const over = index < at || ended;
      const how = over ? "done" : index > at ? "to come" : works ? "now" : "stopped here";
      const item = make("li", { class: how.replace(" ", "-") },
        make("span", {}, t(STAGES[name] ?? name)), make("span", { class: "announcer" }, ` (${t(how)})`));
      if (how === "now") {
        item.setAttribute("aria-current", "step");
        if (said(step)) item.append(make("span", { class: "step" }, `: ${said(step)}`));
      }
      return item;
    }));
  }
}

/** The class of a state or a result, for its colour. */
function kindOf(word) {
  return { Good: "good", Faulty: "faulty", "Not tested": "unsure", "in work": "working" }[word] ?? "idle";
}
