"""Generators that feed each other, and exceptions that end them."""


class Stop(Exception):
    pass


def source(n):
    for i in range(n):
        yield i


def smooth(values, size):
    window = []
    for v in values:
        window.append(v)
        if len(window) > size:
            window.pop(0)
        yield sum(window) // len(window)


def limited(values, most):
    for v in values:
        if v > most:
            raise Stop(v)
        yield v


def run():
    total = 0
    for most in (20, 40, 60):
        try:
            for v in limited(smooth(source(100), 4), most):
                total += v
        except Stop as stop:
            total -= stop.args[0]
    return total
