// The page where the code of the station is typed. The address that the station prints has the code
// behind its #: then nothing needs to be typed.
import { pageLanguage } from "./page_language.js";
import { TranslatedView, make } from "./translated_view.js";

class LoginView extends TranslatedView {
  constructor(root, words, { language, onLanguage }) {
    super(root, language, onLanguage);
    root.classList.add("warsha-login");
    this.begin(words);
    this.status = make("p", { class: "status", role: "alert" });
    this.code = make("input", {
      name: "code", autocomplete: "off", autocapitalize: "none", spellcheck: "false", dir: "ltr",
      "aria-describedby": "where",
    });
    const form = make("form", {},
      make("label", {}, this.text(make("span"), "Code of this station"), this.code),
      this.text(make("button", { class: "go" }), "Log in"));
    form.onsubmit = (event) => {
      event.preventDefault();
      this.logIn(this.code.value);
    };
    root.replaceChildren(
      make("header", { class: "head" }, this.text(make("h1"), "Station"), this.languageButton()),
      make("section", {}, this.status, form,
        this.text(make("p", { id: "where" }),
          "The code is in the window in which the station was started.")));
    this.setLanguage(this.language);
    this.code.focus();
  }

  async logIn(code) {
    const answer = await fetch("login", { method: "POST", body: JSON.stringify({ code }) });
    if (answer.ok) location.replace("./");
    else this.status.textContent = this.t("This is not the code of this station.");
  }
}

const words = await (await fetch("words")).json();
const view = new LoginView(document.getElementById("login"), words, pageLanguage);
const code = decodeURIComponent(location.hash.slice(1));
history.replaceState(null, "", location.pathname); // nobody reads the code over a shoulder
if (code) await view.logIn(code);
