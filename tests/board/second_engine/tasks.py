# slack: 1100 us, as asyncio counts in milliseconds
import asyncio
from machine import Pin
async def blink(pin, ms, times):
    pin = Pin(pin, Pin.OUT, value=0)
    for _ in range(times):
        pin.toggle()
        await asyncio.sleep_ms(ms)
async def main():
    await asyncio.gather(blink(2, 4, 6), blink(3, 7, 4))
asyncio.run(main())
