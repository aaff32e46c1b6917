// core/heap.c: memory for Python. The RP2040 has one block. The ESP32 starts with a small one and adds pieces of the memory
// that IDF has left (MICROPY_GC_SPLIT_HEAP_AUTO, ports/esp32/mpconfigport.h); gc.mem_free() includes the largest of them.

#include <setjmp.h>

#include "py/gc.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "shared/runtime/gchelper.h"
#include "core/internal.h"
#include "core/aside.h"
#include "core/host.h"
#include "safe/held.h"

#define WORDS (VB_BITS / 32) // objects of the 64-bit build are twice as large: for practice only

static char *heap;

void vb_heap_map(void) {
    heap = vb_host_map(VB_HEAP_ADDRESS, vb_options.heap_bytes);
    #if VB_ESP32
    vb_host_map(VB_POOL_ADDRESS, VB_POOL_BYTES * WORDS);
    #endif
}

#if VB_ESP32

#define PIECES 8
#define CAP_8BIT 4 // MALLOC_CAP_8BIT: esp32.HEAP_DATA

static struct piece {
    char *at;
    size_t bytes;
} pieces[PIECES]; // in use, by address
static unsigned used;
static size_t least_free = VB_POOL_BYTES * WORDS;

// The largest gap: its address, and the index of the piece behind it.
static size_t largest(char **at, unsigned *before) {
    char *from = (char *)VB_POOL_ADDRESS;
    size_t most = 0;
    for (unsigned i = 0; i <= used; i++) {
        char *to = i < used ? pieces[i].at : (char *)VB_POOL_ADDRESS + VB_POOL_BYTES * WORDS;
        if ((size_t)(to - from) > most) {
            most = to - from;
            *at = from;
            *before = i;
        }
        from = i < used ? to + pieces[i].bytes : to;
    }
    return most;
}

static size_t free_bytes(void) {
    size_t sum = VB_POOL_BYTES * WORDS - vb_thread_bytes() * WORDS;
    for (unsigned i = 0; i < used; i++) {
        sum -= pieces[i].bytes;
    }
    return sum;
}

size_t gc_get_max_new_split(void) {
    char *at;
    unsigned before;
    size_t most = used < PIECES ? largest(&at, &before) : 0, threads = vb_thread_bytes() * WORDS;
    return most > threads ? most - threads : 0;
}

void *vb_heap_grow(size_t bytes) {
    char *at = NULL;
    unsigned before = 0;
    if (bytes > gc_get_max_new_split()) {
        return NULL;
    }
    largest(&at, &before);
    for (unsigned i = used++; i > before; i--) {
        pieces[i] = pieces[i - 1];
    }
    pieces[before] = (struct piece) {at, bytes};
    least_free = MIN(least_free, free_bytes());
    return at;
}

void vb_heap_shrink(void *at) {
    unsigned i = 0;
    while (i < used && pieces[i].at != at) {
        i++;
    }
    for (used -= i < used; i < used; i++) {
        pieces[i] = pieces[i + 1];
    }
}

// esp32.idf_heap_info(): the one region of IDF's heap that Python's heap grows into.
static mp_obj_t idf_heap_info(mp_obj_t capabilities) {
    if (mp_obj_get_int(capabilities) != CAP_8BIT) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: esp32.idf_heap_info() of other memory than HEAP_DATA"));
    }
    mp_obj_t region[] = {
        MP_OBJ_NEW_SMALL_INT(VB_POOL_BYTES * WORDS), MP_OBJ_NEW_SMALL_INT(free_bytes()),
        MP_OBJ_NEW_SMALL_INT(gc_get_max_new_split()), MP_OBJ_NEW_SMALL_INT(least_free),
    };
    mp_obj_t tuple = mp_obj_new_tuple(MP_ARRAY_SIZE(region), region);
    return mp_obj_new_list(1, &tuple);
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_idf_heap_info_obj, idf_heap_info);

#endif

void vb_heap_start(void) {
    #if VB_ESP32
    used = 0;
    #endif
    gc_init(heap, heap + vb_options.heap_bytes);
}

// Tells the bench how much memory is free. This takes no time, as the chip does not do it.
static void report_free(void) {
    gc_info_t info;
    int32_t hook_ns = vb_gc_hook_ns;
    vb_gc_hook_ns = 0;
    gc_info(&info);
    vb_gc_hook_ns = hook_ns;
    #if VB_ESP32
    info.free += info.max_new_split;
    #endif
    vb_emit(VB_REC_HEAP, 0, 0, info.free);
}

// More roots than on the chip, which take no time: what C code uses meanwhile (safe/held.c), its registers included, and
// what a module refers to (safe/asyncio.c).
__attribute__((noinline)) static void collect_more(void) {
    int32_t hook_ns = vb_gc_hook_ns;
    vb_gc_hook_ns = 0;
    gc_collect_root(&mp_asyncio_context, 1);
    if (vb_holding) {
        jmp_buf registers;
        setjmp(registers);
        vb_keep_interior((void **)&registers, (void **)MP_STATE_THREAD(stack_top));
        vb_thread_keep_interior();
    }
    vb_gc_hook_ns = hook_ns;
}

// A hard handler interrupts the collection, before the record of its end. The call is not in gc_collect(), whose frame is on
// the stack that the collector looks at.
__attribute__((noinline)) static void let_handlers_in(void) {
    if (vb_hard) {
        vb_aside(vb_serve_hard);
    }
}

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    mp_thread_gc_others();
    collect_more();
    gc_collect_end();
    vb_poison_all_free();
    let_handlers_in();
    report_free();
}
