# The cell of the "predict" question, as it runs on the board.
import sys

print(sys.implementation.name, sys.platform)
