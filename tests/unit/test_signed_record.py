"""Certificates are signed: a changed one, or one of a key that is not believed, is refused."""

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from station.certify import keys
from station.certify.keeping import keep
from station.certify.measurement import BoardFault, Measurement, ValueRange
from station.certify.plan import load_plan
from station.certify.record import certificate, verify
from station.certify.self_test import Identity, TestResult
from station.certify.signed_file import NotGenuine
from station.errors import StationError
from station.inventory.database import Inventory

AtStation = Callable[[str], None]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AtStation:
    """A function that goes to a station: each has keys of its own."""

    def go(name: str) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / name))

    go("one")
    return go


@pytest.fixture
def result() -> TestResult:
    """What the test of a board found that has a fault."""
    return TestResult(
        Identity("24:0a:c4:00:01:10", "Generic ESP32 module with ESP32", "1.25.0", 0),
        load_plan("esp32_devkit_v1"),
        with_jig=False,
        started=datetime(2026, 11, 28, 7, 30, tzinfo=UTC),
        measurements=[
            Measurement("ram_wrong", 0, ValueRange("bytes", maximum=0)),
            Measurement("clock", -12.345678, ValueRange("ppm", -200, 200), 40.5),
            Measurement("gpio25.shorted", 1, ValueRange("", 0, 0)),
        ],
        faults=[BoardFault("short", (25, 26))],
    )


@pytest.fixture
def record(at: AtStation, result: TestResult, tmp_path: Path) -> Path:
    """A certificate that station one has signed."""
    file = tmp_path / "record.json"
    file.write_text(certificate(result, keys.station_key()), encoding="utf-8")
    return file


def refused(file: Path) -> str:
    with pytest.raises(NotGenuine) as error:
        verify(file)
    assert error.value.cure
    return str(error.value)


def test_a_record_is_verified_offline_and_has_values_limits_and_verdicts(record: Path) -> None:
    proved = verify(record)
    assert proved.content["verdict"] == "FAIL"
    assert proved.content["faults"] == [{"kind": "short", "gpios": [25, 26]}]
    assert proved.content["measurements"][1] == {
        "name": "clock",
        "value": -12.3457,
        "unit": "ppm",
        "minimum": -200,
        "maximum": 200,
        "uncertainty": 40.5,
        "verdict": "PASS",
    }
    assert proved.key == keys.station_key().public.id
    assert "24:0a:c4:00:01:10" in proved.summary and "FAIL" in proved.summary


def test_a_record_of_the_same_board_and_second_replaces_none(
    at: AtStation, result: TestResult, stock: Inventory, tmp_path: Path
) -> None:
    good = replace(result, measurements=result.measurements[:1], faults=[])
    key = keys.station_key()
    files = [keep(one, tmp_path, key, stock).file for one in (result, good, result)]
    assert [file.name for file in files] == [
        "240AC4000110_20261128T073000Z.json",
        "240AC4000110_20261128T073000Z_2.json",
        "240AC4000110_20261128T073000Z_3.json",
    ]
    assert [verify(file).content["verdict"] for file in files] == ["FAIL", "PASS", "FAIL"]


def test_every_changed_byte_is_refused(record: Path) -> None:
    good = record.read_bytes()
    for at_byte in range(len(good)):
        changed = bytearray(good)
        changed[at_byte] ^= 1
        record.write_bytes(changed)
        with pytest.raises(NotGenuine):
            verify(record)


def test_a_space_more_or_a_byte_less_is_refused(record: Path) -> None:
    good = record.read_text()
    for changed in (
        good + " ",
        good[:-1],
        good.replace('": ', '":', 1),
        "",
        "[]",
        "{}",
        "[" * 999,
    ):
        record.write_text(changed)
        with pytest.raises(NotGenuine):
            verify(record)


def test_a_record_of_another_station_is_refused_until_its_key_is_added(
    record: Path, at: AtStation
) -> None:
    key = keys.station_key().public
    public = keys.public_file(key.id)
    at("two")
    assert key.id in refused(record) and "not believed" in refused(record)
    assert keys.add(public) == key
    assert verify(record).holder == key.holder


def test_a_file_that_is_no_key_is_not_added(record: Path, at: AtStation) -> None:
    at("two")
    with pytest.raises(StationError):
        keys.add(record)
    assert keys.believed_keys() == {}


def test_a_revoked_key_says_since_when_and_why(record: Path, at: AtStation) -> None:
    key = keys.station_key().public
    public = keys.public_file(key.id)
    handed_out = keys.revoke(key.id, date(2026, 11, 20), "the laptop was stolen")
    for needed in (key.id, "2026-11-20", "the laptop was stolen"):
        assert needed in refused(record)
    with pytest.raises(StationError, match="2026-11-20"):
        keys.signing_key()
    keys.new_station_key("Nour")
    assert keys.signing_key().holder == "Nour"
    at("two")
    keys.add(public)
    assert verify(record)
    keys.add(handed_out)
    assert "2026-11-20" in refused(record)


def test_a_list_of_a_stranger_revokes_nothing(record: Path, at: AtStation) -> None:
    key = keys.station_key().public
    public = keys.public_file(key.id)
    at("stranger")
    keys.add(public)
    forged = keys.revoke(key.id, date(2026, 1, 1), "because")
    at("one")
    with pytest.raises(NotGenuine):
        keys.add(forged)
    assert verify(record)


def test_the_private_key_is_for_its_owner_only(record: Path) -> None:
    file = keys.keys_folder() / "station.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.chmod(0o640)
    with pytest.raises(StationError, match="other accounts may read"):
        keys.station_key()
    private = file.read_text().split('"private": "')[1][:64]
    assert private not in keys.public_file(verify(record).key).read_text()
