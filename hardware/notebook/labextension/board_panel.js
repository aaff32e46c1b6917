// A panel of JupyterLab with the page of a board at this computer, beside the notebooks. It opens
// from the launcher and from the palette of commands.
const COMMAND = "warsha-bench:board-panel";
const TEXTS = {
  ar: { label: "لوحة موصّلة بهذا الحاسب", caption: "الطرفية التسلسلية والملفات" },
  en: { label: "A board at this computer", caption: "Serial console and files" },
};

/** The plugin, for JupyterLab's class of widgets and its tokens. */
export function boardExtension(Widget, ITranslator, ILauncher, ICommandPalette) {
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
        execute: () => {
          if (!panel || panel.isDisposed) {
            panel = boardPanel(Widget, label);
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

function boardPanel(Widget, label) {
  const { baseUrl } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const page = document.createElement("iframe");
  page.src = `${baseUrl}warsha/board/`;
  page.title = label;
  page.allow = "serial";
  page.style.cssText = "width:100%;height:100%;border:0";
  const panel = new Widget();
  panel.id = COMMAND;
  panel.title.label = label;
  panel.title.closable = true;
  panel.onCloseRequest = () => panel.dispose(); // Lumino only takes it out of the page
  panel.node.append(page);
  return panel;
}
