// The page: connects the view to its bench, again if the connection breaks.
import { BenchView } from "./bench_view.js";

const AGAIN_MS = 1000;
const LANGUAGE = "warsha-language";
const root = document.getElementById("bench");
let socket;

const view = new BenchView(root, (action) => {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(action));
}, {
  language: localStorage.getItem(LANGUAGE),
  onLanguage: (language) => {
    localStorage.setItem(LANGUAGE, language);
    document.documentElement.lang = language;
    document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  },
});

function connect() {
  socket = new WebSocket(new URL("live", location.href.replace(/^http/, "ws")));
  socket.onmessage = (event) => view.receive(JSON.parse(event.data));
  socket.onclose = () => {
    view.disconnected();
    if (!view.closed) setTimeout(connect, AGAIN_MS);
  };
}

connect();
