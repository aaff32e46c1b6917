// core/memory.c: the buffers whose addresses a program knows. Memory is reached by an address only through the buffer that it
// is in, so a program cannot reach what is not its own. For uctypes, and for DMA on the Pico.

#include "py/runtime.h"
#include "core/internal.h"

#define ASKED 16 // the last ones of which the program asked for the address
#define HELD 32  // those that a DMA channel was given (vb_memory_hold())
#define KNOWN (ASKED + HELD)

MP_REGISTER_ROOT_POINTER(mp_obj_t vb_known_buffers[48]);
static uint8_t next;

VB_AT_SOFT_RESET(vb_memory_forget, 50)

void vb_memory_forget(void) {
    for (int i = 0; i < KNOWN; i++) {
        MP_STATE_PORT(vb_known_buffers)[i] = MP_OBJ_NULL;
    }
}

static uint32_t address_of(mp_obj_t buf) {
    mp_buffer_info_t memory;
    mp_get_buffer_raise(buf, &memory, MP_BUFFER_READ);
    return (uintptr_t)memory.buf;
}

uint32_t vb_memory_hold(int place, mp_obj_t buf) {
    uint32_t address = buf == MP_OBJ_NULL ? 0 : address_of(buf);
    MP_STATE_PORT(vb_known_buffers)[ASKED + place] = buf;
    return address;
}

// The array may have moved since its address was asked for: as on the chip the old address is not its own any more.
static void *within(mp_obj_t buf, uint32_t address, size_t size, unsigned flags) {
    mp_buffer_info_t memory;
    if (buf == MP_OBJ_NULL || !mp_get_buffer(buf, &memory, flags)) {
        return NULL;
    }
    uint32_t at = address - (uint32_t)(uintptr_t)memory.buf;
    return at < memory.len && size <= memory.len - at ? (char *)memory.buf + at : NULL;
}

// The processor does not work here: DMA moves the words.
mp_obj_t vb_memory_buffer(uint32_t address, size_t size, unsigned flags, void **at) {
    int32_t fuel = vb_fuel;
    mp_obj_t found = MP_OBJ_NULL;
    for (int i = 0; i < KNOWN && found == MP_OBJ_NULL; i++) {
        mp_obj_t buf = MP_STATE_PORT(vb_known_buffers)[i];
        if ((*at = within(buf, address, size, flags))) {
            found = buf;
        }
    }
    vb_fuel = fuel;
    return found;
}

// ---- warsha.address(), warsha.place() (core/given.c): for uctypes.py ----

static mp_obj_t address(mp_obj_t buf) {
    uint32_t address = address_of(buf);
    bool known = false;
    for (int i = 0; i < ASKED; i++) {
        known |= MP_STATE_PORT(vb_known_buffers)[i] == buf;
    }
    if (!known) {
        MP_STATE_PORT(vb_known_buffers)[next++ % ASKED] = buf;
    }
    return mp_obj_new_int_from_uint(address);
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_memory_address_obj, address);

// The buffer at an address, and the offset in it; None if there is none.
static mp_obj_t place(mp_obj_t address_in) {
    void *at;
    uint32_t address = mp_obj_get_int_truncated(address_in);
    mp_obj_t buf = vb_memory_buffer(address, 1, MP_BUFFER_READ, &at);
    if (buf == MP_OBJ_NULL) {
        return mp_const_none;
    }
    mp_buffer_info_t memory;
    mp_get_buffer_raise(buf, &memory, MP_BUFFER_READ);
    mp_obj_t found[] = {buf, MP_OBJ_NEW_SMALL_INT((char *)at - (char *)memory.buf)};
    return mp_obj_new_tuple(2, found);
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_memory_place_obj, place);
