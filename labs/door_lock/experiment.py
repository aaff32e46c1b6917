# The cell after the "predict" question: a task that works without `await`.
import asyncio
import time


async def beat():
    for number in range(10):
        print("beat", number)
        await asyncio.sleep_ms(200)


async def job():
    await asyncio.sleep_ms(600)
    print("job begins")
    time.sleep_ms(1000)
    print("job ends")


async def both():
    await asyncio.gather(beat(), job())


asyncio.run(both())
