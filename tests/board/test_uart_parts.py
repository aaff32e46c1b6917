"""Parts at a UART: the GPS receiver."""

from tests.support.parts_bench import Parts, lines
from tests.support.rig import Hand

GPS: Parts = {"g": ("warsha-gps-neo6m", {})}
WIRES = ["g:VCC b:3V3", "g:GND b:GND.1", "g:TX b:16", "g:RX b:17"]
READER = """
from machine import UART
import time
uart = UART(2, baudrate={baud}, tx=17, rx=16, timeout=300)
def good(line):
    body, _, checksum = line[1:].partition('*')
    total = 0
    for char in body:
        total ^= ord(char)
    return total == int(checksum[:2], 16)
while True:
    line = uart.readline()
    if line is None:
        time.sleep_ms(10)
        continue
    try:
        text = line.decode().strip()
    except UnicodeError:
        print('noise')
        continue
    print(good(text), text)
"""
NOISE = """
from machine import UART
import time
uart = UART(2, baudrate=115200, tx=17, rx=16)
time.sleep(1.5)
data = uart.read()
print(len(data), b'GPRMC' in data)
"""
FIX = "3002.66400,N,03114.14200,E"


def test_a_receiver_reports_its_place_each_second() -> None:
    hands = [
        Hand(1500, "g", "speed", 72),
        Hand(1500, "g", "course", 45),
        Hand(2500, "g", "latitude", -33.9),
        Hand(2500, "g", "longitude", -18.42),
        Hand(3500, "g", "satellites", 2),
        Hand(4500, "g", "bad_checksum", 1),
    ]
    got = lines(GPS, WIRES, READER.format(baud=9600), hands=hands, until_ms=6400)
    seconds = [got[n : n + 5] for n in range(0, 25, 5)]
    assert len(got) >= 30
    assert seconds[0] == [
        f"True $GPRMC,000001.00,A,{FIX},0.000,0.00,010126,,,A*" + seconds[0][0][-2:],
        "True $GPVTG,0.00,T,,M,0.000,N,0.000,K,A*3D",
        f"True $GPGGA,000001.00,{FIX},1,08,1.01,23.0,M,15.4,M,,*" + seconds[0][2][-2:],
        "True $GPGSA,A,3,01,02,03,04,05,06,07,08,,,,,1.01,1.01,1.01*" + seconds[0][3][-2:],
        f"True $GPGLL,{FIX},000001.00,A,A*" + seconds[0][4][-2:],
    ]
    assert ",38.877,45.00,010126" in seconds[1][0]
    assert "3354.00000,S,01825.20000,W" in seconds[2][4]
    assert seconds[3][0].startswith("True $GPRMC,000004.00,V,,,,,,,010126,,,N*")
    assert all(line.startswith("False $GP") for line in seconds[4])


def test_with_another_baud_rate_there_is_noise() -> None:
    count, found = lines(GPS, WIRES, NOISE)[0].split()
    assert int(count) > 100 and found == "False"


def test_without_power_it_is_silent() -> None:
    wires = ["g:GND b:GND.1", "g:TX b:16", "g:RX b:17"]
    assert lines(GPS, wires, READER.format(baud=9600), until_ms=2500) == []


def test_a_silent_receiver() -> None:
    hands = [Hand(500, "g", "silent", 1)]
    assert lines(GPS, WIRES, READER.format(baud=9600), hands=hands, until_ms=2500) == []
