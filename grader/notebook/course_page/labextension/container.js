// What JupyterLab's loader asks for an extension (a container of module federation). It is written
// by hand: so the extension needs no build.
{
  const here = document.currentScript.src;
  let shared;
  (window._JUPYTERLAB ??= {})["warsha-course"] = {
    init: (modules) => { shared = modules; },
    get: async () => {
      const { courseExtension } = await import(new URL("course.js", here));
      const module = async (name) => (await Object.values(shared[name])[0].get())();
      const { Widget } = await module("@lumino/widgets");
      const { ITranslator } = await module("@jupyterlab/translation");
      return () => ({ __esModule: true, default: courseExtension(Widget, ITranslator) });
    },
  };
}
