# Tries: a board program that compares lists nested without end: C code overruns its stack, so that the board ends like one that this machine has killed.
# Ends: a stack overrun is a panic of the board; its episode is played once more, ends in the same way, and is judged.
### ATTACK
deep = []
for _ in range(1900):
    deep = [deep]
print(deep == [deep])
### END
