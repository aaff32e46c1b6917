// What is known of a real board: where it is, what it is, and whether a program runs.

const ROWS = { // the names of `board_source.py`, in their order
  address: "Address",
  state: "State",
  machine: "Kind",
  firmware: "Firmware",
  chip: "Chip number",
  levels: "Levels of the pins",
};

export class RealBoard {
  /** `view` translates the texts. */
  constructor(view) {
    this.view = view;
    this.rows = new Map();
    this.list = document.createElement("dl");
    this.element = document.createElement("section");
    this.element.className = "board";
    this.element.append(view.text(document.createElement("h2"), "Board"), this.list);
  }

  /** Shows what is new, each row in both languages. */
  show(facts) {
    for (const [row, words] of Object.entries(facts)) {
      if (!this.rows.has(row)) this.add(row, words);
      const entry = this.rows.get(row);
      entry.words = words;
      this.view.translate(entry.shown);
    }
  }

  add(row, words) {
    const name = this.view.text(document.createElement("dt"), ROWS[row]);
    const value = document.createElement("dd");
    value.dir = "auto";
    value.dataset.fact = row;
    if (row === "state") value.setAttribute("role", "status");
    const entry = { name, value, words };
    entry.shown = this.view.say(
      () => { value.textContent = entry.words[this.view.language]; }, "");
    this.rows.set(row, entry);
    const known = Object.keys(ROWS).map((key) => this.rows.get(key)).filter(Boolean);
    this.list.replaceChildren(...known.flatMap((one) => [one.name, one.value]));
  }
}
