"""A safe with a code that the user chooses: it keeps a hash, and asks slower after wrong codes."""

import binascii
import hashlib
import time

from lcd import Lcd
from machine import I2C, PWM, Pin

FILE = "code.txt"
KEYS = ("123A", "456B", "789C", "*0#D")
LENGTH, TRIES, WAIT_S = 6, 3, 30
rows = [Pin(number, Pin.OUT, value=0) for number in (9, 8, 7, 6)]
columns = [Pin(number, Pin.IN, Pin.PULL_DOWN) for number in (5, 4, 3, 2)]
lcd = Lcd(I2C(0, sda=Pin(0), scl=Pin(1), freq=400_000))
bolt = PWM(Pin(17), freq=50)
denied = Pin(15, Pin.OUT, value=0)


def say(first, second=""):
    lcd.line(0, first)
    lcd.line(1, second)
    print(first, second)


def pressed():
    """The key that is down now, or None."""
    found = None
    for down, row in enumerate(rows):
        row(1)
        for across, column in enumerate(columns):
            if column():
                found = KEYS[down][across]
        row(0)
    return found


def ask(title):
    """Six keys, each when it is let go."""
    say(title)
    code = ""
    while len(code) < LENGTH:
        key = pressed()
        if key:
            code += key
            lcd.line(1, "[" + "*" * len(code) + "_" * (LENGTH - len(code)) + "]")
            while pressed():
                time.sleep_ms(10)
        time.sleep_ms(20)
    return binascii.hexlify(hashlib.sha256(code.encode()).digest()).decode()


def turn(angle):
    bolt.duty_ns(500_000 + angle * 2_000_000 // 180)


def known():
    try:
        with open(FILE) as file:
            return file.read()
    except OSError:
        return ""


turn(0)
if not known():
    told = ask("Set a code")
    with open(FILE, "w") as file:
        file.write(told)
    say("Code saved")
    print("kept as", known())
locked, wrong = True, 0
while True:
    if ask("Enter the code") == known():
        locked, wrong = not locked, 0
        turn(0 if locked else 90)
        say("Locked" if locked else "Unlocked")
        time.sleep(1)
    else:
        wrong += 1
        say("Access denied")
        denied(1)
        time.sleep_ms(500)
        denied(0)
        if wrong % TRIES == 0:
            seconds = WAIT_S << wrong // TRIES - 1
            say("Too many tries", f"Wait {seconds} s")
            time.sleep(seconds)
