// safe/list.c: the type list, whose items stay where they are while they are sorted or looked for.
//
// It is MicroPython's own file with three changes. The Makefile compiles this file in place of py/objlist.c.
// - It sorts the items in their place, and a key or __lt__() that changes the list frees that place, which other objects
//   get then. Here the list is empty while these run, as in CPython.
// - An index is converted to a number before the length of the list is read (safe/index.h).
// - Comparisons of a sort take time, and reverse() by the length of the list.

#include "py/gc.h"
#include "py/objlist.h"
#include "py/objtuple.h"
#include "py/runtime.h"
#include "core/board.h"
#include "safe/index.h"

// ---- the sort ----

// The functions that the sort calls, and the sort itself, with arguments; alone (in the table of methods) the sort is ours.
// They are no inline functions: a usual sort leaves on the stack what it left before (see "Repeatable runs" in README.md).
#define APART __attribute__((noinline))
APART mp_obj_t vb_sort_key(mp_obj_t key, mp_obj_t item);
APART mp_obj_t vb_sort_less(mp_binary_op_t op, mp_obj_t a, mp_obj_t b);
APART mp_obj_t vb_sort_in_place(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs);
#define mp_call_function_1(key, item) vb_sort_key(key, item)
#define mp_binary_op(op, a, b) vb_sort_less(op, a, b)
#define mp_obj_list_sort(n_args, args, kwargs) vb_sort_in_place(n_args, args, kwargs)
static mp_obj_t list_reverse(mp_obj_t list);
#define list_reverse(list) reverse(list)
#include "py/objlist.c"
#undef list_reverse
#undef mp_call_function_1
#undef mp_binary_op
#undef mp_obj_list_sort

// The list has a block of its own meanwhile. It costs no virtual time: the chip does not do this.
void *__real_gc_alloc(size_t n_bytes, unsigned int flags);
void __real_gc_free(void *block);

static mp_obj_list_t *sorting; // the list that is sorted

typedef struct {
    nlr_jump_callback_node_t on_jump;
    mp_obj_list_t *list, whole;
    mp_obj_t *meanwhile;
} hidden_t;

static void show(void *on_jump) {
    hidden_t *hidden = on_jump;
    *hidden->list = hidden->whole;
    sorting = hidden->list; // the call may have sorted another one
}

static void hide(hidden_t *hidden) {
    hidden->list = sorting;
    hidden->whole = *sorting;
    hidden->meanwhile = __real_gc_alloc(LIST_MIN_ALLOC * sizeof(mp_obj_t), 0);
    if (hidden->meanwhile == NULL) {
        m_malloc_fail(LIST_MIN_ALLOC * sizeof(mp_obj_t));
    }
    sorting->items = hidden->meanwhile;
    sorting->len = 0;
    sorting->alloc = LIST_MIN_ALLOC;
    nlr_push_jump_callback(&hidden->on_jump, show);
}

static void show_unchanged(hidden_t *hidden) {
    bool changed = hidden->list->items != hidden->meanwhile || hidden->list->len;
    nlr_pop_jump_callback(true);
    if (changed) {
        mp_raise_ValueError(MP_ERROR_TEXT("list changed while it was sorted"));
    }
    __real_gc_free(hidden->meanwhile);
}

mp_obj_t vb_sort_key(mp_obj_t key, mp_obj_t item) {
    hidden_t hidden;
    hide(&hidden);
    mp_obj_t result = mp_call_function_1(key, item);
    show_unchanged(&hidden);
    return result;
}

static APART mp_obj_t less_hidden(mp_binary_op_t op, mp_obj_t a, mp_obj_t b) {
    hidden_t hidden;
    hide(&hidden);
    mp_obj_t result = mp_binary_op(op, a, b);
    show_unchanged(&hidden);
    return result;
}

static inline bool is_number(mp_obj_t item) {
    return !mp_obj_is_obj(item) || ((mp_obj_base_t *)MP_OBJ_TO_PTR(item))->type == &mp_type_float;
}

static bool is_plain(mp_obj_t item) {
    return is_number(item) || mp_obj_is_int(item) || mp_obj_is_str(item);
}

static bool runs_python(mp_obj_t item) {
    if (!mp_obj_is_exact_type(item, &mp_type_tuple)) {
        return !is_plain(item);
    }
    const mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(item);
    for (size_t i = 0; i < tuple->len; i++) {
        if (!is_plain(tuple->items[i])) {
            return true;
        }
    }
    return false;
}

static APART mp_obj_t less_checked(mp_binary_op_t op, mp_obj_t a, mp_obj_t b) {
    if (runs_python(a) || runs_python(b)) {
        return less_hidden(op, a, b);
    }
    return mp_binary_op(op, a, b);
}

mp_obj_t vb_sort_less(mp_binary_op_t op, mp_obj_t a, mp_obj_t b) {
    vb_spend(VB_NS_SORT);
    return is_number(a) && is_number(b) ? mp_binary_op(op, a, b) : less_checked(op, a, b);
}

mp_obj_t mp_obj_list_sort(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    sorting = MP_OBJ_TO_PTR(args[0]);
    return vb_sort_in_place(n_args, args, kwargs);
}

static mp_obj_t list_reverse(mp_obj_t list) {
    vb_charge(VB_NS_REVERSE * ((mp_obj_list_t *)MP_OBJ_TO_PTR(list))->len);
    return reverse(list);
}
