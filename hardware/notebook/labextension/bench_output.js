// The renderer of a cell's output that is a bench, or the editor of its circuit: the picture of the
// moment when the cell ran, and in its place the live bench or the editor as long as there is one.
// From each of them one gets to the other, in the same place.
// Its language is the kernel's, which in a course is JupyterLab's.
//
// Trust boundary: JupyterLab gives this renderer only outputs that it trusts (`safe: false`): of
// cells that this user ran. The output names a bench, and no address; which bench that is, the
// Jupyter server of this user decides (`bench_relay.py`).
import { BenchLine } from "./bench_line.js";
import { BenchView } from "./bench_view.js";
import { EditorView } from "./editor_view.js";
import { pictureOf, style } from "./picture_output.js";

const MIME = "application/vnd.warsha.bench.v1+json";

/** The extension, for JupyterLab's class of widgets. */
export function benchExtension(Widget) {
  class BenchOutput extends Widget {
    async renderModel({ data }) {
      const { bench, editor, note } = data[MIME];
      const pictures = data["image/png"] ? [pictureOf(data)] : []; // an editor, and a board without a plan, have none
      this.words = document.createElement("p");
      this.words.dir = "auto";
      this.words.textContent = note;
      this.node.replaceChildren(...pictures, this.words);
      style("bench.css");
      style("editor.css");
      if (editor) this.open(EditorView, editor);
      else this.open(BenchView, bench);
    }

    /** Shows a live bench or an editor when it answers. */
    open(View, name) {
      this.end();
      const live = document.createElement("div");
      // Keys in it are for the bench: JupyterLab would take them for commands of the notebook.
      live.dataset.lmSuppressShortcuts = "true";
      this.view = new View(live, (action) => this.line.send(action), {
        onOpen: (open) => {
          this.words.hidden = open;
          if (open) this.node.replaceChildren(live, this.words);
        },
        visit: (other) => this.open(View === BenchView ? EditorView : BenchView, other),
      });
      this.line = new BenchLine(address(name), this.view);
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
