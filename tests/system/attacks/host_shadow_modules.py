# Tries: host code that leaves modules for later imports of the grader or of others.
# Ends: a read-only system; its folder is removed with the child.
### ATTACK
import os
import sys

for name in ("grader.py", "hardware.py", "sitecustomize.py", "usercustomize.py", "json.py", "sqlite3.py", "conftest.py"):
    for folder in (".", "/", "@ROOT@", "/python/lib"):
        try:
            with open(os.path.join(folder, name), "w") as file:
                file.write("open('@TOUCHED@', 'w')\n")
        except OSError:
            pass
### END
### BASE
