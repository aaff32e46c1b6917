// machine/mem.c: machine.mem8, mem16 and mem32 for the registers that are modelled. Every other address raises: no code
// here reads or writes memory of this process.
// Registers: chips/.

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/internal.h"
#include "machine/mem.h"

static uint32_t register_at(mp_obj_t index, unsigned bytes) {
    uint32_t address = mp_obj_get_int_truncated(index);
    if (address & (bytes - 1)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("address %08x is not aligned to %d bytes"), (uint)address, bytes);
    }
    return address;
}

__attribute__((noreturn)) void vb_mem_unknown(uint32_t address) {
    mp_raise_msg_varg(&mp_type_NotImplementedError, MP_ERROR_TEXT("not simulated: the memory at 0x%08x"), (uint)address);
}

static mp_obj_t mem_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    unsigned bytes = ((const struct vb_mem *)MP_OBJ_TO_PTR(self_in))->bytes;
    if (value == MP_OBJ_NULL) {
        return MP_OBJ_NULL;
    }
    uint32_t address = register_at(index, bytes), mask = bytes == 4 ? ~0u : (1u << 8 * bytes) - 1;
    vb_charge(VB_NS_PIN_READ);
    if (value == MP_OBJ_SENTINEL) {
        uint32_t word = vb_mem_read(address & ~3u);
        return mp_obj_new_int_from_uint(word >> 8 * (address & 3) & mask);
    }
    uint32_t word = mp_obj_get_int_truncated(value) & mask;
    if (bytes < 4) {
        if (!VB_MEM_NARROW_WRITES) {
            vb_mem_unknown(address);
        }
        word *= bytes == 1 ? 0x01010101u : 0x00010001u; // the bus repeats a narrow write in every lane (datasheet 2.1.4)
    }
    vb_mem_write(address & ~3u, word);
    return mp_const_none;
}

static void mem_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    mp_printf(print, "<%u-bit memory>", 8 * ((const struct vb_mem *)MP_OBJ_TO_PTR(self_in))->bytes);
}

static MP_DEFINE_CONST_OBJ_TYPE(mem_type, MP_QSTR_mem, MP_TYPE_FLAG_NONE, print, mem_print, subscr, mem_subscr);

VB_ENTRY(machine, mem8, struct vb_mem, vb_mem8)
VB_ENTRY(machine, mem16, struct vb_mem, vb_mem16)
VB_ENTRY(machine, mem32, struct vb_mem, vb_mem32)
const struct vb_mem vb_mem8 = {{&mem_type}, 1}, vb_mem16 = {{&mem_type}, 2}, vb_mem32 = {{&mem_type}, 4};

// ---- the same on both chips: words with one bit per pin ----

// Each changed bit is a record with the time of a pin write, as the bench rejects faster ones.
void vb_mem_outputs(uint32_t word, int first) {
    for (int pin = first; pin < MIN(first + 32, VB_PINS); pin++) {
        bool level = word >> (pin - first) & 1;
        if (vb_pin_latch(pin) != level) {
            vb_pin_write(pin, level);
        }
    }
}

void vb_mem_enables(uint32_t word, int first) {
    for (int pin = first; pin < MIN(first + 32, VB_PINS); pin++) {
        bool out = word >> (pin - first) & 1;
        if (out != (vb_pin_direction(pin) == VB_MODE_OUT) && VB_PIN_EXISTS(pin) && !VB_PIN_INPUT_ONLY(pin)) {
            vb_pin_mode(pin, out ? VB_MODE_OUT : VB_MODE_IN, vb_pin_pull(pin));
        }
    }
}

uint32_t vb_mem_latches(int first) {
    uint32_t word = 0;
    for (int pin = first; pin < MIN(first + 32, VB_PINS); pin++) {
        word |= (uint32_t)vb_pin_latch(pin) << (pin - first);
    }
    return word;
}

uint32_t vb_mem_enabled(int first) {
    uint32_t word = 0;
    for (int pin = first; pin < MIN(first + 32, VB_PINS); pin++) {
        word |= (uint32_t)(vb_pin_direction(pin) == VB_MODE_OUT) << (pin - first);
    }
    return word;
}

uint32_t vb_mem_inputs(int first) {
    uint32_t word = 0;
    for (int pin = first; pin < MIN(first + 32, VB_PINS); pin++) {
        word |= (uint32_t)(VB_PIN_EXISTS(pin) && vb_pin_look(pin)) << (pin - first);
    }
    return word;
}
