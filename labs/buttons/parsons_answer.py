was_open = door.value()
while True:
    is_open = door.value()
    if is_open and not was_open:
        print("OPEN")
    was_open = is_open
