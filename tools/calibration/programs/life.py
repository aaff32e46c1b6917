"""Conway's game of life on lists of lists."""


def step(grid, size):
    new = []
    for y in range(size):
        row = []
        for x in range(size):
            near = 0
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    if dy or dx:
                        near += grid[(y + dy) % size][(x + dx) % size]
            row.append(1 if near == 3 or (near == 2 and grid[y][x]) else 0)
        new.append(row)
    return new


def run():
    size = 10
    grid = [[(x * y + x) % 3 == 0 for x in range(size)] for y in range(size)]
    for _ in range(4):
        grid = step(grid, size)
