# Tries: host code that exhausts the compiler.
# Ends: the memory and CPU limits of the child.
### ATTACK
exec("x = " + "-" * 10**6 + "1")
exec("(" * 10**6)
x = compile("'x' * 10**9", "", "eval")
y = 10**10**8
### END
