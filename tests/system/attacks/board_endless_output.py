# Tries: a board program that prints without end.
# Ends: the output limit of a board.
### ATTACK
while True:
    print("x" * 200)
### END
