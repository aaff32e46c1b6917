# Tries: a board program that resets its board for ever.
# Ends: the wall limit, the trace limit.
### ATTACK
import machine

machine.reset()
### END
