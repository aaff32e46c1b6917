// safe/select.c: the module select, whose lists have room for all objects that are ready.
//
// It is MicroPython's own file with one check more: an ioctl() in Python may poll the same objects, and more of them are
// ready then than were counted. The Makefile compiles this file in place of extmod/modselect.c.

#include "py/runtime.h"

static mp_obj_t poll_poll(size_t n_args, const mp_obj_t *args);

// With arguments it is MicroPython's function, alone (in the table of methods) it is ours.
#define poll_poll(n_args, args) poll_unchecked(n_args, args)
#include "extmod/modselect.c"
#undef poll_poll

static mp_obj_t poll_poll(size_t n_args, const mp_obj_t *args) {
    mp_obj_poll_t *self = MP_OBJ_TO_PTR(args[0]);
    size_t count = poll_poll_internal(n_args, args), ready = 0;
    mp_obj_list_t *list = MP_OBJ_TO_PTR(mp_obj_new_list(count, NULL));
    for (size_t i = 0; i < self->poll_set.map.alloc && ready < count; i++) {
        if (mp_map_slot_is_filled(&self->poll_set.map, i)) {
            const poll_obj_t *one = MP_OBJ_TO_PTR(self->poll_set.map.table[i].value);
            if (one->revents) {
                mp_obj_t pair[2] = {one->obj, MP_OBJ_NEW_SMALL_INT(one->revents)};
                list->items[ready++] = mp_obj_new_tuple(2, pair);
            }
        }
    }
    list->len = ready;
    return MP_OBJ_FROM_PTR(list);
}
