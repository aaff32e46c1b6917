import sys
for _ in range(3):
    text = sys.stdin.readline().strip()
    print("LEN", len(text))
