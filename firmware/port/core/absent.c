// core/absent.c: the message for a name that the chip's MicroPython has and this port has not: it says so. The names are
// those of not_simulated.toml (`missing`).

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "py/objmodule.h"
#include "py/objtype.h"
#include "py/runtime.h"
#include "core/internal.h"
#include "net/radio.h"
#include "gaps.h"

#define MOST 64 // characters of a name

// The last attribute that was looked up. The exception that it is not there is made next.
static struct {
    mp_obj_t owner;
    qstr name;
} asked;

void __real_mp_load_method(mp_obj_t owner, qstr name, mp_obj_t *dest);
void __wrap_mp_load_method(mp_obj_t owner, qstr name, mp_obj_t *dest) {
    vb_asked(owner, name);
    __real_mp_load_method(owner, name, dest);
}

mp_obj_t __real_mp_import_from(mp_obj_t module, qstr name);
mp_obj_t __wrap_mp_import_from(mp_obj_t module, qstr name) {
    vb_asked(module, name);
    return __real_mp_import_from(module, name);
}

void vb_asked(mp_obj_t owner, qstr name) {
    asked.owner = owner;
    asked.name = name;
}

// The name of a module or a class; NULL for other objects.
static const char *owner_name(mp_obj_t owner) {
    if (mp_obj_is_type(owner, &mp_type_module)) {
        mp_obj_t name = mp_obj_dict_get(MP_OBJ_FROM_PTR(mp_obj_module_get_globals(owner)), MP_OBJ_NEW_QSTR(MP_QSTR___name__));
        return mp_obj_is_qstr(name) ? qstr_str(MP_OBJ_QSTR_VALUE(name)) : NULL;
    }
    return mp_obj_is_type(owner, &mp_type_type) ? qstr_str(((mp_obj_type_t *)MP_OBJ_TO_PTR(owner))->name) : NULL;
}

// Whether `gap` is `name`, or begins with it (`network.PHY_*`). The gap of a class's attribute has its module in front.
static bool matches(const char *gap, const char *name) {
    const char *star = strchr(gap, '*');
    if (star ? !strncmp(gap, name, star - gap) : !strcmp(gap, name)) {
        return true;
    }
    const char *dot = strchr(gap, '.');
    return dot && strchr(dot + 1, '.') && matches(dot + 1, name);
}

static bool is_gap(const char *name) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(gaps); i++) {
        if (matches(gaps[i].name, name) && (vb_radio || !gaps[i].with_radio)) {
            return true;
        }
    }
    return false;
}

// Writes the name that is missing; false if the exception is about something else.
static bool missing(const mp_obj_type_t *type, const char *format, va_list args, char *name) {
    if (type == &mp_type_ImportError && !strncmp(format, "no module", 9)) {
        snprintf(name, MOST, "%s", qstr_str(va_arg(args, int)));
        return true;
    }
    const char *owner = asked.name && (type == &mp_type_AttributeError || type == &mp_type_ImportError)
        ? owner_name(asked.owner) : NULL;
    if (owner) {
        snprintf(name, MOST, "%s.%s", owner, qstr_str(asked.name));
    }
    asked.name = MP_QSTRnull;
    return owner;
}

mp_obj_t __real_mp_obj_new_exception_msg_vlist(const mp_obj_type_t *type, mp_rom_error_text_t format, va_list args);
static mp_obj_t new_exception(const mp_obj_type_t *type, const char *format, ...) {
    va_list args;
    va_start(args, format);
    mp_obj_t made = __real_mp_obj_new_exception_msg_vlist(type, format, args);
    va_end(args);
    return made;
}

// All exceptions with a formatted message are made here.
mp_obj_t __wrap_mp_obj_new_exception_msg_vlist(const mp_obj_type_t *type, mp_rom_error_text_t format, va_list args) {
    char name[MOST];
    va_list copy;
    va_copy(copy, args);
    bool gap = missing(type, format, copy, name) && is_gap(name);
    va_end(copy);
    return gap ? new_exception(type, MP_ERROR_TEXT("not simulated: %s"), name)
        : __real_mp_obj_new_exception_msg_vlist(type, format, args);
}
