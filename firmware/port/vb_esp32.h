// vb_esp32.h: errors as Espressif's drivers give them.
#pragma once

#include "py/obj.h"

__attribute__((noreturn)) void vb_esp_error(int number, const char *name); // OSError(number, name)
