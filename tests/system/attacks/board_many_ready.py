# Tries: a board program that prints its READY line many times: early, late, with other labs' names, and behind characters that hide a line.
# Ends: the number of READY lines in each boot is measured; the text of a line counts, not what a terminal would show.
### ATTACK
import time

for text in ("READY L02", "READY T90", "READY L01\b", "ready l01", "READY  L01", "READY\tL01", "READY L01\x00", "\x1b[8mREADY L01"):
    print(text)
print("READY L01", end="\r")
print("READY L01")
time.sleep_ms(2500)
print("READY L01")
### INSTEAD
print("READY L01")
print("READY L01")
### END
