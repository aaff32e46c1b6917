// A panel of JupyterLab with the page of a board at this computer, beside the notebooks. It opens
// from the launcher and from the palette of commands.
const COMMAND = "warsha-bench:board-panel";
const TEXTS = {
  ar: { label: "لوحة موصّلة بهذا الحاسب", caption: "الطرفية التسلسلية والملفات" },
  en: { label: "A board at this computer", caption: "Serial console and files" },
};

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">
  <rect x="5" y="3" width="14" height="18" rx="1.5" fill="#1f5f4a"/>
  <rect x="8.5" y="8" width="7" height="7" rx=".8" fill="#23272d"/>
  <rect x="9.5" y="1.5" width="5" height="3.5" rx=".6" fill="#aab1bb"/>
  <path d="M6.7 7v12M17.3 7v12" stroke="#e0b84c" stroke-width="1.6" stroke-dasharray="1.6 1.4"/>
  <circle cx="12" cy="18" r="1.1" fill="#ee5a3a"/>
</svg>`; // a board with its USB socket, chip, pins and lamp

/** The plugin, for JupyterLab's classes of widgets and icons, and its tokens. */
export function boardExtension(Widget, LabIcon, ITranslator, ILauncher, ICommandPalette) {
  const icon = new LabIcon({ name: "warsha:board", svgstr: ICON });
  let panel; // one: a port is of one page at a time
  return {
    id: COMMAND,
    autoStart: true,
    requires: [ITranslator],
    optional: [ILauncher, ICommandPalette],
    activate: (app, { languageCode }, launcher, palette) => {
      const { label, caption } = TEXTS[languageCode.startsWith("ar") ? "ar" : "en"];
      app.commands.addCommand(COMMAND, {
        label,
        caption,
        icon,
        execute: () => {
          if (!panel || panel.isDisposed) {
            panel = boardPanel(Widget, label, icon);
            app.shell.add(panel, "main");
          }
          app.shell.activateById(panel.id);
        },
      });
      launcher?.add({ command: COMMAND, rank: 0 });
      palette?.addItem({ command: COMMAND, category: "Warsha" });
    },
  };
}

function boardPanel(Widget, label, icon) {
  const { baseUrl } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const page = document.createElement("iframe");
  page.src = `${baseUrl}warsha/board/`;
  page.title = label;
  page.allow = "serial";
  page.style.cssText = "width:100%;height:100%;border:0";
  const panel = new Widget();
  panel.id = COMMAND;
  panel.title.label = label;
  panel.title.icon = icon;
  panel.title.closable = true;
  panel.onCloseRequest = () => panel.dispose(); // Lumino only takes it out of the page
  panel.node.append(page);
  return panel;
}
