"""Topics of MQTT and who wants them (section 4.7 of the standard)."""


def is_filter(pattern: str) -> bool:
    """Whether a subscription may be made with this filter."""
    levels = pattern.split("/")
    plus = all(level == "+" for level in levels if "+" in level)
    hash_ = "#" not in pattern or (levels[-1] == "#" and pattern.count("#") == 1)
    return bool(pattern) and plus and hash_


def matches(pattern: str, topic: str) -> bool:
    """Whether a filter wants a topic. Wildcards at the start leave topics of `$` alone (4.7.2)."""
    if pattern == topic:
        return True
    if topic.startswith("$") and pattern[:1] in ("+", "#"):
        return False
    wanted, there = pattern.split("/"), topic.split("/")
    for at, level in enumerate(wanted):
        if level == "#":
            return True
        if at >= len(there) or (level != "+" and level != there[at]):
            return False
    return len(wanted) == len(there)
