# Tries: host code whose error is a script, terminal commands and a path; feedback quotes it.
# Ends: escaped in the output, cut at 200 characters.
### BASE


### ATTACK
class Script(Exception):
    def __str__(self):
        return "<script>alert(document.cookie)</script>\x1b[2J\u202e`</code><img src=x onerror=alert(1)>" + "x" * 9999


Script.__name__ = "<script>alert(2)</script>"


def gaps(db):
    raise Script
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
