// safe/bluetooth.c: the module bluetooth, whose events a program may keep.
//
// It is MicroPython's own file with these changes. The chip's firmware gives a handler a tuple and memoryviews that lie on
// the C stack and in the buffers of the Bluetooth stack; here they are copies in the heap. As on the chip, the next event
// overwrites them. And the list of services is a tuple or a list, whose length is true and stays as it is: MicroPython makes
// room for as many as `len()` says. The Makefile compiles this file in place of extmod/modbluetooth.c.

#include <string.h>

#include "py/objarray.h"
#include "py/objtype.h"
#include "py/runtime.h"
#include "net/ble.h"

#define EVENT_ITEMS 5
#define EVENT_VIEWS 2
#define MOST_ENTRIES 255 // MicroPython counts descriptors in a byte

void *__real_gc_alloc(size_t bytes, unsigned flags);

// What a handler gets. All pointers are to the begin of a block: the program may keep any of them.
typedef struct _vb_ble_given_t {
    mp_obj_tuple_t *tuple;
    mp_obj_array_t *views[EVENT_VIEWS];
    mp_obj_bluetooth_uuid_t *uuid;
    bool busy;
} vb_ble_given_t;

// It costs no virtual time: the chip does not do this.
static void *alloc_given(size_t bytes) {
    void *given = __real_gc_alloc(bytes, 0);
    if (!given) {
        m_malloc_fail(bytes);
    }
    return memset(given, 0, bytes);
}

static vb_ble_given_t *make_given(void) {
    vb_ble_given_t *given = alloc_given(sizeof(*given));
    given->tuple = alloc_given(sizeof(mp_obj_tuple_t) + EVENT_ITEMS * sizeof(mp_obj_t));
    given->tuple->base.type = &mp_type_tuple;
    for (size_t i = 0; i < EVENT_ITEMS; i++) {
        given->tuple->items[i] = mp_const_none;
    }
    for (size_t i = 0; i < EVENT_VIEWS; i++) {
        given->views[i] = alloc_given(sizeof(mp_obj_array_t));
        mp_obj_memoryview_init(given->views[i], 'B', 0, 0, alloc_given(VB_BLE_MOST_MTU));
    }
    given->uuid = alloc_given(sizeof(mp_obj_bluetooth_uuid_t));
    given->uuid->base.type = &mp_type_bluetooth_uuid;
    return given;
}

static void end_given(void *on_jump) {
    vb_ble_given_t *given = MP_STATE_PORT(ble_given);
    if (given) { // no soft reset came
        given->busy = false;
    }
}

// Calls the handler with copies. A handler that runs inside another one gets copies of its own.
static mp_obj_t call_handler(mp_obj_t handler, mp_obj_t event, const mp_obj_tuple_t *from) {
    vb_ble_given_t *given = MP_STATE_PORT(ble_given);
    if (!given) {
        given = MP_STATE_PORT(ble_given) = make_given();
    }
    bool nested = given->busy;
    if (nested) {
        given = make_given();
    }
    size_t views = 0;
    for (size_t i = 0; i < from->len; i++) {
        mp_obj_t item = from->items[i];
        if (mp_obj_is_type(item, &mp_type_memoryview)) {
            const mp_obj_array_t *source = MP_OBJ_TO_PTR(item);
            mp_obj_array_t *view = given->views[views++];
            view->len = MIN(source->len, VB_BLE_MOST_MTU);
            memcpy(view->items, source->items, view->len);
            item = MP_OBJ_FROM_PTR(view);
        } else if (mp_obj_is_type(item, &mp_type_bluetooth_uuid)) {
            const mp_obj_bluetooth_uuid_t *source = MP_OBJ_TO_PTR(item);
            given->uuid->type = source->type;
            memcpy(given->uuid->data, source->data, sizeof(source->data));
            item = MP_OBJ_FROM_PTR(given->uuid);
        }
        given->tuple->items[i] = item;
    }
    given->tuple->len = from->len;
    if (nested) {
        return mp_call_function_2(handler, event, MP_OBJ_FROM_PTR(given->tuple));
    }
    given->busy = true;
    nlr_jump_callback_node_t on_jump;
    nlr_push_jump_callback(&on_jump, end_given);
    mp_obj_t result = mp_call_function_2(handler, event, MP_OBJ_FROM_PTR(given->tuple));
    nlr_pop_jump_callback(true);
    return result;
}

static mp_obj_t checked_len(mp_obj_t entries) {
    size_t len;
    mp_obj_t *items;
    mp_obj_get_array(entries, &len, &items);
    if (len > MOST_ENTRIES) {
        mp_raise_ValueError(MP_ERROR_TEXT("too many entries"));
    }
    return MP_OBJ_NEW_SMALL_INT(len);
}

// No __int__(), which could change the lists.
static mp_int_t plain_int(mp_const_obj_t number) {
    if (mp_obj_is_instance_type(mp_obj_get_type(number))) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("can't convert %s to int"), mp_obj_get_type_str(number));
    }
    return mp_obj_get_int(number);
}

#define mp_obj_len(entries) checked_len(entries)
#define mp_obj_get_int(number) plain_int(number)
#define mp_call_function_2(handler, event, data) call_handler(handler, event, MP_OBJ_TO_PTR(data))
#include "extmod/modbluetooth.c"

MP_REGISTER_ROOT_POINTER(struct _vb_ble_given_t *ble_given);
