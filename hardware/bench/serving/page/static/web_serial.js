// A board at the reader's own computer: the browser asks which, and then the usual view of a real
// board shows it. Nothing goes through the server.
import { BenchView } from "./bench_view.js";
import { pageLanguage } from "./page_language.js";
import { SerialBoard, SerialFault } from "./serial_board.js";
import { writeImage } from "./serial_flash.js";
import { TranslatedView, make } from "./translated_view.js";

const ID = "board";
const STATES = {
  prompt: "no program runs",
  running: "a program runs",
  unknown: "not known: the board has sent nothing yet",
  lost: "unplugged",
};
const FRAME_MS = 50; // between two pieces of news for the console

/** The page before a board is chosen. */
class ChooseView extends TranslatedView {
  constructor(root, words, { language, onLanguage }) {
    super(root, language, onLanguage);
    this.words = words;
    this.begin(words);
    this.status = make("p", { class: "status", role: "alert" });
    this.show();
    this.setLanguage(this.language);
  }

  show() {
    const choose = this.text(make("button", { type: "button", class: "choose" }), "Choose the board");
    choose.onclick = () => this.choose();
    const can = "serial" in navigator;
    const why = isSecureContext
      ? "This browser cannot reach a board. Use Chrome, Chromium, Edge, or Firefox from version 151."
      : "The browser lets a page reach a board only at https:// or at localhost. Tell your instructor.";
    this.root.replaceChildren(
      make("header", { class: "head" },
        this.text(make("h1"), "A board at this computer"), this.languageButton()),
      make("section", {}, this.status,
        this.text(make("p"), can ? "Plug the board into this computer, and choose it in the list of the browser." : why),
        ...can ? [choose] : []),
      ...can ? [this.flashSection()] : []);
  }

  flashSection() {
    const title = this.text(make("h2"), "Write MicroPython to an ESP32");
    if (!this.words.esptool) {
      return make("section", {}, title, this.text(make("p"),
        "This server has no esptool-js. Its technician can add it: make esptool-js"));
    }
    const file = make("input", { type: "file", accept: ".bin" });
    const write = this.text(make("button", { type: "button", class: "write" }), "Choose the board and write");
    this.step = make("p", { class: "step", role: "status" });
    this.bar = make("progress", { max: "1", hidden: "" });
    write.onclick = () => this.write(file.files[0], write);
    return make("section", { class: "flash" }, title,
      this.text(make("p"), "Files on the board stay. What was written is read back from the chip."),
      make("label", { class: "put" }, this.text(make("span"), "The image, a .bin file"), " ", file),
      write, this.step, this.bar);
  }

  /** The port that the person chooses; null when none was chosen. */
  async port() {
    this.status.textContent = "";
    try {
      return await navigator.serial.requestPort();
    } catch {
      this.status.textContent = this.t("No board was chosen. Is its cable one for data?");
      return null;
    }
  }

  async choose() {
    const port = await this.port();
    if (!port) return;
    const source = new SerialSource(port, this.words);
    await this.trying(() => source.begin(this.root, this.language));
  }

  async write(file, button) {
    if (!file) {
      this.status.textContent = this.t("Choose the image first.");
      return;
    }
    const port = await this.port();
    if (!port) return;
    button.disabled = true;
    this.bar.hidden = false;
    this.bar.value = 0;
    await this.trying(async () => {
      const image = new Uint8Array(await file.arrayBuffer());
      const chip = await writeImage(port, image, (text, part) => {
        this.step.textContent = this.t(text);
        this.bar.value = part;
      });
      this.step.textContent = this.t("✓ {chip}: MicroPython was written and read back.", { chip });
    }).finally(() => {
      this.bar.hidden = true;
      button.disabled = false;
    });
  }

  /** Does something, and shows why it was not done. */
  async trying(act) {
    try {
      await act();
    } catch (error) {
      if (this.step) this.step.textContent = "";
      this.status.textContent = error instanceof SerialFault
        ? this.t(error.message, error.fields)
        : this.t("The page has a fault: {error}", { error: error.message });
    }
  }
}

/** What the server is to the view of a board elsewhere: it takes its actions and sends it the
 *  messages of page_messages.py. */
class SerialSource {
  constructor(port, words) {
    this.words = words;
    this.text = "";
    this.board = new SerialBoard(port, (text) => this.heard(text), () => this.lost());
  }

  async begin(root, language) {
    await this.board.open();
    this.view = new BenchView(root, (action) => this.act(action), {
      language, onLanguage: pageLanguage.onLanguage,
    });
    this.view.receive({ bench: {
      ...this.words, title: "", svg: "", realtime: false, real: { plan: false }, files: true,
      boards: [{ id: ID, title: "" }], parts: [], pins: [], remarks: [],
    } });
    this.tell();
  }

  heard(text) {
    this.text += text;
    this.timer ??= setTimeout(() => this.tell(), FRAME_MS);
  }

  lost() {
    this.tell();
    this.view.receive({ refused: this.view.t("The board was unplugged. Load this page again to choose it.") });
  }

  get state() {
    if (this.board.lost) return STATES.lost;
    if (this.board.isAtPrompt) return STATES.prompt;
    return this.board.shown ? STATES.running : STATES.unknown;
  }

  /** Sends the view what is new. */
  tell() {
    clearTimeout(this.timer);
    this.timer = null;
    const { state, text } = this;
    this.text = "";
    const both = { en: state, ar: this.words.arabic[state] };
    this.view.receive({ news: { board: { state: both } }, serial: { [ID]: text }, now_ms: 0, speed: 1 });
  }

  async act(action) {
    try {
      if (action.do === "type") await this.board.type(action.text);
      if (action.do === "reset") await this.board.reset();
      if (action.do === "files") await this.use(action);
    } catch (error) {
      if (!(error instanceof SerialFault)) throw error;
      this.view.files.get(ID).status.textContent = "";
      this.view.receive({ refused: this.view.t(error.message, error.fields) });
    }
  }

  async use({ verb, name, data }) {
    const { status } = this.view.files.get(ID);
    this.view.status.textContent = status.textContent = "";
    const part = (done) => {
      const percent = Math.round(100 * done);
      status.textContent = this.view.t("{name}: {percent} %", { name, percent });
    };
    const folder = verb === "list" ? name : name.replace(/\/[^/]*$/, "") || "/";
    const act = {
      list: () => [],
      get: () => this.board.get(name, part),
      put: () => this.board.put(name, Uint8Array.from(atob(data), (c) => c.charCodeAt(0)), part),
      remove: () => this.board.remove(name),
    }[verb];
    const done = await act();
    const entries = done === null ? null : await this.board.list(folder);
    const answer = entries === null ? { busy: true }
      : { folder, entries, ...verb === "get" ? { name, data: base64(done) } : {} };
    this.view.receive({ files: { board: ID, ...answer } });
  }
}

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

const words = await (await fetch("web_serial.json")).json();
new ChooseView(document.getElementById("board"), words, pageLanguage);
