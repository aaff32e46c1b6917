// The page: one view and its line.
import { BenchLine } from "./bench_line.js";
import { BenchView } from "./bench_view.js";
import { pageLanguage } from "./page_language.js";

const view = new BenchView(document.getElementById("bench"), (action) => line.send(action), {
  keys: document,
  ...pageLanguage,
});
const line = new BenchLine(new URL("live", location.href), view);
