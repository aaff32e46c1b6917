# Misconception: an empty program is a start; the bench will see something.
