# Asks, when it is imported, whether WebREPL starts with the board, and for its password. Interface:
# webrepl_setup of micropython-lib.
import os
import sys

import machine
import network  # raises on a board without a radio

_START = ("import webrepl", "webrepl.start()")


def exists(name):
    try:
        os.stat(name)
        return True
    except OSError:
        return False


def input_choice(prompt, choices):
    while (answer := input(prompt)) not in choices:
        pass
    return answer


def input_pass():
    while True:
        first = input("New password (4-9 chars): ")
        if not 4 <= len(first) <= 9:
            print("Invalid password length")
        elif first == input("Confirm password: "):
            return first
        else:
            print("Passwords do not match")


def _lines():
    if not exists("boot.py"):
        return []
    with open("boot.py") as file:
        return file.read().split("\n")


def get_daemon_status():
    return any("webrepl" in line and not line.startswith("#") for line in _lines())


def change_daemon(action):
    kept = [line for line in _lines() if line.lstrip("#") not in _START]
    while kept and not kept[-1]:
        kept.pop()
    mark = "" if action else "#"
    with open("boot.py", "w") as file:
        file.write("\n".join(kept + [mark + line for line in _START]) + "\n")


def main():
    status = get_daemon_status()
    print("WebREPL daemon auto-start status:", "enabled" if status else "disabled")
    print("\nWould you like to (E)nable or (D)isable it running on boot?")
    print("(Empty line to quit)")
    answer = input("> ").upper()
    if answer == "E":
        if exists("webrepl_cfg.py"):
            change = input_choice("Would you like to change WebREPL password? (y/n) ", ("y", "n", ""))
        else:
            print("To enable WebREPL, you must set password for it")
            change = "y"
        if change == "y":
            password = input_pass()
            with open("webrepl_cfg.py", "w") as file:
                file.write("PASS = %r\n" % password)
    if answer not in ("D", "E") or (answer == "E") == status:
        print("No further action required")
        sys.exit()
    change_daemon(answer == "E")
    print("Changes will be activated after reboot")
    if input_choice("Would you like to reboot now? (y/n) ", ("y", "n", "")) == "y":
        machine.reset()


main()
