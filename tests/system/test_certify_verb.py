"""`warsha certify` and `warsha keys` as a technician uses them."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from hardware.paths import ROOT
from station.inventory.codes import mac_of


def warsha(
    place: Path, *words: str, language: str = "en", **more: str
) -> subprocess.CompletedProcess[str]:
    """The command, with keys and an inventory of its own."""
    environment = os.environ | {
        "XDG_DATA_HOME": str(place / "data"),
        "WARSHA_INVENTORY": str(place / "inventory.db"),
        "WARSHA_LANG": language,
        **more,
    }
    return subprocess.run(
        [str(Path(sys.executable).with_name("warsha")), *words],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_boards_are_tested_side_by_side_signed_labelled_and_verified(tmp_path: Path) -> None:
    """One board is good, one has a short circuit, and one is not there."""
    jig = json.loads((ROOT / "docs/reference/jigs/pi_pico.json").read_text())
    jig["connections"].append(["board:GP2", "board:GP3", "", []])
    (tmp_path / "short.json").write_text(json.dumps(jig))
    ports = [f"bench:{ROOT}/docs/reference/jigs/pi_pico.json", "bench:short.json", "/dev/nothing"]
    words = [word for port in ports for word in ("--port", port)]
    done = warsha(tmp_path, "certify", "--jig", *words, "--label", "label.png")
    assert done.returncode == 3, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line[:6] for line in lines if line and line[0] in "✓✗!"] == [
        "✓ PASS",
        "✗ FAIL",
        "! NOT ",
    ]
    at = lines.index("    GPIO 2 is shorted to GPIO 3")
    assert "solder" in lines[at + 1]
    assert "    There is no board at /dev/nothing." in lines
    records = sorted((tmp_path / "certificates").glob("*.json"))
    verdicts = [json.loads(file.read_text())["content"]["verdict"] for file in records]
    assert sorted(verdicts) == ["FAIL", "PASS"]  # both virtual boards have the same MAC
    proved = warsha(tmp_path, "certify", "--verify", str(records[0]))
    assert proved.returncode == 0 and "signed by" in proved.stdout
    for picture in tmp_path.glob("label-*.png"):
        with Image.open(picture) as label:
            (code,) = zxingcpp.read_barcodes(label.convert("L"))
        assert str(mac_of(code.text)) in done.stdout
    listed = warsha(tmp_path, "boards", "list", "--json")
    assert str(mac_of(code.text)) in listed.stdout


def test_a_fault_that_is_told_in_arabic_is_in_the_inventory(tmp_path: Path) -> None:
    jig = json.loads((ROOT / "docs/reference/jigs/pi_pico.json").read_text())
    jig["connections"].append(["board:GP2", "board:GP3", "", []])
    (tmp_path / "short.json").write_text(json.dumps(jig))
    done = warsha(tmp_path, "certify", "--jig", "--port", "bench:short.json", language="ar")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "معيبة \u2068bench:short.json\u2069، \u2068" in done.stdout  # each with its direction
    (board,) = json.loads(warsha(tmp_path, "boards", "list", "--json").stdout)
    assert board["state"] == "faulty", done.stdout
    warsha(tmp_path, "certify", "--jig", "--port", "bench:short.json")  # told in English now
    assert json.loads(warsha(tmp_path, "boards", "list", "--json").stdout) == [board]
    assert len(board["faults"]) == 1
    record, _in_english = sorted((tmp_path / "certificates").glob("*.json"))
    proved = warsha(tmp_path, "certify", "--verify", str(record), language="ar")
    assert "معيبة" in proved.stdout and "FAIL" not in proved.stdout


def test_a_board_that_passes_with_an_open_fault_is_still_faulty(tmp_path: Path) -> None:
    words = ("certify", "--port", "bench:pi_pico")
    assert "still faulty" not in warsha(tmp_path, *words).stdout
    (board,) = json.loads(warsha(tmp_path, "boards", "list", "--json").stdout)
    warsha(tmp_path, "boards", "add", board["mac"], "--tag", "W-1")
    warsha(tmp_path, "boards", "fault", "W-1", "the socket is loose")
    done = warsha(tmp_path, *words)
    assert done.returncode == 0 and done.stdout.startswith("✓ PASS")
    assert done.stdout.splitlines()[1:] == [
        "    W-1 is still faulty in the inventory: the socket is loose",
        "    If that is mended: warsha boards mend W-1",
    ]
    assert "ما زالت" in warsha(tmp_path, *words, language="ar").stdout
    assert warsha(tmp_path, "boards", "mend", "W-1").returncode == 0
    assert "still faulty" not in warsha(tmp_path, *words).stdout


@pytest.mark.parametrize(
    ("language", "with_jig", "without"),
    [
        ("en", "Is the board in its jig?", "Is it in a jig? Then use --jig."),
        ("ar", "هل اللوحة في قاعدة الاختبار؟", "هل هي في قاعدة اختبار؟"),
    ],
)
def test_a_jig_that_is_absent_or_forgotten_is_asked_for(
    tmp_path: Path, language: str, with_jig: str, without: str
) -> None:
    in_jig = f"bench:{ROOT}/docs/reference/jigs/pi_pico.json"
    short = "is shorted to" if language == "en" else "يوجد قصر"
    for words, question in (
        (("--jig", "--port", "bench:pi_pico"), with_jig),
        (("--port", in_jig), without),
    ):
        done = warsha(tmp_path, "certify", *words, language=language)
        assert done.returncode == 4 and question in done.stdout.splitlines()[1]
        assert short not in done.stdout
    (board,) = json.loads(warsha(tmp_path, "boards", "list", "--json").stdout)
    assert board["state"] == "new" and board["faults"] == []
    records = [*(tmp_path / "certificates").glob("*.json")]
    assert len(records) == 2
    for record in records:
        proved = warsha(tmp_path, "certify", "--verify", str(record))
        assert proved.returncode == 0 and ": NOT TESTED;" in proved.stdout


def test_a_changed_record_and_one_of_a_revoked_key_are_refused(tmp_path: Path) -> None:
    done = warsha(tmp_path, "certify", "--port", "bench:pi_pico", "--out", "kept", language="ar")
    assert done.returncode == 0 and "سليمة" in done.stdout, done.stdout + done.stderr
    (record,) = (tmp_path / "kept").glob("*.json")
    changed = tmp_path / "changed.json"
    changed.write_text(record.read_text().replace('"verdict": "PASS"', '"verdict": "FAIL"', 1))
    refused = warsha(tmp_path, "certify", "--verify", "changed.json")
    assert refused.returncode == 1
    assert "changed.json: this file was changed" in refused.stderr
    key = warsha(tmp_path, "keys", "show").stdout.split()[0]
    words = ("--since", "2026-11-01", "--why", "it was lost")
    assert warsha(tmp_path, "keys", "revoke", key, *words).returncode == 0
    refused = warsha(tmp_path, "certify", "--verify", str(record))
    assert refused.returncode == 1
    assert "is revoked since 2026-11-01" in refused.stderr and "it was lost" in refused.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "there is no board to test"),
        (["--port", "bench:esp32", "--label", "label.doc"], "labels are .png, .pdf or .zpl"),
        (["--port", "bench:esp32", "--label", "no/label.pdf"], "no: there is no such folder"),
        (["--port", "bench:esp32", "--out", "file"], "file: something with this name is there"),
        (["--verify", "nothing.json"], "nothing.json: there is no such file"),
    ],
)
def test_wrong_use_is_one_line_and_a_cure(tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "file").touch()
    done = warsha(tmp_path, "certify", *words)
    assert done.returncode == 1 and message in done.stderr and not done.stdout
    assert len(done.stderr.splitlines()) == 2


def test_a_port_that_is_named_twice_is_one_board(tmp_path: Path) -> None:
    words = ("--port", "bench:pi_pico")
    done = warsha(tmp_path, "certify", *words, *words)
    assert done.returncode == 0 and done.stdout.count("PASS") == 1


def test_a_terminal_that_cannot_write_a_character_gets_its_code(tmp_path: Path) -> None:
    done = warsha(tmp_path, "certify", "--port", "bench:pi_pico", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and done.stdout.startswith("\\u2713 PASS")


def test_a_full_disk_is_one_line_and_leaves_no_empty_key(tmp_path: Path) -> None:
    """A limit of the size of files is an error like that of a full disk."""
    place = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, place[1]))
    try:
        done = warsha(tmp_path, "keys", "new", "--holder", "Nour")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, place)
    assert done.returncode == 1
    assert done.stderr.startswith("the disk is full: ") and "station.json" in done.stderr
    shown = warsha(tmp_path, "keys", "show")
    assert shown.returncode == 0 and "(this station: " in shown.stdout


def test_a_key_needs_a_holder(tmp_path: Path) -> None:
    done = warsha(tmp_path, "keys", "new", "--holder", " ")
    assert done.returncode == 1 and done.stderr.startswith("the key has no holder")


def test_a_board_that_cannot_be_tested_is_not_one_that_failed(tmp_path: Path) -> None:
    done = warsha(tmp_path, "certify", "--port", "bench:esp32")
    assert done.returncode == 4
    assert "may be several board types" in done.stdout and "esp32_devkit_v1" in done.stdout
    assert not list((tmp_path / "certificates").iterdir())
