"""`os.dupterm`: a second terminal, on both chips."""

import pytest

from tests.support.bare_bench import BareBench

PROMPT = b">>> "
MIRROR = """
import io, os
class Mirror(io.IOBase):
    heard = b""
    typed = b""
    def write(self, data):
        self.heard += data
        return len(data)
    def readinto(self, buffer):
        if not self.typed:
            return None
        buffer[0] = self.typed[0]
        self.typed = self.typed[1:]
        return 1
mirror = Mirror()
os.dupterm(mirror)
print("both")
os.dupterm(None)
print("line only")
print(mirror.heard)
"""


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_output_goes_to_both_terminals(family: str) -> None:
    with BareBench(family) as bare:
        printed, error = bare.raw(MIRROR)
    assert not error
    assert printed == "both\nline only\nb'both\\r\\n'\n"


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_input_from_the_second_terminal_reaches_the_prompt(family: str) -> None:
    with BareBench(family) as bare:
        bare.raw(MIRROR + "mirror.typed = b'\\x02print(6*7)\\r'\nos.dupterm(mirror)")
        assert b">>> print(6*7)" in bare.until(b"42\r\n")
