"""axe-core in an open page: which elements are hard or impossible to use for some people.

Only faults that axe-core calls serious or critical are reported; colours with less contrast than
WCAG's AA are among them. In JupyterLab the page is not ours: there only our elements are looked
at.
"""

from functools import cache
from importlib.resources import files

from selenium import webdriver

from tests.support.browser import START_S

GRAVE = ("serious", "critical")
OURS_IN_JUPYTERLAB = (
    ".warsha-course",
    ".warsha-bench",
    ".jp-RenderedMarkdown",
    ".jp-RenderedHTMLCommon.jp-OutputArea-output",
    ".jp-RenderedText.jp-OutputArea-output",
    ".jp-RenderedImage.jp-OutputArea-output",
)
"""Selectors of what is ours in a notebook: the bar with the course page, the live bench, lessons,
and outputs. The rest (menus, tabs, toolbars, editors) is JupyterLab's."""
RUN = """
const [ours, done] = arguments;
const there = ours.filter((selector) => document.querySelector(selector));
if (there.length) document.body.style.height = "100vh";
const where = there.length ? { include: there.map((selector) => [selector]) } : document;
axe.run(where, { resultTypes: ["violations"] }).then(
  ({ violations }) => done(violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => [impact, `${id}: ${html} ${failureSummary}`]))),
  (error) => done([["critical", `axe-core: ${error}`]]));
"""
"""JupyterLab's body has no height and hides what is outside it; axe-core would take all texts for
hidden, and not look at their colours."""


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def faults(driver: webdriver.Chrome, ours: tuple[str, ...] = ()) -> list[str]:
    """The grave faults of the page, or of the elements with these selectors, in axe-core's words:
    the rule, the element, and what is wrong."""
    driver.set_script_timeout(START_S)
    driver.execute_script(_axe())
    found = driver.execute_async_script(RUN, list(ours))
    return [text for impact, text in found if impact in GRAVE]
