// The page: one view and its line.
import { BenchLine } from "./bench_line.js";
import { BenchView } from "./bench_view.js";

const LANGUAGE = "warsha-language";

const view = new BenchView(document.getElementById("bench"), (action) => line.send(action), {
  keys: document,
  language: localStorage.getItem(LANGUAGE),
  onLanguage: (language) => {
    localStorage.setItem(LANGUAGE, language);
    document.documentElement.lang = language;
    document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  },
});
const line = new BenchLine(new URL("live", location.href), view);
