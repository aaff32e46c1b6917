"""The `esp32` module: NVS, the partition table, the heap."""

from pathlib import Path

from hardware import boards
from hardware.bench.bench import Bench
from hardware.bench.flash import Flash
from tests.support.rig import play, printed_lines, rig

HEAD = "import esp32, machine, time\nfrom esp32 import NVS, Partition\n"


def lines(program: str) -> list[str]:
    """The lines that the program printed."""
    return printed_lines(play("esp32", HEAD + program, 3000))


def test_named_values_are_kept_by_kind_and_namespace() -> None:
    program = """
a, b = NVS("a"), NVS("b")
a.set_i32("n", -5); b.set_i32("n", 7); a.set_blob("data", b"xyz")
buffer = bytearray(8)
print(a.get_i32("n"), b.get_i32("n"), a.get_blob("data", buffer), buffer[:3])
a.set_i32("n", 1 << 30); a.commit()
print(a.get_i32("n"))
a.erase_key("n")
def tried(fn):
    try:
        fn()
    except OSError as error:
        print(*error.args)
tried(lambda: a.get_i32("n"))
tried(lambda: a.erase_key("n"))
tried(lambda: a.get_blob("data", bytearray(2)))
tried(lambda: NVS("a name that is too long"))
tried(lambda: a.set_blob("huge", bytes(30000)))
print(b.get_i32("n"), a)
"""
    assert lines(program) == [
        "-5 7 3 bytearray(b'xyz')",
        "1073741824",
        "-4354 ESP_ERR_NVS_NOT_FOUND",
        "-4354 ESP_ERR_NVS_NOT_FOUND",
        "-4364 ESP_ERR_NVS_INVALID_LENGTH",
        "-4361 ESP_ERR_NVS_KEY_TOO_LONG",
        "-4357 ESP_ERR_NVS_NOT_ENOUGH_SPACE",
        "7 <NVS namespace>",
    ]


def test_named_values_outlive_resets_and_power(tmp_path: Path) -> None:
    program = (
        HEAD
        + """
nvs = NVS("boots")
try:
    n = nvs.get_i32("n")
except OSError:
    n = 0
nvs.set_i32("n", n + 1)
print("boot", n)
if n == 0:
    machine.reset()
"""
    )
    image = tmp_path / "flash.bin"
    texts = []
    for _ in range(2):
        circuit = rig("esp32")
        with Flash(circuit.board, image) as flash:
            flash.put({"main.py": program.encode()})
            with Bench(circuit, flash=flash) as bench:
                bench.run(2_000_000_000)
                texts += [line for line in printed_lines(bench.trace) if line.startswith("boot")]
    assert texts == ["boot 0", "boot 1", "boot 2"]
    board = boards.load("esp32_devkit_c_v4")
    assert image.stat().st_size == board.storage_bytes + board.nvs_bytes


def test_the_table_of_partitions() -> None:
    program = """
print(Partition(Partition.RUNNING).info())
print([part.info()[4] for part in Partition.find(Partition.TYPE_DATA)])
files = Partition("vfs")
print(files, files.ioctl(4, 0), files.ioctl(5, 0))
head = bytearray(16)
files.readblocks(0, head)
print(head[8:16])
for wrong in (lambda: Partition("none"), lambda: Partition("phy_init").readblocks(0, head),
              lambda: files.readblocks(512, head), lambda: Partition("factory").get_next_update(),
              lambda: Partition("vfs", 0).ioctl(4, 0), files.set_boot):
    try:
        wrong()
    except (OSError, NotImplementedError, ZeroDivisionError) as error:
        print(type(error).__name__, error)
"""
    table = "type=1, subtype=129, address=2097152, size=2097152, label=vfs, encrypted=0"
    assert lines(program) == [
        "(0, 0, 65536, 2031616, 'factory', False)",
        "['nvs', 'phy_init', 'vfs']",
        f"<Partition {table}> 512 4096",
        "bytearray(b'littlefs')",
        "OSError [Errno 2] ENOENT",
        "NotImplementedError not simulated: the content of partition phy_init in blocks of 4096",
        "OSError [Errno 22] EINVAL",
        "OSError [Errno 2] ENOENT",
        "ZeroDivisionError ",
        "OSError (-5379, 'ESP_ERR_OTA_VALIDATE_FAILED')",
    ]


def test_the_settings_can_be_read_and_erased_as_a_partition() -> None:
    program = """
NVS("wifi").set_blob("password", b"s3cret")
settings, block = Partition("nvs"), bytearray(4096)
settings.readblocks(0, block)
print(b"s3cret" in block, settings.ioctl(4, 0))
for number in range(settings.ioctl(4, 0)):
    settings.ioctl(6, number)
settings.readblocks(0, block)
print(block == b"\\xff" * 4096)
Partition("vfs").readblocks(0, block)
print(b"littlefs" in block)
try:
    settings.readblocks(6, block)
except OSError as error:
    print(error)
"""
    assert lines(program) == ["True 6", "True", "True", "[Errno 22] EINVAL"]


def test_the_heap_that_python_grows_into() -> None:
    program = """
((total, free, largest, least),) = esp32.idf_heap_info(esp32.HEAP_DATA)
print(total, free, largest, least)
kept = [bytearray(1000) for _ in range(80)]
((total, free, largest, least),) = esp32.idf_heap_info(esp32.HEAP_DATA)
print(free == largest == least, total - free > 50000)
"""
    assert lines(program) == ["110592 110592 110592 110592", "True True"]


def test_the_module_esp_reads_writes_and_erases_the_flash() -> None:
    program = """
import esp
esp.osdebug(None); esp.osdebug(0, esp.LOG_INFO)
print(esp.flash_size() >> 20, hex(esp.flash_user_start()), esp.LOG_VERBOSE)
at, data = esp.flash_size() - 4096, bytearray(300)
esp.flash_erase(at // 4096)
esp.flash_write(at + 10, bytes(range(250)) + bytes(20))
esp.flash_write(at + 10, b"\\xf0\\xf1\\x0f")
esp.flash_read(at, data)
print(data[:16], data[259:262], data[280:282])
esp.flash_read(0x200000, data)
print(data[8:16])
NVS("a").set_i32("n", 5)
esp.flash_read(0x9000, data)
print(data[0] != 255)
def tried(fn, *args):
    try:
        fn(*args)
    except (OSError, NotImplementedError) as error:
        print(type(error).__name__, *error.args)
tried(esp.flash_read, 0x400000 - 100, data)
tried(esp.flash_read, -1, data)
tried(esp.flash_erase, 1024)
tried(esp.flash_erase, 1 << 19)
tried(esp.flash_read, 0x8000, data)
tried(esp.gpio_matrix_in, 1, 2, 3)
import esp as again
print(again is esp, esp.__name__)
"""
    part = "not simulated: the flash outside of the partitions vfs and nvs"
    assert lines(program) == [
        "4 0x200000 5",
        r"bytearray(b'\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x01\x02\x03\x04\x05')"
        r" bytearray(b'\xf9\x00\x00') bytearray(b'\xff\xff')",
        "bytearray(b'littlefs')",
        "True",
        *["OSError 5"] * 4,
        f"NotImplementedError {part}",
        "NotImplementedError not simulated: esp.gpio_matrix_in, esp.gpio_matrix_out",
        "True esp",
    ]


def test_the_esp32_has_no_way_into_its_loader() -> None:
    """As on the chip: only the S2, S3 and C3 have `machine.bootloader()`."""
    assert lines("print(hasattr(machine, 'bootloader'))") == ["False"]


def test_the_module_esp_is_only_on_the_esp32() -> None:
    program = "try:\n    import esp\nexcept ImportError as error:\n    print(error)"
    assert printed_lines(play("rp2", program, 500)) == ["no module named 'esp'"]
