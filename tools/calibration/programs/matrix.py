"""Products and an inverse of matrices of floats."""


def product(a, b):
    return [[sum(x * y for x, y in zip(row, col)) for col in zip(*b)] for row in a]


def inverse(m):
    n = len(m)
    rows = [list(row) + [1.0 if i == k else 0.0 for k in range(n)] for i, row in enumerate(m)]
    for i in range(n):
        pivot = rows[i][i]
        rows[i] = [v / pivot for v in rows[i]]
        for k in range(n):
            if k != i:
                factor = rows[k][i]
                rows[k] = [v - factor * w for v, w in zip(rows[k], rows[i])]
    return [row[n:] for row in rows]


def run():
    m = [[1.0 / (i + k + 1) + (i == k) for k in range(5)] for i in range(5)]
    return product(m, inverse(m))
