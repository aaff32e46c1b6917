# Tries: a board program whose exception is a script, terminal commands and a change of direction; feedback quotes it.
# Ends: escaped in the output, cut at 200 characters.
### ATTACK
TEXT = "<script>alert(document.cookie)</script>\x1b[2J\u202e" + "x" * 5000
### INSTEAD
TEXT = "no"
### END
raise ValueError(TEXT)
