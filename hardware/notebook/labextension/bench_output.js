// The renderer of a cell's output that is a bench: the picture of the moment when the cell ran, and
// in its place the live bench as long as there is one.
// Its language is the kernel's, which in a course is JupyterLab's.
//
// Trust boundary: JupyterLab gives this renderer only outputs that it trusts (`safe: false`): of
// cells that this user ran. The output names a bench, and no address; which bench that is, the
// Jupyter server of this user decides (`bench_relay.py`).
import { BenchLine } from "./bench_line.js";
import { BenchView } from "./bench_view.js";

const MIME = "application/vnd.warsha.bench.v1+json";

/** The extension, for JupyterLab's class of widgets. */
export function benchExtension(Widget) {
  class BenchOutput extends Widget {
    async renderModel({ data }) {
      const { bench, note } = data[MIME];
      this.end();
      const picture = document.createElement("img");
      picture.src = `data:image/png;base64,${data["image/png"]}`;
      picture.alt = data["text/plain"];
      picture.style.maxWidth = "100%";
      const words = document.createElement("p");
      words.dir = "auto";
      words.textContent = note;
      this.live = document.createElement("div");
      this.node.replaceChildren(picture, words);
      style();
      this.view = new BenchView(this.live, (action) => this.line.send(action), {
        onOpen: (open) => {
          words.hidden = open;
          if (open) this.node.replaceChildren(this.live, words);
        },
      });
      this.line = new BenchLine(address(bench), this.view);
    }

    end() {
      this.line?.close();
      this.view?.dispose();
    }

    dispose() {
      this.end();
      super.dispose();
    }
  }
  return {
    id: "warsha-bench:output",
    dataType: "json",
    rank: 0,
    rendererFactory: {
      safe: false,
      mimeTypes: [MIME],
      createRenderer: () => new BenchOutput(),
    },
  };
}

function address(bench) {
  const { baseUrl } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  return new URL(`${baseUrl}warsha/bench/${encodeURIComponent(bench)}`, location.href);
}

function style() {
  const href = new URL("bench.css", import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
}
