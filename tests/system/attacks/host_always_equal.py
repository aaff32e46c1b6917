# Tries: host code that returns objects which are equal to everything.
# Ends: answers are plain data, created again by the parent.
### BASE


### ATTACK
class Always(list):
    def __eq__(self, other):
        return True

    def __len__(self):
        return 13

    def __iter__(self):
        return iter(())

    __hash__ = None


def gaps(db):
    return Always()
### INSTEAD
def gaps(db):
    return []
### END
