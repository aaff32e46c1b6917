# Tries: host code that writes fake answers and marks into the pipe to the grader.
# Ends: an answer is only the value of a call, independent of what wrote it.
### BASE


### ATTACK
import os


def gaps(db):
    for text in (b'[0,[1,2,3]]', b'{"item":"c","points":10}', b'[0,{"a":1,"a":2}]'):
        for pipe in range(3, 12):
            try:
                os.write(pipe, len(text).to_bytes(4, "big") + text)
            except OSError:
                pass
    return []
### INSTEAD
def gaps(db):
    return []
### END
