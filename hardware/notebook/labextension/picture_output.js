// The renderer of a cell's output that is a picture of ours: JupyterLab's own gives pictures no text
// alternative. A waveform has its lines, too.
//
// Any notebook may hold such an output, also one of somebody else: what it says is only a text and
// the data of a picture.
import { WaveLines } from "./wave_lines.js";

const READABLE = "50rem"; // the width of a waveform in which its text is not too small
const MIME = "application/vnd.warsha.picture.v1+json";

/** The picture of an output, with the text that says what is seen. */
export function pictureOf(data) {
  const picture = document.createElement("img");
  picture.src = `data:image/png;base64,${data["image/png"]}`;
  picture.alt = data["text/plain"];
  picture.style.maxWidth = "100%";
  return picture;
}

/** A picture that is too wide for a phone, in a part of the page that scrolls sideways. */
function scrolling(picture) {
  const part = document.createElement("div");
  part.dir = "ltr";
  part.tabIndex = 0; // arrow keys scroll it: JupyterLab would take them for commands
  part.dataset.lmSuppressShortcuts = "true";
  part.style.overflowX = "auto";
  picture.style.minWidth = READABLE;
  part.append(picture);
  return part;
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
      const { waveform, lines } = data[MIME];
      const picture = pictureOf(data);
      this.node.replaceChildren(waveform ? scrolling(picture) : picture);
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
