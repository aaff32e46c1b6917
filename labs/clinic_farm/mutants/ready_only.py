# Misconception: the line READY alone is the task.
print("READY C4")
