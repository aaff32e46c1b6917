"""The pages of nbgrader's Formgrader in a real browser."""

from typing import Any

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.browser import START_S, Chromium


class Formgrader:
    """The pages of Formgrader in one browser."""

    def __init__(self, browser: Chromium, url: str) -> None:
        self.driver = browser.driver
        self.base = url.partition("/lab?")[0]
        self.driver.get(url)  # only the pages of JupyterLab accept the token

    def show(self, page: str) -> None:
        """Open a page of Formgrader."""
        self.driver.get(f"{self.base}/formgrader/{page}")

    def wait_for(self, css: str, text: str) -> Any:
        """The first element with that text."""

        def find(driver: Any) -> Any:
            found = driver.find_elements(By.CSS_SELECTOR, css)
            return next((one for one in found if text in one.text), None)

        return WebDriverWait(self.driver, START_S, poll_frequency=0.1).until(find)

    def js(self, script: str) -> Any:
        """Run a script in the page and return its value."""
        return self.driver.execute_script(script)

    def wait(self, script: str) -> None:
        """Wait until the value of the script is true."""
        WebDriverWait(self.driver, START_S, poll_frequency=0.1).until(lambda _: self.js(script))

    def directions(self, css: str) -> set[str]:
        """The computed text directions of elements."""
        find = self.driver.find_elements
        return {it.value_of_css_property("direction") for it in find(By.CSS_SELECTOR, css)}

    def press(self, button: str) -> None:
        """Press the button of the only row, and close its message."""
        self.driver.find_element(By.CSS_SELECTOR, f"td.{button} a").click()
        self.wait_for(".modal-title", "Success")
        close = self.driver.find_element(By.CSS_SELECTOR, ".modal.in .modal-footer button")
        self.driver.execute_script("arguments[0].click()", close)
