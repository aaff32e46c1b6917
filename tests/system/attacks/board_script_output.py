# Tries: a board program whose output is a script for the instructor's browser; feedback quotes it.
# Ends: escaped in the output.
### ATTACK
BAD = "ID <script>fetch('http://127.0.0.1:@PORT@/')</script><img src=x onerror=alert(1)>"
### INSTEAD
BAD = "ID nobody"
### END
print("READY L01")
print(BAD)
