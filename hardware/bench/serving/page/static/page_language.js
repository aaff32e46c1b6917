// The language of a page of ours, which the browser keeps.

const LANGUAGE = "warsha-language";

/** The options of a view for its language. */
export const pageLanguage = {
  language: localStorage.getItem(LANGUAGE),
  onLanguage: (language) => {
    localStorage.setItem(LANGUAGE, language);
    document.documentElement.lang = language;
    document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  },
};
