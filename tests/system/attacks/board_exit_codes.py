# Tries: a board program that ends itself with every code and kind of exit, so that the board looks like one that failed to start.
# Ends: an exit of a program restarts the program on the same board; the CPU and trace limits.
### ATTACK
import sys


class Odd(SystemExit):
    def __str__(self):
        raise self


def main():
    try:
        sys.exit(2)
    except SystemExit:
        try:
            raise SystemExit(137)
        finally:
            raise Odd(-9)


main()
### END
