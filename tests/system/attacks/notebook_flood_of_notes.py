# Tries: thousands of pipes and links beside the notebook, each of which would be told to the instructor.
# Ends: of 1000 files that are looked at ten are told, and the rest is counted.
import os


def attack(folder, notebook):
    for number in range(3000):
        os.mkfifo(folder / f"pipe {number} {'x' * 200}")
        (folder / f"link {number} {'y' * 200}").symlink_to("/dev/zero")
