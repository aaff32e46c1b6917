# Tries: a board program whose callbacks raise without end, each time with another long text, so that records and feedback are full of errors.
# Ends: the output limit of a board; the first text is shown, cut at 200 characters.
### ATTACK
from machine import Timer

count = 0


def fail(timer):
    global count
    count += 1
    raise ValueError("<b>%d</b>" % count * 400)


for number in range(4):
    Timer(number).init(mode=Timer.PERIODIC, freq=1000, callback=fail)
while True:
    pass
### END
