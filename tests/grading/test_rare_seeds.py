"""Seeds with which a program once got other marks than those of its idea: by a window that is as
good as a limit, a leftover of an earlier request, a second that a clock had not counted yet, two
ideas that give the same angle, a watchdog that comes between a message and its note, a sleep that
the button ends as it begins, a hash that has five digits of an id by chance, an acceleration of
half a step of the sensor, a cable that is open for the last seconds of a minute, numbers that
begin again within those that came before."""

import pytest

from grader.authoring.lab_check import expected, host_of, program_of, programs, scenario_of
from grader.host.host_functions import HostCode
from grader.lab.lab import find
from grader.score.score import score

RARE = [
    ("clinic_farm", "late_off", "esp32_devkit_c_v4", 4883491797344156061),
    ("clinic_farm", "manual_anyway", "esp32_devkit_c_v4", 1881403624593261689),
    ("framed_link", "host_any_answer", "pi_pico", 3232397448979070703),
    ("framed_link", "host_any_answer", "pi_pico", 7472419760207695308),
    ("low_power", "no_batch", "esp32_devkit_c_v4", 298046089330979283),
    ("low_power", "no_batch", "esp32_devkit_c_v4", 6944702906429057623),
    ("low_power", "sleep_plus_awake", "esp32_devkit_c_v4", 213144292738280971),
    ("low_power", "sleep_plus_awake", "esp32_devkit_c_v4", 8072594858189812296),
    ("low_power", "sleep_plus_awake", "esp32_devkit_c_v4", 1524548150076818647),
    ("machine_vibration", "any_line", "esp32_devkit_c_v4", 1686289673548998204),
    ("machine_vibration", "asin_angle", "pi_pico", 3726190123132824805),
    ("machine_vibration", "drift", "esp32_devkit_c_v4", 32800514173976907),
    ("machine_vibration", "drift", "esp32_devkit_c_v4", 4794166402353373844),
    ("machine_vibration", "drift", "pi_pico", 5729315906623750282),
    ("machine_vibration", "four_windows", "esp32_devkit_c_v4", 4898251895846597206),
    ("machine_vibration", "limit_pasted", "pi_pico", 4686254520301380128),
    ("machine_vibration", "lsb_per_g", "esp32_devkit_c_v4", 544341900250305392),
    ("machine_vibration", "off_late", "esp32_devkit_c_v4", 3949083958606797384),
    ("machine_vibration", "signed_16", "esp32_devkit_c_v4", 6702519689656466827),
    ("post_office", "short_id", "esp32_devkit_c_v4", 2797716161164588498),
    ("solar_station", "open_as_current", "esp32_devkit_c_v4", 120000075658126199),
    ("store_and_forward", "not_flushed", "esp32_devkit_c_v4", 5902927951562693493),
    ("store_and_forward", "not_flushed", "pi_pico_w", 1559272015334985122),
    ("store_and_forward", "seq_restart", "esp32_devkit_c_v4", 751494337885469021),
    ("store_and_forward", "seq_restart", "pi_pico_w", 7243634716805983394),
    ("store_and_forward", "seq_restart", "pi_pico_w", 5597360199499728720),
    ("store_and_forward", "ts_at_send", "esp32_devkit_c_v4", 2469880756053138103),
]


@pytest.mark.parametrize(("slug", "program", "on", "seed"), RARE)
def test_a_program_gets_the_marks_of_its_idea(slug: str, program: str, on: str, seed: int) -> None:
    lab, file = find(slug), programs(find(slug))[program]
    marks = score(
        lab,
        on,
        program_of(file),
        [seed],
        predicted=True,
        host=HostCode(host_of(file)),
        scenario=scenario_of(file),
    )
    found = {id: (item.points, item.key) for id, item in marks.items.items()}
    assert found == expected(lab, program, lab.board(on).type.family)
