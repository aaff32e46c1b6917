# Tries: a board program that resets its board endlessly.
# Ends: the wall limit, the trace limit.
### ATTACK
import machine

machine.reset()
### END
