"""What a run shows of each lab's "predict" question, on every board of the lab."""

import shutil
from pathlib import Path

import pytest

from grader.authoring.lab_check import program_of, programs
from grader.errors import LabError
from grader.lab.lab import LABS, find, load, slugs
from grader.score.observe import NOTHING, observe

SHOWN = {
    "barometer": "`9` bytes",
    "blinker": "`10` times",
    "buttons": "ones, `",
    "climate_log": "`20.0 ×6, 27.0 ×6, 34.0 ×2`",
    "door_lock": "`0` lines",
    "emergency_stop": "the interrupt `0.01",
    "firmware_update": "`20000` old bytes and `0` new ones",
    "first_contact": "`micropython ",
    "framed_link": "accepted: `09`",
    "machine_vibration": "`F0 00`, which is `-4096`, and `61440`",
    "mqtt_lamp": "`on` with retain `1`",
    "operator_display": "`1024` bytes of the picture in `23.09 ms`",
    "secure_commands": "`topic command code`",
    "servo_gate": "`999.771 µs`, which is `4.999 %`",
    "store_and_forward": "came `2` times",
    "tank_level": "`5.824 ms`; at 45 °C: `5.578 ms`",
    "telemetry": "`15 s`. The broker published the last will `22.5 s`",
    "traffic_light": "`R .....######....`\n`Y ....#.....#....`\n`G ####.......####`",
    "voltmeter": "`RAW 327",
}
"""What the reference shows of the question, on each board."""


OBSERVED = [slug for slug in slugs() if find(slug).observation]


@pytest.mark.parametrize("slug", SHOWN)
def test_the_reference_shows_what_the_question_asks(slug: str) -> None:
    lab = find(slug)
    for board in lab.boards:
        shown = observe(lab, board, program_of(programs(lab)["reference"]))
        assert SHOWN[slug] in shown["en"]
        values = shown["en"].split("`")[1::2]
        assert {value for value in values if value in shown["ar"]} == {*values}


@pytest.mark.parametrize("slug", OBSERVED)
@pytest.mark.parametrize("name", ["empty", "ready_only", "freeze_after_ready"])
def test_a_program_that_does_too_little_shows_nothing_or_what_it_did(slug: str, name: str) -> None:
    lab = find(slug)
    shown = observe(lab, next(iter(lab.boards)), program_of(programs(lab)[name]))
    own = lab.observation is not None and not lab.observation.program
    assert shown.keys() == {"ar", "en"}
    assert not (own and name == "empty") or shown == NOTHING


def test_a_value_of_the_program_stays_a_value(tmp_path: Path) -> None:
    """A topic is any text that the program wants; braces and backticks in it mean nothing."""
    folder = Path(shutil.copytree(LABS / "mqtt_lamp", tmp_path / "mqtt_lamp"))
    program = (
        (folder / "reference.py").read_text().replace("message, retain", "b'`{x}\\n', retain")
    )
    shown = observe(load(folder), "esp32", {"main.py": program.encode()})
    assert "the state `'{x}" in shown["en"]


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    [
        ("lab.toml", "[observed]", "[misconceptions.odd]", "observed: lab.toml and checks.py do"),
        ("lab.toml", "{count}` times", "`count` times", "its texts have not the same values"),
        ("checks.py", "seconds=10)", 'seconds=10), program="gone.py"', "no file gone.py"),
    ],
)
def test_an_observation_and_its_text_belong_together(
    tmp_path: Path, file: str, before: str, after: str, message: str
) -> None:
    folder = Path(shutil.copytree(LABS / "blinker", tmp_path / "blinker"))
    text = (folder / file).read_text(encoding="utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(LabError, match=message):
        load(folder)
