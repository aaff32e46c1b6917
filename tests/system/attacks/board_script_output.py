# Tries: a board program whose lines, which feedback quotes, are a script for the instructor's browser.
# Ends: escaped where it is shown.
### ATTACK
BAD = "ID <script>fetch('http://127.0.0.1:@PORT@/')</script><img src=x onerror=alert(1)>"
### INSTEAD
BAD = "ID nobody"
### END
print("READY L01")
print(BAD)
