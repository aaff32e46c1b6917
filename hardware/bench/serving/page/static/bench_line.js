// The line between a view and its bench: it is opened again when it breaks.

const AGAIN_MS = 1000;
const GONE = 4404; // the close code of `bench_relay.py`: the bench does not exist any more

export class BenchLine {
  /** `view` gets the messages; `address` is a URL of http or https. */
  constructor(address, view) {
    this.address = new URL(address);
    this.address.protocol = this.address.protocol.replace("http", "ws");
    this.view = view;
    this.ended = false;
    this.open();
  }

  open() {
    this.socket = new WebSocket(this.address);
    this.socket.onmessage = (event) => this.view.receive(JSON.parse(event.data));
    this.socket.onclose = (event) => {
      if (this.ended) return;
      if (event.code === GONE) this.view.receive({ closed: true });
      this.view.disconnected();
      if (!this.view.closed) this.again = setTimeout(() => this.open(), AGAIN_MS);
    };
  }

  send(action) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(action));
  }

  close() {
    this.ended = true;
    clearTimeout(this.again);
    this.socket.close();
  }
}
