"""Two dice that a knob throws: none, one, or both; equal numbers win."""

import random
import time

from lcd import Lcd
from machine import ADC, I2C, Pin

BARS = {1: "BC", 2: "ABGED", 3: "ABGCD", 4: "FGBC", 5: "AFGCD", 6: "AFGECD"}
dice = [{bar: Pin(first + at, Pin.OUT) for at, bar in enumerate("ABCDEFG")} for first in (0, 7)]
lcd = Lcd(I2C(0, sda=Pin(20), scl=Pin(21), freq=400_000))
knob = ADC(26)


def throw(die):
    number = random.randint(1, 6)
    for bar, pin in die.items():
        pin(bar in BARS[number])
    return number


while True:
    turned = knob.read_u16() / 65535
    if turned <= 1 / 3:
        lcd.line(0, "Roll the dice")
        lcd.line(1, "")
        print("waiting")
    elif turned <= 2 / 3:
        first = throw(dice[0])
        lcd.line(0, f"Dice 1: {first}")
        lcd.line(1, "Roll dice 2!")
        print("one die:", first)
    else:
        first, second = throw(dice[0]), throw(dice[1])
        lcd.line(0, f"Dice: {first} and {second}")
        lcd.line(1, "You won!" if first == second else "Try again!")
        print("two dice:", first, second)
        if first == second:
            print("won with", first, second)
            break
    time.sleep(1)
