# empty: nothing was written
