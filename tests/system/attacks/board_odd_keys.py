# Tries: a board program that changes lists and dictionaries while the interpreter sorts, searches or polls them.
# Ends: what is sorted, searched or polled does not change meanwhile, or that is an error.
### ATTACK
import select


class Key:
    def __init__(self, number):
        self.number = number

    def __hash__(self):
        table.clear() if len(table) > 3 else None
        return 1

    def __eq__(self, other):
        table.update({number: number for number in range(9)})
        return False

    def __lt__(self, other):
        values.clear()
        return True

    def __iter__(self):
        return self

    def __next__(self):
        values.append(self)
        if len(values) > 500:
            raise StopIteration
        return values


table, values = {}, []
for number in range(20):
    try:
        table[Key(number)] = number
        table.pop(Key(number), None)
    except (KeyError, RuntimeError):
        pass
for act in (
    lambda: values.extend(Key(0)),
    lambda: [Key(number) for number in range(40)].sort(key=lambda one: values.append(one) or one),
    lambda: max(Key(number) for number in range(9)),
    lambda: ",".join(Key(0)),
    lambda: dict(**{Key(1): 2}),
    lambda: table.update({Key(1): 2}),
    lambda: [values.pop() for _ in values],
    lambda: select.poll().register(Key(0)),
):
    try:
        act()
    except Exception:
        pass
table, values = {}, []
### END
### BASE
