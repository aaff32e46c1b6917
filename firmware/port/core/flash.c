// core/flash.c: the flash of the board as a block device; its content is the image that the bench gave.
// Erasing and programming take the time that the chip's flash takes.

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "core/internal.h"
#include "core/host.h"

#define BLOCK 4096
#define PAGE 256

static size_t blocks;

void vb_flash_start(size_t bytes) {
    blocks = bytes / BLOCK;
}

void vb_flash_read(size_t at, void *to, size_t len) {
    vb_charge(VB_NS_FLASH_CALL);
    int n = vb_host_flash_read(at, to, len);
    if (n < 0) {
        mp_raise_OSError(MP_EIO);
    }
    memset((char *)to + n, 0xff, len - n); // behind the end of a short image: erased
}

void vb_flash_program(size_t at, const void *from, size_t len) {
    vb_charge(VB_NS_FLASH_CALL);
    vb_elapse((len + PAGE - 1) / PAGE * VB_NS_FLASH_PAGE);
    if (vb_host_flash_write(at, from, len) != (int)len) {
        mp_raise_OSError(MP_EIO);
    }
}

void vb_flash_erase(size_t at) {
    static const uint8_t erased[BLOCK] = {[0 ... BLOCK - 1] = 0xff};
    vb_elapse(VB_NS_FLASH_ERASE);
    if (vb_host_flash_write(at, erased, BLOCK) != BLOCK) {
        mp_raise_OSError(MP_EIO);
    }
}

static mp_obj_t flash_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);

// The position of a request: (block, buffer) or (block, buffer, offset in the block).
static size_t place(size_t n_args, const mp_obj_t *args, size_t len) {
    size_t block = mp_obj_get_int(args[1]);
    size_t offset = n_args == 4 ? mp_obj_get_int(args[3]) : 0;
    size_t left = block < blocks ? BLOCK * (blocks - block) : 0;
    if (offset > left || len > left - offset) {
        mp_raise_OSError(MP_EIO);
    }
    return block * BLOCK + offset;
}

static mp_obj_t flash_readblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(args[2], &buf, MP_BUFFER_WRITE);
    vb_flash_read(place(n_args, args, buf.len), buf.buf, buf.len);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(flash_readblocks_obj, 3, 4, flash_readblocks);

// Without an offset it erases first (ports/rp2/rp2_flash.c).
static mp_obj_t flash_writeblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(args[2], &buf, MP_BUFFER_READ);
    size_t at = place(n_args, args, buf.len);
    for (size_t done = 0; n_args == 3 && done < buf.len; done += BLOCK) {
        vb_flash_erase(at + done);
    }
    vb_flash_program(at, buf.buf, buf.len);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(flash_writeblocks_obj, 3, 4, flash_writeblocks);

static void erase(size_t block) {
    if (block >= blocks) {
        mp_raise_OSError(MP_EIO);
    }
    vb_flash_erase(block * BLOCK);
}

static mp_obj_t flash_ioctl(mp_obj_t self, mp_obj_t op, mp_obj_t arg) {
    switch (mp_obj_get_int(op)) {
        case MP_BLOCKDEV_IOCTL_INIT:
        case MP_BLOCKDEV_IOCTL_DEINIT:
        case MP_BLOCKDEV_IOCTL_SYNC:
            return MP_OBJ_NEW_SMALL_INT(0);
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            return MP_OBJ_NEW_SMALL_INT(blocks);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(BLOCK);
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
            erase(mp_obj_get_int(arg));
            return MP_OBJ_NEW_SMALL_INT(0);
        default:
            return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(flash_ioctl_obj, flash_ioctl);

static const mp_rom_map_elem_t flash_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&flash_readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&flash_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&flash_ioctl_obj) },
};
static MP_DEFINE_CONST_DICT(flash_dict, flash_table);
MP_DEFINE_CONST_OBJ_TYPE(vb_flash_type, MP_QSTR_Flash, MP_TYPE_FLAG_NONE,
    make_new, flash_make_new, locals_dict, &flash_dict);
static const mp_obj_base_t flash_obj = {&vb_flash_type};

static mp_obj_t flash_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return MP_OBJ_FROM_PTR(&flash_obj);
}
