"""A file of each of Wokwi's formats with all that they are used for: it runs as it is."""

from pathlib import Path

from hardware.bench import diagram, scenario
from hardware.headless import run_program

FOLDER = Path(__file__).with_name("reference_example")


def test_circuit_and_scenario_of_wokwi_run() -> None:
    outcome = run_program(
        {"main.py": (FOLDER / "main.py").read_bytes()},
        diagram.load(FOLDER / "diagram.json"),
        scenario=scenario.load(FOLDER / "scenario.yaml"),
    )
    assert outcome.failed_step is None
    assert outcome.faults == ()
