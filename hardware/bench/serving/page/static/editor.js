// The page of the editor: one view and its line.
import { BenchLine } from "./bench_line.js";
import { EditorView } from "./editor_view.js";
import { pageLanguage } from "./page_language.js";

const view = new EditorView(document.getElementById("editor"), (action) => line.send(action), {
  keys: document,
  onTitle: (title) => { document.title = title; },
  ...pageLanguage,
});
const line = new BenchLine(new URL("live", location.href), view);
addEventListener("beforeunload", (event) => {
  if (view.unsaved) event.preventDefault(); // the browser asks
});
