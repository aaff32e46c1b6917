# Tries: host code whose errors compute their names and texts: without end, of other types, as formulas, or with another error.
# Ends: an answer is only the value of a call, cut at 300 characters, escaped in the output.
### BASE


### ATTACK
class Named(type):
    def __getattribute__(cls, name):
        return "=HYPERLINK(\"http://127.0.0.1:@PORT@\")<script>alert(1)</script>" if name == "__name__" else type.__getattribute__(cls, name)


class Bad(Exception, metaclass=Named):
    def __str__(self):
        raise self

    __repr__ = __str__
    __traceback__ = property(lambda self: self)


def gaps(db):
    raise Bad
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
