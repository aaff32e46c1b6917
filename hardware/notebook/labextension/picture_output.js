// The renderer of a cell's output that is a picture of ours: JupyterLab's own gives pictures no text
// alternative. A waveform has its lines, too.
//
// Any notebook may hold such an output, also one of somebody else: what it says is only a text and
// the data of a picture.
import { WaveLines } from "./wave_lines.js";

const MIME = "application/vnd.warsha.picture.v1+json";

/** The picture of an output, with the text that says what is seen. */
export function pictureOf(data) {
  const picture = document.createElement("img");
  picture.src = `data:image/png;base64,${data["image/png"]}`;
  picture.alt = data["text/plain"];
  picture.style.maxWidth = "100%";
  return picture;
}

/** Loads a style sheet of the extension, once. */
export function style(file) {
  const href = new URL(file, import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
}

/** The extension, for JupyterLab's class of widgets. */
export function pictureExtension(Widget) {
  class PictureOutput extends Widget {
    async renderModel({ data }) {
      this.node.replaceChildren(pictureOf(data));
      const { lines } = data[MIME];
      if (!lines) return;
      style("bench.css");
      const below = document.createElement("div");
      this.node.append(below);
      new WaveLines(below, lines);
    }
  }
  return {
    id: "warsha-bench:picture",
    dataType: "json",
    rank: 0,
    rendererFactory: {
      safe: true,
      mimeTypes: [MIME],
      createRenderer: () => new PictureOutput(),
    },
  };
}
