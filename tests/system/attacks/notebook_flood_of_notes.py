# Tries: thousands of pipes and links next to the notebook, each of which would be reported to the instructor.
# Ends: 1000 files are checked, ten are reported, the rest is counted.
import os


def attack(folder, notebook):
    for number in range(3000):
        os.mkfifo(folder / f"pipe {number} {'x' * 200}")
        (folder / f"link {number} {'y' * 200}").symlink_to("/dev/zero")
