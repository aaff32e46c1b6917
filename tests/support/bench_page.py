"""The page of a live bench in headless Chromium, used as a person uses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.bench_source import BenchSource
from hardware.bench.serving.page.page_server import PageServer

WAIT_S = 60
PHONE = (390, 844)
FINGER_STEPS = 8
LED = 25
BUTTON = 32
KNOB = 34
PRESSES = f"""
from machine import Pin
import time
led, button = Pin({LED}, Pin.OUT), Pin({BUTTON}, Pin.IN, Pin.PULL_UP)
count, was = 0, 1
print('READY')
while True:
    now = button.value()
    led(not now)
    if was and not now:
        count += 1
        print('count', count)
    was = now
    time.sleep_ms(20)
"""
"""The LED is on while the button is pressed; each press is counted and printed."""
SIGNALS = f"""
from machine import I2C, PWM, Pin
import time
led, wave = Pin({LED}, Pin.OUT), PWM(Pin(26), freq=1000, duty_u16=32768)
bus = I2C(0, scl=Pin(22), sda=Pin(21))
count = 0
while True:
    led(not led())
    count += 1
    print('count:%d, half: %.1f' % (count, count / 2))
    try:
        bus.writeto(0x3c, bytes((0x12, 0xab)))
    except OSError:
        pass
    time.sleep_ms(100)
"""
"""The LED blinks, another pin has a PWM, nobody answers on I2C, and values are printed."""
VOLTS = f"""
from machine import ADC, Pin
import time
knob = ADC(Pin({KNOB}), atten=ADC.ATTN_11DB)
while True:
    print('raw', knob.read())
    time.sleep_ms(50)
"""


def diagram(button: str = "btn", label: str = "BTN") -> dict[str, Any]:
    """A board with an LED, a button and a knob."""
    parts: list[dict[str, Any]] = [
        {"type": "board-esp32-devkit-c-v4", "id": "esp", "left": 0, "top": 0},
        {"type": "wokwi-led", "id": "led", "left": -200, "top": 0, "attrs": {"label": "LED_R"}},
        {"type": "wokwi-resistor", "id": "r", "left": -120, "top": 60, "attrs": {"value": "220"}},
        {
            "type": "wokwi-pushbutton",
            "id": button,
            "left": -200,
            "top": 120,
            "attrs": {"label": label, "key": "1", "bounce": "0"},
        },
        {"type": "wokwi-potentiometer", "id": "pot", "left": 180, "top": 0},
    ]
    wires = [
        (f"esp:{LED}", "r:1"),
        ("r:2", "led:A"),
        ("led:C", "esp:GND.1"),
        (f"esp:{BUTTON}", f"{button}:1.l"),
        (f"{button}:2.l", "esp:GND.1"),
        (f"esp:{KNOB}", "pot:SIG"),
        ("esp:3V3", "pot:VCC"),
        ("esp:GND.2", "pot:GND"),
    ]
    joined = [[a, b, "green", []] for a, b in wires]
    return {"version": 1, "parts": parts, "connections": joined}


@contextmanager
def bench_with_page(
    circuit: dict[str, Any] | Path, program: str = ""
) -> Iterator[tuple[LiveBench, PageServer]]:
    """A live bench that runs a program, and its page."""
    with LiveBench(circuit) as live, PageServer(BenchSource.of_page(live)) as page:
        if program:
            live.serial(b"\x05" + program.encode() + b"\x04")  # the paste mode of the REPL
        yield live, page


class ShownBench:
    """The live bench in a window of the browser; in a notebook, the only one there."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        self.window = driver.current_window_handle

    def wait_until_live(self) -> None:
        """Wait until the picture is that of a bench."""
        self.wait("return document.querySelector('.warsha-bench .picture svg') !== null")

    def resize(self, width: int, height: int) -> None:
        """Set the size of the view itself, also below the least size of a window."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def js(self, script: str, *arguments: object) -> Any:
        """Run JavaScript in the page and return its value."""
        self.driver.switch_to.window(self.window)
        return self.driver.execute_script(script, *arguments)

    def wait(self, script: str, *arguments: object, seconds: float = WAIT_S) -> Any:
        """Wait until the value of the script is true."""
        return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(
            lambda _driver: self.js(script, *arguments)
        )

    def find(self, selector: str) -> WebElement:
        """An element by its CSS selector."""
        self.driver.switch_to.window(self.window)
        return self.driver.find_element("css selector", selector)

    def shows(self, part: str, words: str) -> None:
        """Wait until the words about a part are these."""
        script = "return document.querySelector(arguments[0])?.lastChild.textContent"
        selector = f"[data-words={part}]"
        self.wait(f"{script} === arguments[1]", selector, words)

    def prints(self, text: str) -> None:
        """Wait until the serial console has this text."""
        self.wait(
            "return document.querySelector('.console pre')?.textContent.includes(arguments[0])",
            text,
        )

    def pressed(self, part: str, pressed: bool = True) -> None:
        """Wait until a button in the picture is pressed, or is not."""
        selector = f"g[data-part={part}][aria-pressed={str(pressed).lower()}]"
        self.wait("return document.querySelector(arguments[0]) !== null", selector)

    def hold(self, part: str) -> None:
        """Press the mouse button on a part of the picture."""
        ActionChains(self.driver).click_and_hold(self.find(f"g[data-part={part}]")).perform()

    def let_go(self) -> None:
        """Release the mouse button."""
        ActionChains(self.driver).release().perform()

    def touch(self, selector: str, share: float = 0.5) -> None:
        """Put a finger on an element, at this share of its width."""
        self._finger("touchStart", self._place(selector, share))

    def move_finger(self, selector: str, share: float) -> None:
        """Move the finger to this share of an element's width, on its way over many points."""
        (x, y), (end, _y) = self._at, self._place(selector, share)
        for step in range(1, FINGER_STEPS + 1):
            self._finger("touchMove", (x + (end - x) * step / FINGER_STEPS, y))

    def lift_finger(self) -> None:
        """Take the finger away."""
        self._finger("touchEnd")

    def _place(self, selector: str, share: float) -> tuple[float, float]:
        box = self.js(
            "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'});"
            "const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]",
            selector,
        )
        left, top, width, height = box
        return left + share * width, top + height / 2

    def _finger(self, kind: str, at: tuple[float, float] | None = None) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        self._at = at or (0, 0)
        event = {"type": kind, "touchPoints": points}
        self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", event)

    def drawing(self, part: str) -> str:
        """The SVG text of a part."""
        return str(
            self.js(
                "return document.querySelector(arguments[0]).innerHTML", f"g[data-part={part}]"
            )
        )

    def errors(self) -> list[str]:
        """What the browser's console has complained about."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]


class BenchPage(ShownBench):
    """One page, in a window of its own."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        driver.switch_to.new_window("window")
        super().__init__(driver)
        ActionChains(driver).reset_actions()  # the mouse may be held in a window that was closed
        self.resize(1400, 1000)
        driver.get(url)
        self.wait_until_live()
