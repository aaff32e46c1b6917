total, bad = 0, 0
for line in lines:
    try:
        total += float(line)
    except ValueError:
        bad += 1
