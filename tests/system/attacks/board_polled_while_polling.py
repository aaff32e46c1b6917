# Tries: a board program whose ioctl() polls the objects that are being polled: more of them are ready than were counted, and their list would be written beyond its end.
# Ends: a list of what is ready has room for all of it.
### ATTACK
import io
import select

polling = select.poll()


class Ready(io.IOBase):
    def __init__(self, again):
        self.again, self.count = again, 0

    def ioctl(self, request, argument):
        self.count += 1
        if self.again and self.count == 1:
            polling.poll(0)
            return 0
        return 1 if self.count > 1 else 0


walls = []
for again in [False] * 60 + [True]:
    polling.register(Ready(again))
    walls.append([0, 0, 0, 0])
ready = polling.poll(0)
walls.append([0, 0, 0, 0])
if any(wall != [0, 0, 0, 0] for wall in walls):
    print("writes outside of its list")
polling = ready = walls = None
### END
### BASE
