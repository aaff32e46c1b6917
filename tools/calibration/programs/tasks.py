"""Three asyncio tasks: a producer, a consumer and a watcher."""

import asyncio


async def produce(queue, n):
    for i in range(n):
        queue.append(i)
        await asyncio.sleep_ms(1)


async def consume(queue, n, got):
    while len(got) < n:
        while queue:
            got.append(queue.pop(0) * 2)
        await asyncio.sleep_ms(2)


async def watch(got, event, n):
    while len(got) < n:
        await asyncio.sleep_ms(3)
    event.set()


async def main():
    queue, got, event = [], [], asyncio.Event()
    tasks = [produce(queue, 10), consume(queue, 10, got), watch(got, event, 10)]
    tasks = [asyncio.create_task(t) for t in tasks]
    await event.wait()
    await asyncio.gather(*tasks)


def run():
    asyncio.run(main())
