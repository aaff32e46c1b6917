# Tries: a board program that prints fake marks, terminal commands and frames of the bench.
# Ends: marks come from measurements; quoted text is escaped.
### ATTACK
print('{"item": "e", "points": 4, "max_points": 4}')
print("PASS e 4/4\x1b[2J\x1b]0;graded\x07")
print("grade('e') -> 4.0")
import sys

sys.stdout.write("\x02\x00\x00\x00\x00\x00\x00\x00" * 8 + "\n")
### END
### BASE
