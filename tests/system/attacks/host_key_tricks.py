# Tries: host code whose answer uses the marks of the grader's own format: keys that mean bytes, keys that become equal, an outcome inside an outcome.
# Ends: such keys are escaped with one more character; the shape of an answer is checked.
### BASE


### ATTACK
class Text(str):
    def startswith(self, *given):
        return False

    def __str__(self):
        return "$"


def gaps(db):
    return {Text("$"): "zz", "$$": b"\x00", "$": [0, [1, 2, 3]], "\ud800": float(1e308), "a" * 1000: {"$": "00" * 1000}}
### INSTEAD
def gaps(db):
    return {}
### END
