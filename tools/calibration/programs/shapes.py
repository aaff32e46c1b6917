"""Classes that inherit, properties, operators of their own."""

from math import pi, sqrt


class Vector:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    @property
    def length(self):
        return sqrt(self.x * self.x + self.y * self.y)


class Shape:
    def __init__(self, at):
        self.at = at

    def move(self, by):
        self.at = self.at + by
        return self

    def area(self):
        return 0


class Circle(Shape):
    def __init__(self, at, r):
        super().__init__(at)
        self.r = r

    def area(self):
        return pi * self.r**2


class Box(Shape):
    def __init__(self, at, w, h):
        super().__init__(at)
        self.w, self.h = w, h

    def area(self):
        return self.w * self.h


def run():
    total = 0.0
    shapes = [Circle(Vector(1, 2), 3), Box(Vector(0, 0), 2, 5)]
    for n in range(20):
        for shape in shapes:
            shape.move(Vector(1, n) * 0.5)
            total += shape.area() + shape.at.length
    return total
