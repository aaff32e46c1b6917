# Misconception: the lights are the task; a show that always runs is right now and then.
import asyncio

from machine import Pin
from neopixel import NeoPixel
from pins import NEOPIXEL

pixels = NeoPixel(Pin(NEOPIXEL), 8)


async def heartbeat():
    lit = False
    while True:
        lit = not lit
        pixels[0] = (0, 0, 60) if lit else (0, 0, 0)
        pixels.write()
        await asyncio.sleep_ms(250)


async def show():
    step = 0
    while True:
        for n in range(1, 8):
            is_red = n == 1 + step % 7 or step % 20 < 8
            pixels[n] = (60, 0, 0) if is_red else (0, 0, 0)
        pixels.write()
        step += 1
        await asyncio.sleep_ms(125)


async def main():
    await asyncio.gather(heartbeat(), show())


print("READY L13")
asyncio.run(main())
