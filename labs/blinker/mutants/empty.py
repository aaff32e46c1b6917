# Misconception: nothing was written
