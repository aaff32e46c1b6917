// A board at a serial port of this computer, through the browser's WebSerial
// (https://wicg.github.io/serial/): its console, and its files through MicroPython's raw REPL with
// raw paste (MicroPython's docs/reference/repl.rst).
//
// Trust boundary: the board sends what it likes. Its console is text; names and contents of files
// are data, and a file counts as written only when the board's SHA-256 of it is right.

const BAUD = 115200;
const BUFFER = 65536; // bytes that wait for this page
const ANSWER_MS = 5000;
const RUN_MS = 30000; // for each piece of a file, or a list
const PROMPT_MS = 1500;
const RESET_MS = 100;
const RASPBERRY_PI = 0x2e8a; // USB: a Pico's own line, which is no bridge with DTR and RTS
const KEPT = 4000; // characters of the console in which the prompt is looked for
const PIECE = 1536; // bytes of a file that are sent at once; a multiple of 3
const PLAIN_PIECE = 128; // without raw paste there is no flow control
const PLAIN_MS = 12;
const [CTRL_A, CTRL_B, CTRL_D, CTRL_E] = ["\x01", "\x02", "\x04", "\x05"];
const BANNER = "raw REPL; CTRL-B to exit\r\n>";
const PROMPT = ">>> ";
const HASH_REST = `while 1:
 b=_f.read(512)
 if not b: break
 _h.update(b)`;

/** Why something was not done; `text` is one of the page's texts, `fields` are for it. */
export class SerialFault extends Error {
  constructor(text, fields = {}) {
    super(text);
    this.fields = fields;
  }
}

export class SerialBoard {
  /** `port` is a SerialPort. `onOutput` gets what the console shows, `onLost` the end of the line. */
  constructor(port, onOutput, onLost) {
    this.port = port;
    this.onOutput = onOutput;
    this.onLost = onLost;
    this.shown = ""; // the end of the console
    this.taken = null; // bytes as text while the raw REPL is used, else null
    this.news = () => {};
    this.text = new TextDecoder(); // of the console: a letter may come in two pieces
    this.turn = Promise.resolve();
  }

  /** Opens the port. Throws a SerialFault when another program has it. */
  async open() {
    try {
      await this.port.open({ baudRate: BAUD, bufferSize: BUFFER });
    } catch {
      throw new SerialFault("The port cannot be opened. Close other programs and pages that use it.");
    }
    this.writer = this.port.writable.getWriter();
    this.listen();
  }

  async listen() {
    let last = null;
    while (this.port.readable && this.port.readable !== last) { // a damaged byte ends a stream, and there is a new one
      last = this.port.readable;
      const reader = last.getReader();
      try {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          this.receive(value);
        }
      } catch {
        // damaged, or unplugged
      }
      reader.releaseLock();
    }
    this.lost = true;
    this.news();
    this.onLost();
  }

  receive(bytes) {
    if (this.taken === null) {
      this.show(this.text.decode(bytes, { stream: true }));
    } else {
      this.taken += String.fromCharCode(...bytes);
      this.news();
    }
  }

  show(text) {
    this.shown = (this.shown + text).slice(-KEPT);
    this.onOutput(text);
    this.news();
  }

  /** Types into the console, after what is being done with the files. */
  async type(text) {
    await this.turn;
    await this.say(text);
  }

  async say(text) {
    await this.write(new TextEncoder().encode(text));
  }

  async write(bytes) {
    if (this.lost) throw gone();
    await this.writer.write(bytes).catch(() => { throw gone(); });
  }

  /** Resets a board that has a reset wire: RTS pulls EN low, as esptool does. */
  async reset() {
    if (this.port.getInfo().usbVendorId === RASPBERRY_PI) {
      throw new SerialFault("This board has no reset wire. Press Restart, or unplug the board and plug it in again.");
    }
    try {
      await this.port.setSignals({ dataTerminalReady: false, requestToSend: true });
      await wait(RESET_MS);
      await this.port.setSignals({ dataTerminalReady: false, requestToSend: false });
    } catch {
      throw gone();
    }
  }

  // -- files

  /** The entries of a folder: `{name, dir, size}`. */
  list(folder) {
    return this.inRawRepl(async () => {
      const code = `import os,json
print(json.dumps([(e[0],e[1]&0x4000!=0,e[3] if len(e)>3 else 0) for e in os.ilistdir(${py(folder)})]))`;
      const found = JSON.parse(utf8(await this.run(code)));
      return found.map(([name, dir, size]) => ({ name, dir, size }))
        .sort((a, b) => b.dir - a.dir || (a.name < b.name ? -1 : 1));
    });
  }

  /** The bytes of a file. `onPart` gets how much of it is there, 0 to 1. */
  get(name, onPart) {
    return this.inRawRepl(async () => {
      await this.run(`import binascii,hashlib,os
_s=os.stat(${py(name)})[6]
_f=open(${py(name)},'rb')
_h=hashlib.sha256()
def _r():
 b=_f.read(${PIECE})
 _h.update(b)
 print(binascii.b2a_base64(b).decode(),end='')`);
      const size = Number(await this.run("print(_s)"));
      const pieces = [];
      for (let done = 0; done < size; done += PIECE) {
        pieces.push(fromBase64(await this.run("_r()")));
        onPart(Math.min(1, (done + PIECE) / size));
      }
      const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
      await this.run(HASH_REST); // the size may have come damaged
      await this.compare(bytes, name);
      return bytes;
    });
  }

  /** Writes a file beside the old one, reads it back, and puts it in its place. */
  put(name, bytes, onPart) {
    return this.inRawRepl(async () => {
      const beside = `${name}.new`;
      await this.run(`import binascii,hashlib,os
_f=open(${py(beside)},'wb')
def _w(t):
 _f.write(binascii.a2b_base64(t))`);
      for (let done = 0; done < bytes.length; done += PIECE) {
        await this.run(`_w('${toBase64(bytes.subarray(done, done + PIECE))}')`);
        onPart(Math.min(1, (done + PIECE) / bytes.length));
      }
      await this.run(`_f.close()
_f=open(${py(beside)},'rb')
_h=hashlib.sha256()
${HASH_REST}`);
      await this.compare(bytes, name);
      await this.run(`try:
 os.rename(${py(beside)},${py(name)})
except OSError: # FAT replaces no file
 if os.stat(${py(name)})[0]&0x4000: raise
 os.remove(${py(name)})
 os.rename(${py(beside)},${py(name)})`);
    }, async () => {
      await this.run(`import os\ntry:\n os.remove(${py(`${name}.new`)})\nexcept OSError:pass`);
    });
  }

  remove(name) {
    return this.inRawRepl(() => this.run(`import os\nos.remove(${py(name)})`));
  }

  /** Compares the board's SHA-256 of the open file with that of the bytes, and closes the file. */
  async compare(bytes, name) {
    const theirs = await this.run("print(binascii.hexlify(_h.digest()).decode(),end='')\n_f.close()");
    const ours = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const hex = [...ours].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (theirs !== hex) throw new SerialFault("{name} came damaged over the line. Try it again.", { name });
  }

  // -- the raw REPL

  /** Whether the last text of the console is MicroPython's prompt, at the start of a line. */
  get isAtPrompt() {
    return this.shown === PROMPT || this.shown.endsWith(`\n${PROMPT}`);
  }

  /** Waits for the prompt. A board that has said nothing may run a program that reads: nothing is
   *  sent to it. */
  findPrompt() {
    return this.until(() => this.isAtPrompt, PROMPT_MS);
  }

  /** Does something in the raw REPL, one after the other; the console shows nothing of it. `undo`
   *  is done after an error. The answer is null when a program runs: it is not stopped. */
  inRawRepl(act, undo = async () => {}) {
    this.turn = this.turn.then(async () => {
      if (!await this.findPrompt()) return null;
      this.taken = "";
      try {
        await this.say(CTRL_A);
        await this.find(BANNER);
        return await act();
      } catch (error) {
        if (!this.lost) await undo().catch(() => {});
        if (error instanceof SerialFault) throw error;
        throw new SerialFault("The answer of the board came damaged. Try it again."); // no JSON, no Base64
      } finally {
        if (!this.lost) {
          this.taken = "";
          await this.say(CTRL_B);
          await this.until(() => this.taken.endsWith(PROMPT), ANSWER_MS);
        }
        this.taken = null;
      }
    });
    const done = this.turn;
    this.turn = done.catch(() => {});
    return done;
  }

  /** Runs code; returns what it prints, each byte a character. Throws a SerialFault with the last
   *  line of its error. */
  async run(code) {
    const bytes = new TextEncoder().encode(code);
    await this.say(`${CTRL_E}A${CTRL_A}`);
    await this.until(() => this.taken.length >= 2, ANSWER_MS);
    if (this.taken.startsWith("R\x01")) await this.paste(bytes);
    else await this.send(bytes);
    const said = await this.find(CTRL_D, RUN_MS);
    const error = await this.find(CTRL_D);
    await this.find(">");
    if (error) throw new SerialFault("The board answers: {error}", { error: utf8(error).trim().split("\n").at(-1) });
    return said;
  }

  /** Raw paste: the board says how many bytes it can take. */
  async paste(bytes) {
    await this.until(() => this.taken.length >= 4, ANSWER_MS);
    const step = this.taken.charCodeAt(2) + 256 * this.taken.charCodeAt(3);
    this.taken = this.taken.slice(4);
    let room = step;
    for (let done = 0; done < bytes.length;) {
      while (this.taken || !room) {
        if (!await this.until(() => this.taken, ANSWER_MS)) throw silent();
        if (this.taken[0] !== "\x01") throw silent();
        this.taken = this.taken.slice(1);
        room += step;
      }
      await this.write(bytes.subarray(done, done + room));
      [done, room] = [done + room, Math.max(0, room - (bytes.length - done))];
    }
    await this.say(CTRL_D);
    await this.until(() => this.taken.includes(CTRL_D), ANSWER_MS);
    this.taken = this.taken.slice(this.taken.indexOf(CTRL_D) + 1);
  }

  /** A board without raw paste takes code in small pieces. */
  async send(bytes) {
    if (!this.taken.startsWith("R\x00")) await this.find(BANNER); // it took the request for code
    else this.taken = this.taken.slice(2);
    for (let done = 0; done < bytes.length; done += PLAIN_PIECE) {
      await this.write(bytes.subarray(done, done + PLAIN_PIECE));
      await wait(PLAIN_MS);
    }
    await this.say(CTRL_D);
    await this.find("OK");
  }

  /** Waits for a text of the board; returns what came before it. */
  async find(text, ms = ANSWER_MS) {
    if (!await this.until(() => this.taken.includes(text), ms)) throw this.lost ? gone() : silent();
    const at = this.taken.indexOf(text);
    const before = this.taken.slice(0, at);
    this.taken = this.taken.slice(at + text.length);
    return before;
  }

  /** Waits until something is true; false when it is not in this time, or the line has ended. */
  until(isTrue, ms) {
    return new Promise((resolve) => {
      const look = () => {
        if (!isTrue() && !this.lost) return;
        end(isTrue());
      };
      const end = (answer) => {
        clearTimeout(timer);
        this.news = () => {};
        resolve(Boolean(answer));
      };
      const timer = setTimeout(() => end(false), ms);
      this.news = look;
      look();
    });
  }
}

const gone = () => new SerialFault("The board was unplugged.");
const silent = () => new SerialFault("The board does not answer. Reset it, and try it again.");
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const utf8 = (text) => new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0)));
const fromBase64 = (text) => Uint8Array.from(atob(text.replace(/\s/g, "")), (c) => c.charCodeAt(0));
const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** A text as MicroPython reads it; JSON's escapes are those of Python. */
const py = (text) => JSON.stringify(text);
