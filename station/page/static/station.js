// The station page: one view and its line.
import { BenchLine } from "./bench_line.js";
import { pageLanguage } from "./page_language.js";
import { StationView } from "./station_view.js";

const view = new StationView(document.getElementById("station"), (action) => line.send(action), {
  ...pageLanguage,
  // A station that was started again knows nobody: the page leads to the login.
  onLost: async () => {
    const answer = await fetch("station.js").catch(() => null);
    if (answer?.status === 401) location.reload();
  },
});
const line = new BenchLine(new URL("live", location.href), view);
