# Tries: a board program that asks the bench endlessly for the shortest wait, to delay all others.
# Ends: the CPU, wall and trace limits of its submission.
### ATTACK
print("READY L01")
import time
import select
import sys

poll = select.poll()
poll.register(sys.stdin, select.POLLIN)
while True:
    poll.poll(0)
    time.sleep_us(1)
### INSTEAD
print("READY L01")
while True:
    pass
### END
