"""Factorials, a square root of 2 to 60 digits, and a small RSA."""


def root(n, digits):
    n *= 10 ** (2 * digits)
    x = 10**digits * 2
    while True:
        y = (x + n // x) // 2
        if y >= x:
            return x
        x = y


def run():
    f = 1
    for i in range(1, 60):
        f *= i
    text = str(f)
    two = str(root(2, 60))
    p, q, e = 1000003, 1000033, 65537
    c = pow(123456789, e, p * q)
    return text, two, c
