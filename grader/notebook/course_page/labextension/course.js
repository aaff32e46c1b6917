// Lessons right to left, and in a trainee's course: one language at a time, which is JupyterLab's
// own, a button to change it, and the way back to the course page.
const PLUGIN = "@jupyterlab/translation-extension:plugin";
const TEXTS = {
  ar: { course: "صفحة المقرر", other: "English", lang: "en", locale: "en" },
  en: { course: "Course page", other: "العربية", lang: "ar", locale: "ar_SA" },
};

const PHONE = "(max-width: 760px)";

/** The plugin, for JupyterLab's class of widgets and its token of translators. */
export function courseExtension(Widget, ITranslator) {
  return {
    id: "warsha-course:top",
    autoStart: true,
    requires: [ITranslator],
    activate: async (app, { languageCode }) => {
      addStyle("rtl.css");
      document.addEventListener("dblclick", writeInText, true); // the source takes the place of the text
      for (const event of ["focusin", "keyup"]) document.addEventListener(event, markAnswer, true);
      const { baseUrl, warshaCourse } = configuration();
      if (!warshaCourse) return;
      addStyle("one_language.css");
      const { sessions } = app.serviceManager;
      const call = async (path, method, body) => {
        const headers = { "X-XSRFToken": xsrf() };
        const answer = await fetch(baseUrl + path, { method, body, headers });
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
        return answer.json().catch(() => ({}));
      };
      const language = languageCode.startsWith("ar") ? "ar" : "en";
      const texts = TEXTS[language];
      const page = document.createElement("a");
      page.href = `${baseUrl}warsha/course`;
      page.textContent = texts.course;
      page.addEventListener("click", async (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
        event.preventDefault();
        await app.commands.execute("docmanager:save-all"); // what is saved is handed in
        location.href = page.href;
      });
      const other = document.createElement("button");
      other.textContent = texts.other;
      other.lang = texts.lang;
      other.addEventListener("click", async () => {
        await app.commands.execute("docmanager:save-all");
        const { settings } = await call(`lab/api/settings/${PLUGIN}`, "GET");
        const raw = JSON.stringify({ ...settings, locale: texts.locale });
        await call(`lab/api/settings/${PLUGIN}`, "PUT", JSON.stringify({ raw }));
        location.reload();
      });
      const bar = new Widget();
      bar.id = "warsha-course";
      bar.addClass("warsha-course");
      bar.node.append(page, other);
      app.shell.add(bar, "top", { rank: 900 });
      if (matchMedia(PHONE).matches) app.restored.then(() => app.shell.collapseLeft?.());

      await call("warsha/language", "POST"); // kernels that start from now on
      await sessions.refreshRunning();
      for (const { kernel } of sessions.running()) tell(app, kernel, language);
    },
  };
}

/** A double click opens the source of a text, but leaves the keys to JupyterLab's commands: then
 * typed letters would cut and delete cells. */
function writeInText({ target }) {
  const cell = target.closest?.(".jp-MarkdownCell");
  if (!cell) return;
  requestAnimationFrame(() => {
    const source = cell.querySelector(".cm-content");
    if (!source) return;
    source.focus();
    getSelection().selectAllChildren(source);
    getSelection().collapseToEnd();
  });
}

/** A code cell that takes an answer in words has the direction of its words. */
function markAnswer({ target }) {
  const cell = target.closest?.(".jp-CodeCell");
  const first = cell?.querySelector(".cm-line")?.textContent ?? "";
  cell?.classList.toggle("warsha-answer", /^%%(predict|explain)\b/.test(first));
}

/** A running kernel's messages change, too: it reads the variable at each message. */
function tell(app, model, language) {
  if (model?.name !== "python3") return;
  const kernel = app.serviceManager.kernels.connectTo({ model });
  const code = `import os; os.environ["WARSHA_LANG"] = "${language}"`;
  const done = kernel.requestExecute({ code, silent: true, store_history: false }).done;
  done.finally(() => kernel.dispose()).catch(() => {});
}

function configuration() {
  return JSON.parse(document.getElementById("jupyter-config-data").textContent);
}

function xsrf() {
  return document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1] ?? "";
}

function addStyle(name) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(name, import.meta.url).href;
  document.head.append(link);
}
