// The choice of the pins whose lines run in the instruments: those that change, or chosen ones.

export class LineChoice {
  /** `choose` gets the ids of the chosen pins, or null for those that change. */
  constructor(view, pins, chosen, choose) {
    this.choose = choose;
    this.boxes = new Map();
    this.element = document.createElement("details");
    this.element.className = "choice";
    this.element.append(view.text(document.createElement("summary"), "Choose the pins"));
    this.changing = this.box(view.text(document.createElement("span"), "Those that change"));
    const list = document.createElement("div");
    for (const { id, name } of pins) {
      const label = document.createElement("bdi");
      label.textContent = name;
      this.boxes.set(id, this.box(label, list));
    }
    this.element.append(list);
    this.show(chosen);
  }

  box(label, parent = this.element) {
    const box = document.createElement("input");
    box.type = "checkbox";
    const whole = document.createElement("label");
    whole.append(box, " ", label);
    parent.append(whole);
    box.onchange = () => {
      const checked = [...this.boxes].filter(([, one]) => one.checked).map(([id]) => id);
      const all = box === this.changing && box.checked;
      const chosen = all || !checked.length ? null : checked;
      this.show(chosen);
      this.choose(chosen);
    };
    return box;
  }

  show(chosen) {
    this.changing.checked = chosen === null;
    for (const [id, box] of this.boxes) box.checked = chosen?.includes(id) ?? false;
  }
}
