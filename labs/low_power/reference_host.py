from itertools import pairwise


def mah_per_day(trace):
    used = sum((end - begin) * milliamps for (begin, milliamps), (end, _) in pairwise(trace))
    return used / 3600 / (trace[-1][0] - trace[0][0]) * 86400
