"use strict";
// The course page: the language, and handing in through nbgrader's own server extension.
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
  } catch (error) {
    status.textContent = error.message;
  }
});

/** Show what was handed in, and a button for what can be. Without an exchange there is none. */
const showHandedIn = async () => {
  const { success, value } = await (await call(`assignments?course_id=${encodeURIComponent(texts.course)}`)).json();
  if (!success) return;
  for (const { assignment_id: lab, status: state, submissions } of value) {
    const item = document.querySelector(`li[data-lab="${CSS.escape(lab)}"]`);
    if (!item) continue;
    if (state === "submitted") {
      const byTime = submissions.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
      const shown = item.querySelector(".handed-in");
      const [before, after] = texts.handedIn.split("{time}");
      const time = document.createElement("bdi");
      time.textContent = localTime(byTime.at(-1).timestamp);
      shown.replaceChildren(before, time, after);
      shown.hidden = false;
      const graded = byTime.findLast((one) => one.has_exchange_feedback || one.has_local_feedback);
      if (graded) showFeedback(item, lab, graded.timestamp);
    } else {
      const button = item.querySelector(".hand-in");
      button.hidden = false;
      button.onclick = () => handIn(button, lab);
    }
  }
};

/** A time of nbgrader, such as "2026-11-28 03:43:30.1 UTC", on the clock of this computer. */
const localTime = (text) =>
  new Date(text.replace(" ", "T").replace(" UTC", "Z"))
    .toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" });

const showFeedback = (item, lab, timestamp) => {
  const button = item.querySelector(".feedback");
  button.hidden = false;
  button.onclick = async () => {
    const { success } = await post("fetch_feedback", lab).catch(() => ({ success: false }));
    if (!success) {
      status.textContent = texts.noFeedback;
      return;
    }
    location.href = `${texts.base}files/${lab}/feedback/${encodeURIComponent(timestamp)}/${lab}.html`;
  };
};

const post = async (action, lab) => {
  const body = new URLSearchParams({ course_id: texts.course, assignment_id: lab });
  return (await call(`assignments/${action}`, { method: "POST", body })).json();
};

const handIn = async (button, lab) => {
  button.disabled = true;
  status.textContent = texts.sending;
  try {
    const { success } = await post("submit", lab);
    status.textContent = success ? texts.sent : texts.failed;
    await showHandedIn();
  } catch {
    status.textContent = texts.failed;
  }
  button.disabled = false;
};

showHandedIn().catch(() => {});
