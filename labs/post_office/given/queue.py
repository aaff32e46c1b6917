# A queue between tasks: one task puts items in, another waits for them.
from asyncio import Event


class Queue:
    def __init__(self):
        self._items = []
        self._filled = Event()

    def put(self, item):
        self._items.append(item)
        self._filled.set()

    async def get(self):
        while not self._items:
            self._filled.clear()
            await self._filled.wait()
        return self._items.pop(0)

    def clear(self):
        self._items.clear()
