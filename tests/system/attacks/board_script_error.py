# Tries: a board program whose exception, which feedback quotes, is a script, commands to a terminal and a change of direction.
# Ends: escaped where it is shown, cut at 200 characters.
### ATTACK
TEXT = "<script>alert(document.cookie)</script>\x1b[2J\u202e" + "x" * 5000
### INSTEAD
TEXT = "no"
### END
raise ValueError(TEXT)
