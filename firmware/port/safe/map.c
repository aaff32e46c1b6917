// safe/map.c: the tables of dict and set, which do not change while they are searched.
//
// It is MicroPython's own file with one check more: a key is compared by its __eq__(), which may run Python and change the
// table, and MicroPython goes on in the old one, whose memory may belong to another object by then. The Makefile compiles
// this file in place of py/map.c.

#include "py/runtime.h"

// Each function that compares has one of these names as its argument, which hides the one here. The functions that compare
// for it are no inline functions: a usual search leaves on the stack what it left before (see "Repeatable runs" in
// README.md).
static mp_map_t *const map = NULL;
static mp_set_t *const set = NULL;
#define APART __attribute__((noinline))
APART bool vb_equal_in_map(mp_obj_t key, mp_obj_t index, mp_map_t *map);
APART bool vb_equal_in_set(mp_obj_t key, mp_obj_t index, mp_set_t *set);
#define mp_obj_equal(key, index) (map ? vb_equal_in_map(key, index, map) : vb_equal_in_set(key, index, set))
#include "py/map.c"
#undef mp_obj_equal

static inline bool is_plain(mp_obj_t key) {
    return !mp_obj_is_obj(key) || ((mp_obj_base_t *)MP_OBJ_TO_PTR(key))->type == &mp_type_str;
}

static NORETURN void raise_changed(void) {
    mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("dict or set changed while it was searched"));
}

static APART bool equal_checked_in_map(mp_obj_t key, mp_obj_t index, mp_map_t *map) {
    const mp_map_t before = *map;
    bool equal = mp_obj_equal(key, index);
    if (map->table != before.table || map->alloc != before.alloc || map->used != before.used) {
        raise_changed();
    }
    return equal;
}

static APART bool equal_checked_in_set(mp_obj_t key, mp_obj_t index, mp_set_t *set) {
    const mp_set_t before = *set;
    bool equal = mp_obj_equal(key, index);
    if (set->table != before.table || set->alloc != before.alloc || set->used != before.used) {
        raise_changed();
    }
    return equal;
}

bool vb_equal_in_map(mp_obj_t key, mp_obj_t index, mp_map_t *map) {
    return is_plain(key) && is_plain(index) ? mp_obj_equal(key, index) : equal_checked_in_map(key, index, map);
}

bool vb_equal_in_set(mp_obj_t key, mp_obj_t index, mp_set_t *set) {
    return is_plain(key) && is_plain(index) ? mp_obj_equal(key, index) : equal_checked_in_set(key, index, set);
}
