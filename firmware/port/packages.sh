#!/bin/sh
# Install the Debian or Ubuntu packages that are missing, if allowed; else print one line that says what to install.
#   packages.sh build    compiler with 32-bit libraries, sandbox, tools for the MicroPython source
#   packages.sh test     for the tests: a browser, a broker for MQTT, a database server, a second compiler, readers of files
#   packages.sh pico     tools and sources to build a Pico's firmware (560 MB of download)
set -eu

case "${1:-}" in
build) want="gcc make libc6-dev bubblewrap dpkg-dev xz-utils fonts-noto-core fonts-dejavu-core" ;;
test) want="chromium chromium-driver mosquitto postgresql sigrok-cli clang tshark openssl" ;;
pico) want="gcc make libc6-dev dpkg-dev xz-utils cmake gcc-arm-none-eabi libnewlib-arm-none-eabi \
libstdc++-arm-none-eabi-newlib picotool pico-sdk-source tinyusb-source" ;;
*) echo "usage: packages.sh build|test|pico" >&2; exit 2 ;;
esac

command -v dpkg-query >/dev/null || { echo "packages.sh: not Debian or Ubuntu; install the likes of: $want" >&2; exit 0; }

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing() {
    list=""
    for name in $want; do installed "$name" || list="$list $name"; done
    echo "$list"
}

# Debian's own Python comes without what `python3 -m venv` needs.
"${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null || want="$want python3-venv"

# The 32-bit half of libgcc must be as new as the C library (Debian 13's libm wants GCC 14's), whatever `gcc` is.
if [ "$1" = build ] && [ "$(uname -m)" = x86_64 ]; then
    want="$want libc6-dev-i386"
    if ! ls /usr/lib/gcc/x86_64-linux-gnu/*/32/libgcc.a >/dev/null 2>&1; then
        [ "$(id -u)" = 0 ] && apt-get update -qq >/dev/null 2>&1 || true
        for n in 16 15 14 13 12; do
            if apt-cache policy "lib32gcc-$n-dev" 2>/dev/null | grep -q 'Candidate: [0-9]'; then
                want="$want lib32gcc-$n-dev"
                break
            fi
        done
    fi
fi

list=$(missing)
[ -n "$list" ] || exit 0
if [ "$(id -u)" = 0 ]; then
    run=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    run="sudo -n"
else
    echo "packages.sh: missing packages; run: sudo apt-get install$list" >&2
    exit 1
fi
echo "installing$list"
$run apt-get update -qq >/dev/null
# shellcheck disable=SC2086
$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $list >/dev/null
