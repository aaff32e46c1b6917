#!/bin/sh
# Prints the compiler flags that make a static 32-bit program on this machine, or nothing.
# Debian's gcc 12 beside the libraries of gcc 14 compiles such programs but cannot link them (__mulbitint3, which tanf needs, is
# missing from its libgcc), so each installed 32-bit libgcc is tried until a linked program runs.
cc=${CC:-gcc}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
printf '#include <math.h>\n#include <stdio.h>\nint main(int n, char **a) { return printf("%%f", tanf(n)) < 0; }\n' > "$dir/t.c"
for lib in "" /usr/lib/gcc/x86_64-linux-gnu/*/32 /usr/lib/gcc/x86_64-redhat-linux/*/32; do
    flags="-m32"
    [ -n "$lib" ] && flags="-m32 -B$lib -L$lib"
    if "$cc" $flags -static -o "$dir/t" "$dir/t.c" -lm 2>/dev/null && "$dir/t" >/dev/null 2>&1; then
        echo "$flags"
        exit 0
    fi
done
