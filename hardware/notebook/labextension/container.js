// What JupyterLab's loader asks for an extension (a container of module federation). It is written
// by hand: so the extension needs no build, and its modules are those of the page.
{
  const here = document.currentScript.src;
  let shared;
  const module = async (name) => (await Object.values(shared[name])[0].get())();
  const parts = { // as package.json names them
    "./bench": async (Widget) => {
      const { benchExtension } = await import(new URL("bench_output.js", here));
      const { pictureExtension } = await import(new URL("picture_output.js", here));
      return [benchExtension(Widget), pictureExtension(Widget)];
    },
    "./board": async (Widget) => {
      const { boardExtension } = await import(new URL("board_panel.js", here));
      const { ITranslator } = await module("@jupyterlab/translation");
      const { ILauncher } = await module("@jupyterlab/launcher");
      const { ICommandPalette } = await module("@jupyterlab/apputils");
      const { LabIcon } = await module("@jupyterlab/ui-components");
      return boardExtension(Widget, LabIcon, ITranslator, ILauncher, ICommandPalette);
    },
  };
  (window._JUPYTERLAB ??= {})["warsha-bench"] = {
    init: (modules) => { shared = modules; },
    get: async (part) => {
      const { Widget } = await module("@lumino/widgets");
      const plugins = await parts[part](Widget);
      return () => ({ __esModule: true, default: plugins });
    },
  };
}
