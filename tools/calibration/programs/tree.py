"""A binary tree of lists that grows, is searched and thrown away, until memory is collected."""


def insert(tree, key):
    if tree is None:
        return [key, None, None]
    if key < tree[0]:
        tree[1] = insert(tree[1], key)
    elif key > tree[0]:
        tree[2] = insert(tree[2], key)
    return tree


def depth(tree):
    return 0 if tree is None else 1 + max(depth(tree[1]), depth(tree[2]))


def run():
    total = 0
    for seed in range(3):
        tree, n = None, seed + 7
        for _ in range(60):
            n = (n * 1103515245 + 12345) & 0x3FFFFFFF
            tree = insert(tree, n % 1000)
        total += depth(tree)
    return total
