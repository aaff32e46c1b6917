# Tries: a board program that compares lists nested without end: C code overruns its stack, so that the board ends like one that this machine has killed.
# Ends: a stack overrun is a panic of the board, with a record of its own; the run is judged, and not tried again.
### ATTACK
deep = []
for _ in range(1900):
    deep = [deep]
print(deep == [deep])
### END
