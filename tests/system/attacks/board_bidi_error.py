# Tries: a board program whose error message changes the text direction, stacks combining marks and closes the tags of a picture; feedback and tables quote it.
# Ends: escaped in the output; invisible characters are written out.
### ATTACK
TEXT = "\u2067\u202b</text></svg><svg onload=alert(1)>\u200f;=cmd|' /C calc'!A0;\t=1+1\r\n=2+2" + "e\u0301\u0489" * 60
### INSTEAD
TEXT = "nothing"
### END
print("READY L01")
raise ValueError(TEXT)
