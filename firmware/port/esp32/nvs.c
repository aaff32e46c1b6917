// esp32/nvs.c: esp32.NVS: numbers and bytes under names, in their own part of the flash image, so that they survive
// resets and the loss of power. A write takes effect at once, as in IDF; commit() does nothing.
// Behaviour: ports/esp32/esp32_nvs.c of 1.25.0; numbers of the errors: ESP-IDF, nvs.h.

#include <string.h>

#include "py/runtime.h"
#include "esp32/modesp32.h"
#include "core/internal.h"

#if VB_ESP32

#define NAME_MOST 15

// One entry; namespace, key and value follow it. The first byte that is not MARK ends the list.
struct entry {
    uint8_t mark, type, space_len, key_len;
    uint16_t value_len;
} __attribute__((packed));
enum { MARK = 0x4e, TYPE_I32 = 0x14, TYPE_BLOB = 0x42, TYPE_ANY = 0xff };
enum { NOT_FOUND = 0x1102, NOT_ENOUGH_SPACE = 0x1105, KEY_TOO_LONG = 0x1109, INVALID_LENGTH = 0x110c };

static uint8_t store[VB_NVS_BYTES]; // of which vb_nvs_bytes are used
static bool loaded;

typedef struct {
    mp_obj_base_t base;
    mp_obj_t space;
} nvs_obj_t;

const mp_obj_type_t vb_nvs_type;
VB_ENTRY(esp32, NVS, mp_obj_type_t, vb_nvs_type)

NORETURN static void fail(int code) {
    static const struct {
        int code;
        const char *name;
    } names[] = {
        {NOT_FOUND, "ESP_ERR_NVS_NOT_FOUND"}, {NOT_ENOUGH_SPACE, "ESP_ERR_NVS_NOT_ENOUGH_SPACE"},
        {KEY_TOO_LONG, "ESP_ERR_NVS_KEY_TOO_LONG"}, {INVALID_LENGTH, "ESP_ERR_NVS_INVALID_LENGTH"},
    };
    size_t i = 0;
    while (names[i].code != code) {
        i++;
    }
    vb_esp_error(-code, names[i].name);
}

static size_t size_of(const struct entry *e) {
    return sizeof(*e) + e->space_len + e->key_len + e->value_len;
}

// The entry at a position; NULL at the end of the list, also in a broken image.
static struct entry *entry_at(size_t at) {
    struct entry *e = (struct entry *)(store + at);
    return at + sizeof(*e) <= vb_nvs_bytes && e->mark == MARK && at + size_of(e) <= vb_nvs_bytes ? e : NULL;
}

static void load(void) {
    if (!loaded) {
        vb_flash_read(vb_storage_bytes, store, vb_nvs_bytes);
        loaded = true;
    }
}

static const char *name_of(mp_obj_t name, size_t *len) {
    const char *text = mp_obj_str_get_data(name, len);
    if (*len > NAME_MOST) {
        fail(KEY_TOO_LONG);
    }
    return text;
}

static uint8_t *value_of(struct entry *e) {
    return (uint8_t *)(e + 1) + e->space_len + e->key_len;
}

static struct entry *find(nvs_obj_t *self, mp_obj_t key_in, uint8_t type) {
    size_t space_len, key_len;
    const char *space = name_of(self->space, &space_len), *key = name_of(key_in, &key_len);
    load();
    struct entry *e;
    for (size_t at = 0; (e = entry_at(at)) != NULL; at += size_of(e)) {
        const char *names = (const char *)(e + 1);
        if ((type == TYPE_ANY || e->type == type) && e->space_len == space_len && e->key_len == key_len
            && !memcmp(names, space, space_len) && !memcmp(names + space_len, key, key_len)) {
            return e;
        }
    }
    return NULL;
}

static size_t used(void) {
    size_t at = 0;
    for (struct entry *e; (e = entry_at(at)) != NULL; at += size_of(e)) {
    }
    return at;
}

// Writes from a position to the end. The cost is the chip's: its log writes a page for each entry.
static void save(size_t from) {
    vb_flash_program(vb_storage_bytes + from, store + from, vb_nvs_bytes - from);
}

static size_t remove_entry(struct entry *e) {
    size_t at = (uint8_t *)e - store, size = size_of(e);
    memmove(store + at, store + at + size, vb_nvs_bytes - at - size);
    memset(store + vb_nvs_bytes - size, 0xff, size);
    return at;
}

static void put(nvs_obj_t *self, mp_obj_t key_in, uint8_t type, const void *value, size_t len) {
    struct entry *old = find(self, key_in, TYPE_ANY);
    struct entry made = {MARK, type, 0, 0, len};
    size_t space_len, key_len, at = vb_nvs_bytes, freed = old ? size_of(old) : 0;
    const char *space = name_of(self->space, &space_len), *key = name_of(key_in, &key_len);
    made.space_len = space_len;
    made.key_len = key_len;
    if (len > UINT16_MAX || used() - freed + size_of(&made) > vb_nvs_bytes) {
        fail(NOT_ENOUGH_SPACE);
    }
    if (old) {
        at = remove_entry(old);
    }
    size_t end = used();
    struct entry *e = (struct entry *)(store + end);
    *e = made;
    memcpy(e + 1, space, space_len);
    memcpy((char *)(e + 1) + space_len, key, key_len);
    memcpy(value_of(e), value, len);
    save(MIN(at, end));
}

static mp_obj_t nvs_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    size_t len;
    name_of(args[0], &len);
    nvs_obj_t *self = mp_obj_malloc(nvs_obj_t, type);
    self->space = args[0];
    return MP_OBJ_FROM_PTR(self);
}

static void nvs_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    mp_printf(print, "<NVS namespace>");
}

static mp_obj_t nvs_set_i32(mp_obj_t self, mp_obj_t key, mp_obj_t value_in) {
    int32_t value = mp_obj_get_int(value_in);
    put(MP_OBJ_TO_PTR(self), key, TYPE_I32, &value, sizeof(value));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(nvs_set_i32_obj, nvs_set_i32);

static mp_obj_t nvs_get_i32(mp_obj_t self, mp_obj_t key) {
    struct entry *e = find(MP_OBJ_TO_PTR(self), key, TYPE_I32);
    int32_t value;
    if (e == NULL) {
        fail(NOT_FOUND);
    }
    memcpy(&value, value_of(e), sizeof(value));
    return mp_obj_new_int(value);
}
static MP_DEFINE_CONST_FUN_OBJ_2(nvs_get_i32_obj, nvs_get_i32);

static mp_obj_t nvs_set_blob(mp_obj_t self, mp_obj_t key, mp_obj_t value) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(value, &buf, MP_BUFFER_READ);
    put(MP_OBJ_TO_PTR(self), key, TYPE_BLOB, buf.buf, buf.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(nvs_set_blob_obj, nvs_set_blob);

static mp_obj_t nvs_get_blob(mp_obj_t self, mp_obj_t key, mp_obj_t into) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(into, &buf, MP_BUFFER_WRITE);
    struct entry *e = find(MP_OBJ_TO_PTR(self), key, TYPE_BLOB);
    if (e == NULL || e->value_len > buf.len) {
        fail(e ? INVALID_LENGTH : NOT_FOUND);
    }
    memcpy(buf.buf, value_of(e), e->value_len);
    return MP_OBJ_NEW_SMALL_INT(e->value_len);
}
static MP_DEFINE_CONST_FUN_OBJ_3(nvs_get_blob_obj, nvs_get_blob);

static mp_obj_t nvs_erase_key(mp_obj_t self, mp_obj_t key) {
    struct entry *e = find(MP_OBJ_TO_PTR(self), key, TYPE_ANY);
    if (e == NULL) {
        fail(NOT_FOUND);
    }
    save(remove_entry(e));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(nvs_erase_key_obj, nvs_erase_key);

static mp_obj_t nvs_commit(mp_obj_t self) {
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(nvs_commit_obj, nvs_commit);

static const mp_rom_map_elem_t nvs_table[] = {
    { MP_ROM_QSTR(MP_QSTR_get_i32), MP_ROM_PTR(&nvs_get_i32_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_i32), MP_ROM_PTR(&nvs_set_i32_obj) },
    { MP_ROM_QSTR(MP_QSTR_get_blob), MP_ROM_PTR(&nvs_get_blob_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_blob), MP_ROM_PTR(&nvs_set_blob_obj) },
    { MP_ROM_QSTR(MP_QSTR_erase_key), MP_ROM_PTR(&nvs_erase_key_obj) },
    { MP_ROM_QSTR(MP_QSTR_commit), MP_ROM_PTR(&nvs_commit_obj) },
};
static MP_DEFINE_CONST_DICT(nvs_dict, nvs_table);
MP_DEFINE_CONST_OBJ_TYPE(vb_nvs_type, MP_QSTR_NVS, MP_TYPE_FLAG_NONE, make_new, nvs_make_new, print, nvs_print,
    locals_dict, &nvs_dict);

#endif
