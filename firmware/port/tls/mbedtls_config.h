// tls/mbedtls_config.h: which parts of Mbed TLS are compiled in: those of MicroPython's bare-metal ports, which take their
// memory from Python's heap. The ESP32 has also what IDF switches on by default: PEM, and the certificate of the peer.
#pragma once

long vb_tls_time(long *seconds); // tls/tls.c
#define MBEDTLS_PLATFORM_TIME_TYPE_MACRO long
#define MBEDTLS_PLATFORM_TIME_MACRO vb_tls_time
#define MBEDTLS_PLATFORM_MS_TIME_ALT
#define MBEDTLS_PLATFORM_GMTIME_R_ALT
#define MBEDTLS_ECP_NIST_OPTIM

#if VB_ESP32
#define MBEDTLS_BASE64_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#endif

#define MICROPY_MBEDTLS_CONFIG_BARE_METAL (1)
#include "extmod/mbedtls/mbedtls_config_common.h"
