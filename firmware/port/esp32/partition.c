// esp32/partition.c: esp32.Partition: the table of a 4 MB module, and which program it boots (esp32/ota.c).
// Behaviour: ports/esp32/esp32_partition.c, partitions-4MiB.csv and partitions-4MiB-ota.csv of 1.25.0.
//
// The image of the bench holds, in this order: the file system, the settings (nvs), and with the table for updates its
// otadata and the two programs. Its size tells which table it is. Other partitions have no content: reading and writing
// them raises.

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "core/internal.h"
#include "esp32/modesp32.h"
#include "esp32/ota.h"

#if VB_ESP32

#define BLOCK 4096

enum { BOOT, RUNNING };
enum { TYPE_APP, TYPE_DATA, ANY_SUBTYPE = 0xff };

#define NOT_HERE UINT32_MAX

static const struct row {
    uint8_t type, subtype;
    uint32_t address, size;
    const char *label;
    uint32_t image; // where it begins in the image
} one_program[] = {
    {TYPE_DATA, 0x02, 0x9000, VB_NVS_BYTES, "nvs", VB_FLASH_BYTES},
    {TYPE_DATA, 0x01, 0xf000, 0x1000, "phy_init", NOT_HERE},
    {TYPE_APP, 0x00, 0x10000, 0x1f0000, "factory", NOT_HERE},
    {TYPE_DATA, 0x81, 0x200000, VB_FLASH_BYTES, "vfs", 0},
}, two_programs[] = {
    {TYPE_DATA, 0x02, 0x9000, 0x4000, "nvs", VB_OTA_STORAGE_BYTES},
    {TYPE_DATA, 0x00, 0xd000, 0x2000, "otadata", VB_OTA_DATA},
    {TYPE_DATA, 0x01, 0xf000, 0x1000, "phy_init", NOT_HERE},
    {TYPE_APP, 0x10, 0x10000, VB_OTA_SLOT_BYTES, "ota_0", VB_OTA_SLOT(0)},
    {TYPE_APP, 0x11, 0x190000, VB_OTA_SLOT_BYTES, "ota_1", VB_OTA_SLOT(1)},
    {TYPE_DATA, 0x81, 0x310000, VB_OTA_STORAGE_BYTES, "vfs", 0},
};

static const struct row *rows = one_program;
static size_t row_count = MP_ARRAY_SIZE(one_program);
size_t vb_storage_bytes = VB_FLASH_BYTES, vb_nvs_bytes = VB_NVS_BYTES;
uint32_t vb_storage_address = 0x200000;

void vb_partitions_start(size_t image_bytes) {
    if (image_bytes == VB_OTA_IMAGE_BYTES) {
        rows = two_programs;
        row_count = MP_ARRAY_SIZE(two_programs);
        vb_storage_bytes = VB_OTA_STORAGE_BYTES;
        vb_nvs_bytes = rows[0].size;
        vb_storage_address = rows[row_count - 1].address;
        vb_has_ota = true;
    }
}

typedef struct {
    mp_obj_base_t base;
    const struct row *row;
    uint16_t block_size;
} partition_obj_t;

const mp_obj_type_t vb_partition_type;
VB_ENTRY(esp32, Partition, mp_obj_type_t, vb_partition_type)

static mp_obj_t partition_new(const struct row *row, mp_int_t block_size) {
    if (row == NULL) {
        mp_raise_OSError(MP_ENOENT);
    }
    partition_obj_t *self = mp_obj_malloc(partition_obj_t, &vb_partition_type);
    self->row = row;
    self->block_size = block_size;
    return MP_OBJ_FROM_PTR(self);
}

static const struct row *labelled(const char *label) {
    for (size_t i = 0; i < row_count; i++) {
        if (!strcmp(rows[i].label, label)) {
            return &rows[i];
        }
    }
    return NULL;
}

static const struct row *slot(int number) {
    return labelled(number ? "ota_1" : "ota_0");
}

static mp_obj_t partition_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 2, false);
    const struct row *row;
    if (mp_obj_is_int(args[0])) {
        mp_int_t which = mp_obj_get_int(args[0]);
        if (which != BOOT && which != RUNNING) {
            mp_raise_ValueError(NULL);
        }
        row = !vb_has_ota ? labelled("factory") : slot(which == RUNNING ? vb_ota_running() : vb_ota_boot());
    } else {
        row = labelled(mp_obj_str_get_str(args[0]));
    }
    return partition_new(row, n_args == 2 ? mp_obj_get_int(args[1]) : BLOCK);
}

static void partition_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    const struct row *row = ((partition_obj_t *)MP_OBJ_TO_PTR(self_in))->row;
    mp_printf(print, "<Partition type=%u, subtype=%u, address=%u, size=%u, label=%s, encrypted=0>", row->type,
        row->subtype, (uint)row->address, (uint)row->size, row->label);
}

static mp_obj_t partition_find(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_type, ARG_subtype, ARG_label, ARG_block_size };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_type, MP_ARG_INT, {.u_int = TYPE_APP} },
        { MP_QSTR_subtype, MP_ARG_INT, {.u_int = ANY_SUBTYPE} },
        { MP_QSTR_label, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_block_size, MP_ARG_INT, {.u_int = BLOCK} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_obj_t label = args[ARG_label].u_obj, list = mp_obj_new_list(0, NULL);
    for (size_t i = 0; i < row_count; i++) {
        if (rows[i].type == args[ARG_type].u_int
            && (args[ARG_subtype].u_int == ANY_SUBTYPE || rows[i].subtype == args[ARG_subtype].u_int)
            && (label == mp_const_none || !strcmp(rows[i].label, mp_obj_str_get_str(label)))) {
            mp_obj_list_append(list, partition_new(&rows[i], args[ARG_block_size].u_int));
        }
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(partition_find_fun, 0, partition_find);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(partition_find_obj, MP_ROM_PTR(&partition_find_fun));

static mp_obj_t partition_info(mp_obj_t self_in) {
    const struct row *row = ((partition_obj_t *)MP_OBJ_TO_PTR(self_in))->row;
    mp_obj_t tuple[] = {
        MP_OBJ_NEW_SMALL_INT(row->type), MP_OBJ_NEW_SMALL_INT(row->subtype), mp_obj_new_int_from_uint(row->address),
        mp_obj_new_int_from_uint(row->size), mp_obj_new_str_from_cstr(row->label), mp_const_false,
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(tuple), tuple);
}
static MP_DEFINE_CONST_FUN_OBJ_1(partition_info_obj, partition_info);

// ---- as a block device ----

static partition_obj_t *with_content(mp_obj_t self_in) {
    partition_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->row->image == NOT_HERE || self->block_size != BLOCK) {
        mp_raise_msg_varg(&mp_type_NotImplementedError,
            MP_ERROR_TEXT("not simulated: the content of partition %s in blocks of %u"), self->row->label,
            self->block_size);
    }
    return self;
}

// The position of a request in the image of the bench: (block, buffer) or (block, buffer, offset).
static size_t place(size_t n_args, const mp_obj_t *args, size_t len) {
    const struct row *row = with_content(args[0])->row;
    uint64_t at = (uint64_t)(uint32_t)mp_obj_get_int(args[1]) * BLOCK + (n_args == 4 ? (uint32_t)mp_obj_get_int(args[3]) : 0);
    if (at + len > row->size) {
        mp_raise_OSError(MP_EINVAL);
    }
    return at + row->image;
}

static mp_obj_t partition_readblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(args[2], &buf, MP_BUFFER_WRITE);
    vb_flash_read(place(n_args, args, buf.len), buf.buf, buf.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(partition_readblocks_obj, 3, 4, partition_readblocks);

// Without an offset it erases first.
static mp_obj_t partition_writeblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(args[2], &buf, MP_BUFFER_READ);
    size_t at = place(n_args, args, buf.len);
    if (n_args == 3 && buf.len % BLOCK) {
        mp_raise_OSError(MP_EINVAL);
    }
    for (size_t done = 0; n_args == 3 && done < buf.len; done += BLOCK) {
        vb_flash_erase(at + done);
    }
    vb_flash_program(at, buf.buf, buf.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(partition_writeblocks_obj, 3, 4, partition_writeblocks);

static mp_obj_t partition_ioctl(mp_obj_t self_in, mp_obj_t command, mp_obj_t arg) {
    partition_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (mp_obj_get_int(command)) {
        case MP_BLOCKDEV_IOCTL_INIT:
        case MP_BLOCKDEV_IOCTL_DEINIT:
        case MP_BLOCKDEV_IOCTL_SYNC:
            return MP_OBJ_NEW_SMALL_INT(0);
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            if (self->block_size == 0) {
                mp_raise_type(&mp_type_ZeroDivisionError); // here the chip panics
            }
            return MP_OBJ_NEW_SMALL_INT(self->row->size / self->block_size);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(self->block_size);
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE: {
            mp_obj_t args[2] = {self_in, arg};
            vb_flash_erase(place(2, args, BLOCK));
            return MP_OBJ_NEW_SMALL_INT(0);
        }
        default:
            return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(partition_ioctl_obj, partition_ioctl);

// ---- updates over the air ----

static mp_obj_t partition_set_boot(mp_obj_t self_in) {
    const struct row *row = ((partition_obj_t *)MP_OBJ_TO_PTR(self_in))->row;
    if (row->type != TYPE_APP) {
        vb_esp_error(-0x1503, "ESP_ERR_OTA_VALIDATE_FAILED");
    }
    if (vb_has_ota) {
        vb_ota_set_boot(row == slot(1));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(partition_set_boot_obj, partition_set_boot);

static mp_obj_t partition_get_next_update(mp_obj_t self) {
    return partition_new(vb_has_ota ? slot(!vb_ota_running()) : NULL, BLOCK);
}
static MP_DEFINE_CONST_FUN_OBJ_1(partition_get_next_update_obj, partition_get_next_update);

static mp_obj_t partition_mark_valid(mp_obj_t cls) {
    if (vb_has_ota) {
        vb_ota_mark_valid();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(partition_mark_valid_fun, partition_mark_valid);
static MP_DEFINE_CONST_CLASSMETHOD_OBJ(partition_mark_valid_obj, MP_ROM_PTR(&partition_mark_valid_fun));

static const mp_rom_map_elem_t partition_table[] = {
    { MP_ROM_QSTR(MP_QSTR_find), MP_ROM_PTR(&partition_find_obj) },
    { MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&partition_info_obj) },
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&partition_readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&partition_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&partition_ioctl_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_boot), MP_ROM_PTR(&partition_set_boot_obj) },
    { MP_ROM_QSTR(MP_QSTR_mark_app_valid_cancel_rollback), MP_ROM_PTR(&partition_mark_valid_obj) },
    { MP_ROM_QSTR(MP_QSTR_get_next_update), MP_ROM_PTR(&partition_get_next_update_obj) },
    { MP_ROM_QSTR(MP_QSTR_BOOT), MP_ROM_INT(BOOT) },
    { MP_ROM_QSTR(MP_QSTR_RUNNING), MP_ROM_INT(RUNNING) },
    { MP_ROM_QSTR(MP_QSTR_TYPE_APP), MP_ROM_INT(TYPE_APP) },
    { MP_ROM_QSTR(MP_QSTR_TYPE_DATA), MP_ROM_INT(TYPE_DATA) },
};
static MP_DEFINE_CONST_DICT(partition_dict, partition_table);
MP_DEFINE_CONST_OBJ_TYPE(vb_partition_type, MP_QSTR_Partition, MP_TYPE_FLAG_NONE, make_new, partition_make_new,
    print, partition_print, locals_dict, &partition_dict);

#endif
