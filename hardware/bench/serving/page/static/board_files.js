// The files of one board: a folder with its names, and what can be done with each file. A program
// that runs is stopped only when the person wants it.
//
// Trust boundary: names and contents come from the board. They are set as texts, and a download has
// only the last part of a name.
import { make } from "./translated_view.js";

const MOST_FILE = 700000; // bytes: one message of the page has it, in Base64 (`page_messages.py`)

export class BoardFiles {
  /** `view` translates the texts and sends the actions. */
  constructor(view, board, several) {
    this.view = view;
    this.board = board.id;
    this.folder = "/";
    this.status = make("p", { role: "status" });
    this.list = make("ul");
    this.stop = view.text(make("button", { type: "button", hidden: "" }), "Stop it and show the files");
    this.stop.onclick = () => {
      view.send({ do: "type", board: this.board, text: "\x03" });
      this.ask("list", this.folder);
    };
    const file = make("input", { type: "file" });
    file.onchange = () => {
      if (file.files.length) this.put(file.files[0]);
      file.value = "";
    };
    this.element = make("details", { class: "box files", "data-files": board.id },
      view.text(make("summary"), several ? "Files of {board}" : "Files", () => ({ board: board.id })),
      this.list, this.status, this.stop,
      make("label", { class: "put" }, view.text(make("span"), "Put a file on the board"), " ", file));
    this.element.ontoggle = () => {
      if (this.element.open) this.ask("list", this.folder);
    };
  }

  ask(verb, name, data = "") {
    this.view.send({ do: "files", board: this.board, verb, name, data });
  }

  put(file) {
    if (file.size > MOST_FILE) {
      this.status.textContent = this.view.t("The file is too large for this page.");
      return;
    }
    const reader = new FileReader();
    reader.onload = () => this.ask("put", this.inside(file.name), reader.result.split(",")[1] ?? "");
    reader.readAsDataURL(file);
  }

  inside(name) {
    return `${this.folder.replace(/\/$/, "")}/${name}`;
  }

  /** Shows an answer of the bench. */
  receive({ busy, folder, entries, name, data }) {
    this.stop.hidden = !busy;
    this.status.textContent = busy
      ? this.view.t("A program runs, or may run. Stop it to use the files.") : "";
    if (data !== undefined) save(name, data);
    if (entries) {
      this.folder = folder;
      const up = folder === "/" ? [] : [this.opener("..", folder.replace(/\/[^/]*\/?$/, "") || "/")];
      this.list.replaceChildren(...up, ...entries.map((entry) => this.row(entry)));
      if (!entries.length) this.status.textContent = this.view.t("There are no files here.");
    }
  }

  row({ name, dir, size }) {
    const path = this.inside(name);
    if (dir) return this.opener(`${name}/`, path);
    return make("li", {}, make("bdi", { class: "name", dir: "ltr" }, name), " ",
      make("span", {}, this.view.t("{size} bytes", { size })), " ",
      this.button("Get", name, () => this.ask("get", path)), " ",
      this.remover(name, path));
  }

  opener(name, path) {
    const button = make("button", { type: "button" }, make("bdi", { dir: "ltr" }, name));
    if (name === "..") button.setAttribute("aria-label", this.view.t("up"));
    button.onclick = () => this.ask("list", path);
    return make("li", {}, button);
  }

  /** The second click removes the file. */
  remover(name, path) {
    const button = this.button("Remove", name, () => {
      button.textContent = this.view.t("Really remove {name}?", { name });
      button.removeAttribute("aria-label");
      button.onclick = () => this.ask("remove", path);
    });
    return button;
  }

  button(text, name, act) {
    const label = this.view.t(`${text} {name}`, { name });
    const button = make("button", { type: "button", "aria-label": label }, this.view.t(text));
    button.onclick = act;
    return button;
  }
}

function save(name, data) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const link = make("a", { download: name.split("/").at(-1) });
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.click();
  URL.revokeObjectURL(link.href);
}
