# Misconception: says that it is ready and does nothing
print("READY L00M")
