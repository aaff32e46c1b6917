"use strict";
// The course page: the language; fetching, and handing in through nbgrader's own server extension.
const texts = JSON.parse(document.getElementById("texts").textContent);
const status = document.getElementById("status");

const call = async (path, options = {}) => {
  const headers = { "X-XSRFToken": texts.xsrf, ...options.headers };
  const answer = await fetch(texts.base + path, { ...options, headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
};

document.getElementById("language").addEventListener("click", async (event) => {
  const locale = event.currentTarget.dataset.locale;
  const address = `lab/api/settings/${texts.plugin}`;
  try {
    const { settings } = await (await call(address)).json();
    const body = JSON.stringify({ raw: JSON.stringify({ ...settings, locale }) });
    await call(address, { method: "PUT", body });
    location.reload();
  } catch {
    status.textContent = texts.sameLanguage;
  }
});

/** Show what was handed in, and a button for what can be fetched or handed in. Without an exchange
 * there is none. */
const showExchange = async () => {
  const { success, value } = await (await call(`assignments?course_id=${encodeURIComponent(texts.course)}`)).json();
  if (!success) return;
  for (const { assignment_id: lab, status: state, submissions, notebooks } of value) {
    const item = document.querySelector(`li[data-lab="${CSS.escape(lab)}"]`)
      ?? (state === "submitted" ? null : otherItem(lab));
    if (!item) continue;
    const fetchButton = item.querySelector(".fetch"); // none: its notebook is in the folder
    if (state === "submitted") {
      const byTime = submissions.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
      const shown = item.querySelector(".handed-in");
      const [before, after] = texts.handedIn.split("{time}");
      const time = document.createElement("bdi");
      time.textContent = localTime(byTime.at(-1).timestamp);
      shown.replaceChildren(before, time, after);
      shown.hidden = false;
      item.querySelector(".hand-in").textContent = texts.again;
      const graded = byTime.findLast((one) => {
        const { has_exchange_feedback, has_local_feedback } = notebookOf(lab, one.notebooks) ?? {};
        return has_exchange_feedback || has_local_feedback;
      });
      if (graded) showFeedback(item, lab, graded);
    } else if (fetchButton && (state === "released" || !notebooks.length)) {
      item.querySelector(".absent").hidden = false;
      fetchButton.hidden = false;
      fetchButton.onclick = () => fetchLab(fetchButton, lab);
    } else {
      const link = item.querySelector("h2 a");
      link.href ||= `${texts.base}lab/tree/${notebookOf(lab, notebooks).path.split("/").map(encodeURIComponent).join("/")}`;
      const button = item.querySelector(".hand-in");
      button.hidden = false;
      button.onclick = () => handIn(button, lab);
    }
  }
};

/** The notebook that has the lab's name; nbgrader lists all notebooks of the folder. */
const notebookOf = (lab, notebooks) =>
  notebooks.find(({ notebook_id: name }) => name === lab) ?? notebooks[0];

/** A time of nbgrader, such as "2026-11-28 03:43:30.1 UTC", on the clock of this computer. */
const localTime = (text) =>
  new Date(text.replace(" ", "T").replace(" UTC", "Z"))
    .toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" });

/** A new item for an assignment of the exchange that the page does not have: its notebook is not in
 * the folder, or the course does not name it. */
const otherItem = (lab) => {
  const item = document.getElementById("other").content.cloneNode(true).firstElementChild;
  item.dataset.lab = lab;
  item.querySelector("h2 a").textContent = texts.titles[lab] ?? lab;
  document.querySelector("ol").append(item);
  return item;
};

const fetchLab = async (button, lab) => {
  button.disabled = true;
  status.textContent = "";
  try {
    const address = `warsha/fetch?lab=${encodeURIComponent(lab)}`;
    const { problem } = await (await call(address, { method: "POST" })).json();
    if (!problem) {
      location.reload();
      return;
    }
    status.textContent = problem;
  } catch {
    status.textContent = texts.notFetched;
  }
  button.disabled = false;
};

const showFeedback = (item, lab, { timestamp, notebooks }) => {
  const button = item.querySelector(".feedback");
  button.hidden = false;
  button.onclick = async () => {
    const { success } = await post("fetch_feedback", lab).catch(() => ({ success: false }));
    if (!success) {
      status.textContent = texts.noFeedback;
      return;
    }
    const page = `${encodeURIComponent(notebookOf(lab, notebooks).notebook_id)}.html`;
    location.href = `${texts.base}files/${lab}/feedback/${encodeURIComponent(timestamp)}/${page}`;
  };
};

const post = async (action, lab) => {
  const body = new URLSearchParams({ course_id: texts.course, assignment_id: lab });
  return (await call(`assignments/${action}`, { method: "POST", body })).json();
};

/** Whether a person wants to hand in a notebook without an answer; Escape means no. */
const isWanted = () => new Promise((resolve) => {
  const dialog = document.querySelector("dialog");
  for (const button of dialog.querySelectorAll("button")) {
    button.onclick = () => dialog.close(button.value);
  }
  dialog.returnValue = "";
  dialog.onclose = () => resolve(dialog.returnValue !== "");
  dialog.showModal();
});

const isAnswered = async (lab) => {
  const { answered } = await (await call(`warsha/answered?lab=${encodeURIComponent(lab)}`)).json();
  return answered;
};

const handIn = async (button, lab) => {
  if (!(await isAnswered(lab).catch(() => true)) && !(await isWanted())) return;
  button.disabled = true;
  status.textContent = texts.sending;
  const { success } = await post("submit", lab).catch(() => ({ success: false }));
  status.textContent = success ? texts.sent : texts.failed;
  await showExchange().catch(() => {
    if (success) status.textContent = texts.sentUnseen;
  });
  button.disabled = false;
};

showExchange().catch(() => {
  status.textContent = texts.noExchange;
});
