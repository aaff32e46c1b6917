// The version as the chips' official firmware says it: Debian's source package would put its own
// revision and date into the banner and os.uname(). Found before the generated one by the -I order.
#define MICROPY_GIT_TAG "v1.25.0"
#define MICROPY_GIT_HASH "f498a16c7d"
#define MICROPY_BUILD_DATE "2025-04-15"
