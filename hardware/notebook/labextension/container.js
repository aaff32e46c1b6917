// What JupyterLab's loader asks for an extension (a container of module federation). It is written
// by hand: so the extension needs no build, and its modules are those of the page.
{
  const here = document.currentScript.src;
  let shared;
  (window._JUPYTERLAB ??= {})["warsha-bench"] = {
    init: (modules) => { shared = modules; },
    get: async () => {
      const { benchExtension } = await import(new URL("bench_output.js", here));
      const { pictureExtension } = await import(new URL("picture_output.js", here));
      const [version] = Object.values(shared["@lumino/widgets"]);
      const { Widget } = (await version.get())();
      return () => ({ __esModule: true, default: [benchExtension(Widget), pictureExtension(Widget)] });
    },
  };
}
