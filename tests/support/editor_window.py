"""The editor's page in headless Chromium, used as a person uses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from hardware.bench.serving.page.editor_server import EditorServer
from tests.support.bench_page import ShownBench

TITLE = "return document.title"


@contextmanager
def edited(file: Path, text: str) -> Iterator[EditorServer]:
    """The editor of a new file with this text."""
    file.write_bytes(text.encode())
    with EditorServer(file) as server:
        yield server


class EditorWindow(ShownBench):
    """One page of the editor, in a window of its own."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        driver.switch_to.new_window("window")
        super().__init__(driver)
        ActionChains(driver).reset_actions()
        self.resize(1500, 1000)
        driver.get(url)
        self.wait("return document.querySelector('.canvas [data-part]') !== null")

    def part(self, part: str) -> str:
        """The selector of a part in the picture."""
        return f'[data-part="{part}"]'

    def pin(self, pin: str) -> str:
        """The selector of a pin in the picture."""
        return f'[data-pin="{pin}"]'

    def select(self, part: str) -> None:
        """Click on a part in the picture."""
        self.find(self.part(part)).click()
        self.wait(f"return document.querySelector('{self.part(part)}').ariaPressed === 'true'")

    def drag(self, selector: str, right: float, down: float) -> None:
        """Drag something in the picture by pixels of the canvas."""
        scale = self.js("return document.querySelector('.canvas').getScreenCTM().a")
        mouse = ActionChains(self.driver).click_and_hold(self.find(selector))
        mouse.move_by_offset(round(right * scale / 2), round(down * scale / 2))
        rest = round(right * scale) - round(right * scale / 2)
        mouse.move_by_offset(rest, round(down * scale) - round(down * scale / 2))
        mouse.release().perform()

    def corners(self, wire: int) -> list[list[float]]:
        """The corners of a drawn wire, on the canvas."""
        script = (
            "const wire = document.querySelector(`[data-wire='${arguments[0]}'] .hit`);"
            "return [...wire.points].map(({ x, y }) => [x, y])"
        )
        return list(self.js(script, wire))

    def drag_piece(self, wire: int, piece: int, right: float, down: float) -> None:
        """Drag a piece of a wire, at its middle, by pixels of the canvas."""
        (ax, ay), (bx, by) = self.corners(wire)[piece : piece + 2]
        x, y, scale = self.js(
            "const svg = document.querySelector('.canvas'), matrix = svg.getScreenCTM();"
            "const { x, y } = new DOMPoint(...arguments).matrixTransform(matrix);"
            "return [x, y, matrix.a]",
            (ax + bx) / 2,
            (ay + by) / 2,
        )
        self._drag_from(x, y, right * scale, down * scale)

    def drag_box(self, *parts: str) -> None:
        """Draw a box around parts, from the free ground left of and above them."""
        boxes = [
            self.js(
                "const r = document.querySelector(arguments[0] + ' .outline');"
                "const { left, top, right, bottom } = r.getBoundingClientRect();"
                "return [left, top, right, bottom]",
                self.part(part),
            )
            for part in parts
        ]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        left, top = min(lefts) - 6, min(tops) - 6
        self._drag_from(left, top, max(rights) + 6 - left, max(bottoms) + 6 - top)

    def _drag_from(self, x: float, y: float, right: float, down: float) -> None:
        """Drag from a place on the screen."""
        mouse = ActionChains(self.driver)
        move = mouse.w3c_actions.pointer_action.move_to_location
        move(round(x), round(y))  # type: ignore[no-untyped-call]
        mouse.w3c_actions.pointer_action.pointer_down()  # type: ignore[no-untyped-call]
        move(round(x + right / 2), round(y + down / 2))  # type: ignore[no-untyped-call]
        move(round(x + right), round(y + down))  # type: ignore[no-untyped-call]
        mouse.w3c_actions.pointer_action.pointer_up(0)  # type: ignore[no-untyped-call]
        mouse.perform()

    def touch_drag(self, selector: str, right: float, down: float) -> None:
        """Drag something with a finger by pixels of the screen; by none, it is a tap."""
        x, y = self.js(
            "const { x, y, width, height } = document.querySelector(arguments[0])"
            ".getBoundingClientRect(); return [x + width / 2, y + height / 2]",
            selector,
        )
        steps = [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)] if right or down else [(0.0, 0.0)]
        for number, (across, along) in enumerate(steps):
            point = {"x": x + right * across, "y": y + down * along}
            kind = "touchMove" if number else "touchStart"
            self.touch_points(kind, [point])
        self.touch_points("touchEnd", [])

    def touch_points(self, kind: str, points: list[dict[str, float]]) -> None:
        """Send an event of the touch screen."""
        event = {"type": kind, "touchPoints": points}
        self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", event)

    def keys(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def control(self, key: str, modifier: str = Keys.CONTROL) -> None:
        """Press a key with Ctrl, or with another modifier."""
        keys = ActionChains(self.driver).key_down(modifier).send_keys(key)
        keys.key_up(modifier).perform()

    def wait_for_unsaved(self) -> None:
        """Wait until the page shows that something is not saved."""
        self.wait(f"{TITLE}.startsWith('●')")

    def save(self) -> None:
        """Save with the button, and wait until the page says that all is saved."""
        self.find("button.save").click()
        self.wait(f"return !({TITLE.removeprefix('return ')}).startsWith('●')")

    def field(self, name: str) -> Any:
        """An input of the form."""
        return self.find(f'.form [name="{name}"]')

    def fill(self, name: str, value: str) -> None:
        """Type into a field of the form, and leave it."""
        field = self.field(name)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(value, Keys.TAB)

    def wires(self) -> list[str]:
        """The wires in their list."""
        script = "return [...document.querySelectorAll('.list-wires li')].map(e => e.textContent)"
        return list(self.js(script))
