start = now()
for _ in range(10):
    lamp.value(1); pause_until(start + 500)
    lamp.value(0); pause_until(start + 2000)
    start = start + 2000
