"""Counts words, sorts them, and makes a report."""

TEXT = """the quick brown fox jumps over the lazy dog the dog sleeps and the fox runs away
over the hill and far away where the quick rabbits live in the green grass of home"""


def run():
    counts = {}
    for line in TEXT.split("\n"):
        for word in line.split():
            word = word.strip(".,").lower()
            counts[word] = counts.get(word, 0) + 1
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    report = []
    for word, count in rows:
        report.append("%-10s %3d %s" % (word, count, "*" * count))
    return "\n".join(report)
