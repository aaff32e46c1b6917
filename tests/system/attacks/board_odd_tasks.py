# Tries: a board program that puts numbers, texts and tasks of other queues into the queues of asyncio: their words would be read and written as those of a task, at any odd address.
# Ends: the queues take tasks only, each in one place, and remove only what they hold.
### ATTACK
import asyncio.core as core
import gc

queue, other, task, last = core.TaskQueue(), core.TaskQueue(), core.Task(None), core.Task(None)
state = {"cur_task": task, "_task_queue": 7, "CancelledError": ValueError}
core.Task(None, state)
last.state = 0x20000100


def lost():
    other.push(core.Task(None), 1)
    other.push(last, 2)
    other.pop()


for use in (
    lambda: queue.push(0x20000100),
    lambda: queue.push("text"),
    lambda: queue.push(queue),
    lambda: queue.remove(0x20000100),
    lambda: core.Task(None, 0x20000100),
    lambda: next(last),
    lost,
    lambda: queue.remove(last),
    lambda: (queue.push(task), other.push(task)),
):
    try:
        use()
    except (TypeError, RuntimeError, KeyError):
        pass
queue = other = task = last = state = None
core = None
gc.collect()
### END
### BASE
