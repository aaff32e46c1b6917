# Tries: a board program that reads the secret, the checks, the gradebook and others' notebooks by their paths.
# Ends: the board's file system is its flash.
### ATTACK
for name in ("@SECRET@", "@ROOT@/gradebook.db", "@VICTIM@", "../../../@SECRET@", "/proc/self/environ", "/dev/mem"):
    try:
        with open(name) as file:
            print(file.read())
    except OSError:
        pass
### END
### BASE
