// safe/asyncio.c: the module _asyncio, whose queues hold tasks, each in one place.
//
// It is MicroPython's own file with checks more: it takes any object for a task, for a queue or for the dict of the running
// task, and follows links of a task that is in another queue. The collector does not see the link of a last child to its
// parent (py/pairheap.c), so that parent may be gone. The Makefile compiles this file in place of extmod/modasyncio.c.

#include "py/pairheap.h"
#include "py/runtime.h"
#include "core/board.h"

static mp_obj_t task_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
static mp_obj_t task_queue_push(size_t n_args, const mp_obj_t *args);
static mp_obj_t task_queue_remove(mp_obj_t queue_in, mp_obj_t task_in);

// With arguments it is MicroPython's function, alone (in a table) or called by MicroPython it is ours: the begin of the
// first argument tells a call from the definition.
#define task_queue_push(n_args, args) PUSH_##n_args, args)
#define PUSH_size_t push_unchecked(size_t
#define PUSH_2 task_queue_push(2
#define task_queue_remove(queue, task) REMOVE_##queue, task)
#define REMOVE_mp_obj_t remove_unchecked(mp_obj_t
#define REMOVE__task_queue task_queue_remove(_task_queue
#define task_make_new(type, n_args, n_kw, args) make_unchecked(type, n_args, n_kw, args)
#define mp_obj_is_subclass_fast(type, of) ((type) == (of)) // an object of a class in Python has another form
#undef nlr_raise
#define nlr_raise(data) nlr_jump(MP_OBJ_TO_PTR(mp_make_raise_obj(data)))
#include "extmod/modasyncio.c"
#undef task_queue_push
#undef task_queue_remove
#undef task_make_new

void vb_asyncio_forget(void) {
    mp_asyncio_context = MP_OBJ_NULL;
}
VB_AT_SOFT_RESET(vb_asyncio_forget, 80)

static void *checked(mp_obj_t object, const mp_obj_type_t *type) {
    if (!mp_obj_is_exact_type(object, type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("no Task or TaskQueue"));
    }
    return MP_OBJ_TO_PTR(object);
}

// The first task of a queue, which is below no other one: a task that was put into two queues may be.
static mp_pairheap_t *top_of(mp_obj_t queue_in) {
    mp_obj_task_queue_t *queue = checked(queue_in, &task_queue_type);
    if (queue->heap && queue->heap->pairheap.next) {
        queue->heap = NULL;
    }
    return TASK_PAIRHEAP(queue->heap);
}

static bool is_below(const mp_pairheap_t *top, const mp_pairheap_t *task) {
    for (const mp_pairheap_t *at = top; at; ) {
        if (at == task) {
            return true;
        }
        if (at->child) {
            at = at->child;
            continue;
        }
        while (at != top && (uintptr_t)at->next & 1) {
            at = (void *)((uintptr_t)at->next & ~1);
        }
        at = at == top ? NULL : at->next;
    }
    return false;
}

static mp_obj_t task_queue_push(size_t n_args, const mp_obj_t *args) {
    mp_pairheap_t *top = top_of(args[0]);
    mp_obj_task_t *task = checked(args[1], &task_type);
    if (task->pairheap.next || task->pairheap.child || &task->pairheap == top) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("task is in a queue"));
    }
    return push_unchecked(n_args, args);
}

static mp_obj_t task_queue_remove(mp_obj_t queue_in, mp_obj_t task_in) {
    mp_obj_task_t *task = checked(task_in, &task_type);
    return is_below(top_of(queue_in), &task->pairheap) ? remove_unchecked(queue_in, task_in) : mp_const_none;
}

static mp_obj_t task_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 2, false);
    if (n_args == 2 && !mp_obj_is_exact_type(args[1], &mp_type_dict)) {
        mp_raise_TypeError(MP_ERROR_TEXT("no dict"));
    }
    return make_unchecked(type, n_args, n_kw, args);
}
