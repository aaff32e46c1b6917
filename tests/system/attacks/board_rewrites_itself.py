# Tries: a board program that replaces its own main.py and boot.py by others, resets its board, and runs what no reader of the submission sees.
# Ends: what runs is measured, whatever its file is; each episode has a fresh flash with the submitted program.
### ATTACK
import machine

with open("main.py") as file:
    text = file.read()
with open("main.py", "w") as file:
    file.write(text.split("###" + " HERE\n")[1])
with open("boot.py", "w") as file:
    file.write("import machine\nopen('seen', 'a').write('x')\n")
machine.reset()
### HERE
### END
### BASE
