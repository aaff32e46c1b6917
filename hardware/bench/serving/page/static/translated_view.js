// What the views of the bench and of its editor share: elements, and texts in two languages.

/** An element with attributes and children; texts stay texts. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A text with the digits 0 to 9 and a point, in place of Arabic and Persian ones. */
export function western(text) {
  const digit = (found) => found.charCodeAt() & 15; // U+0660 and U+06F0 are zeros
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, digit).replaceAll("\u066b", ".");
}

/** A number box that takes Arabic digits too. */
export function makeNumber(attributes) {
  const box = make("input", { type: "number", dir: "ltr", ...attributes });
  box.onbeforeinput = (event) => { // it drops digits that are not 0 to 9
    const text = event.data ?? "";
    if (!event.cancelable || western(text) === text) return;
    event.preventDefault();
    document.execCommand("insertText", false, western(text));
  };
  return box;
}

export class TranslatedView {
  /** `onLanguage` is called with the language that is shown: at first, and when it changes. In a
   *  notebook, `visit` gets the address of another view, to show it in this place. */
  constructor(root, language, onLanguage, visit) {
    this.root = root;
    this.inNotebook = Boolean(visit);
    this.visit = visit ?? ((address) => location.assign(address));
    this.language = language;
    this.onLanguage = onLanguage;
    this.translated = [];
    root.classList.add("warsha-bench");
    // A key here is no command of JupyterLab. Some of its commands are for any element with the
    // focus: for these it looks at that element only.
    root.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = "true"; });
    root.dataset.lmSuppressShortcuts = "true";
  }

  /** A new content: its language, and the Arabic of its texts. */
  begin({ language, arabic }) {
    this.language ??= language;
    this.arabic = arabic;
    this.translated = [];
  }

  t(text, fields = {}) {
    const found = (this.language === "ar" && this.arabic?.[text]) || text;
    return found.replace(/\{(\w+)\}/g, (_all, name) => fields[name] ?? "");
  }

  /** Sets a text, now and after each change of the language. */
  say(set, text, fields = () => ({})) {
    const entry = { set, text, fields };
    this.translated.push(entry);
    this.translate(entry);
    return entry;
  }

  translate({ set, text, fields }) {
    set(this.t(text, fields()));
  }

  text(element, text, fields) {
    this.say((words) => { element.textContent = words; }, text, fields);
    return element;
  }

  label(element, text, fields) {
    this.say((words) => element.setAttribute("aria-label", words), text, fields);
    return element;
  }

  setLanguage(language) {
    this.language = language;
    this.root.lang = language;
    this.root.dir = language === "ar" ? "rtl" : "ltr";
    this.translated.forEach((entry) => this.translate(entry));
    this.onLanguage(language);
  }

  /** Makes a link lead to another view. */
  lead(link, address) {
    link.href = this.inNotebook ? "#" : address;
    link.onclick = (event) => {
      if (!this.inNotebook) return;
      event.preventDefault();
      this.visit(address);
    };
    return link;
  }

  /** The button that changes the language. */
  languageButton() {
    const other = make("button", { type: "button", class: "language" });
    this.say(() => {
      other.lang = this.language === "ar" ? "en" : "ar";
      other.textContent = this.language === "ar" ? "English" : "العربية";
    }, "");
    other.onclick = () => this.setLanguage(other.lang);
    return other;
  }

  /** The remarks of the wiring lint as list items. */
  remarkItems(found) {
    const words = { error: "Error:", warning: "Warning:", info: "Hint:" };
    return found.map((remark) => {
      const text = make("span"); // "auto" would take the direction of a part's name at its start
      this.say(() => { text.textContent = remark[this.language]; }, "");
      return make("li", {}, this.text(make("strong", { class: remark.level }), words[remark.level]),
        " ", text);
    });
  }
}
