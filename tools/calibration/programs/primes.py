"""The sieve, on a bytearray, and trial division."""


def sieve(n):
    marks = bytearray(b"\x01" * (n + 1))
    for i in range(2, int(n**0.5) + 1):
        if marks[i]:
            for k in range(i * i, n + 1, i):
                marks[k] = 0
    return [i for i in range(2, n + 1) if marks[i]]


def run():
    found = sieve(1000)
    by_hand = [n for n in range(2, 300) if all(n % d for d in range(2, n) if d * d <= n)]
    assert found[: len(by_hand)] == by_hand
