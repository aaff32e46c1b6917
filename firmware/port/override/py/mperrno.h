// override/py/mperrno.h: the ESP32 firmware has the error numbers of newlib (its mpconfigport.h sets
// MICROPY_USE_INTERNAL_ERRNO to 0), and programs compare with them: 116 is ETIMEDOUT there.
#include_next <py/mperrno.h>

#if VB_ESP32 && !defined(VB_NEWLIB_ERRNO)
#define VB_NEWLIB_ERRNO
#undef MP_EAFNOSUPPORT
#define MP_EAFNOSUPPORT (106)
#undef MP_EADDRINUSE
#define MP_EADDRINUSE (112)
#undef MP_ECONNABORTED
#define MP_ECONNABORTED (113)
#undef MP_EISCONN
#define MP_EISCONN (127)
#undef MP_ENOTCONN
#define MP_ENOTCONN (128)
#undef MP_ETIMEDOUT
#define MP_ETIMEDOUT (116)
#undef MP_EHOSTUNREACH
#define MP_EHOSTUNREACH (118)
#undef MP_EALREADY
#define MP_EALREADY (120)
#undef MP_EINPROGRESS
#define MP_EINPROGRESS (119)
#undef MP_ECANCELED
#define MP_ECANCELED (140)
#endif
