"""A state machine of a menu, driven by a string of keys."""

STATES = {
    "off": {"p": "idle"},
    "idle": {"p": "off", "m": "menu", "u": "idle", "d": "idle"},
    "menu": {"u": "menu", "d": "menu", "m": "edit", "b": "idle"},
    "edit": {"u": "edit", "d": "edit", "m": "menu", "b": "menu"},
}


class Menu:
    def __init__(self):
        self.state = "off"
        self.value = 10
        self.row = 0

    def press(self, key):
        target = STATES[self.state].get(key)
        if target is None:
            return False
        if self.state == "edit" and key in "ud":
            self.value += 1 if key == "u" else -1
        elif self.state == "menu" and key in "ud":
            self.row = (self.row + (1 if key == "d" else -1)) % 4
        self.state = target
        return True


def run():
    menu = Menu()
    refused = 0
    for _ in range(10):
        for key in "pmuudmuuudbbxp":
            if not menu.press(key):
                refused += 1
    return menu.value, refused
