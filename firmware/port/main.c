// main.c: the life of the board: options, boot, boot.py, main.py, the prompt, resets.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "py/builtin.h"
#include "py/compile.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpprint.h"
#include "py/runtime.h"
#include "py/cstack.h"
#include "shared/readline/readline.h"
#include "shared/runtime/pyexec.h"
#include "core/aside.h"
#include "core/internal.h"
#include "esp32/ota.h"
#include "core/host.h"
#include "net/radio.h"
#include "collected.h"
#include "genhdr/mpversion.h"

// The 64-bit build is for practice only. Its words are twice as large, so its heap and stack are, too.
#define WORDS (VB_BITS / 32)
#define CHANCE_STEP 0x9e3779b9 // added to the seed at each hard reset; BOOT_STEP in hardware/seed.py

struct vb_options vb_options VB_RETAINED = {
    .cause = 1, .heap_bytes = VB_HEAP_BYTES * WORDS,
};
static bool soft;      // the last reset was a soft one
static bool in_main;   // main.py runs

const char vb_help_text[] =
    "Welcome to MicroPython on a virtual " MICROPY_HW_BOARD_NAME "!\n"
    "\n"
    "The pins are wired to the bench. For help on hardware see the module `machine`;\n"
    "for the modules that there are type help('modules').\n"
    "\n"
    "Control commands:\n"
    "  CTRL-A        -- on a blank line, enter raw REPL mode\n"
    "  CTRL-B        -- on a blank line, enter normal REPL mode\n"
    "  CTRL-C        -- interrupt a running program\n"
    "  CTRL-D        -- on a blank line, do a soft reset of the board\n"
    "  CTRL-E        -- on a blank line, enter paste mode\n";

// ---- reports to the bench ----

int vb_reset_cause(void) {
    return soft && VB_SOFT_RESET_CAUSE ? VB_SOFT_RESET_CAUSE : vb_options.cause;
}

void vb_state(uint8_t state, uint32_t detail) {
    vb_emit(VB_REC_STATE, state, vb_reset_cause(), detail);
}

static void exc_strn(void *data, const char *str, size_t len) {
    vb_emit_text(VB_REC_EXC, str, len);
}

static int how_it_ended(mp_obj_t exception) {
    if (exception == MP_OBJ_NULL) {
        return 0;
    }
    mp_obj_t type = MP_OBJ_FROM_PTR(mp_obj_get_type(exception));
    if (mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&mp_type_SystemExit))) {
        return 3;
    }
    if (mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&mp_type_KeyboardInterrupt))) {
        return 2;
    }
    const mp_print_t printer = {NULL, exc_strn};
    mp_obj_print_exception(&printer, exception);
    vb_emit(VB_REC_EXC, 0, 0, 0);
    return 1;
}

// pyexec.c calls these before and after every program, cell and line.
void vb_before_exec(void) {
    vb_flush(); // the raw REPL's "OK" must not wait for the program
}

void vb_after_exec(void *exception, int ret) {
    vb_irq_restore(0); // a cell that left interrupts off must not stop the timers of the next one
    if (in_main) {
        in_main = false;
        vb_state(VB_STATE_MAIN_END, how_it_ended(ret == 1 ? MP_OBJ_NULL : MP_OBJ_FROM_PTR(exception)));
    }
}

// ---- a boot ----

static bool run_file(const char *name) {
    int ret = pyexec_file_if_exists(name);
    in_main = false;
    return !(ret & PYEXEC_FORCED_EXIT);
}

// false: the program asked for a soft reset.
static bool run_programs(void) {
    pyexec_frozen_module("_boot.py", false);
    if (!run_file("boot.py")) {
        return false;
    }
    if (pyexec_mode_kind != PYEXEC_MODE_FRIENDLY_REPL || mp_import_stat("main.py") != MP_IMPORT_STAT_FILE) {
        return true;
    }
    vb_state(VB_STATE_MAIN, 0);
    in_main = true;
    return run_file("main.py");
}

static void run_repl(void) {
    for (int ret = 0; ret == 0;) {
        if (pyexec_mode_kind == PYEXEC_MODE_RAW_REPL) {
            ret = pyexec_raw_repl();
        } else {
            vb_state(VB_STATE_REPL, 0);
            ret = pyexec_friendly_repl();
        }
    }
}

static void boot(void) {
    vb_thread_start();
    vb_heap_start();
    mp_init();
    mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__slash_lib));
    readline_init0();
    vb_state(VB_STATE_BOOT, 0);
    if (run_programs()) {
        run_repl();
    }
    mp_hal_stdout_tx_str("MPY: soft reboot\r\n");
    vb_state(VB_STATE_SOFT_RESET, 0);
    vb_thread_start(); // ends the others
    vb_pending_clear();
    VB_SOFT_RESET_ALL();
    vb_pin_deinit_all();
    gc_sweep_all();
    vb_alarm_cancel_all();
    mp_deinit();
    soft = true;
}

static void live(void) {
    char top;
    vb_thread_start();
    mp_cstack_init_with_top(&top, VB_STACK_BYTES * WORDS);
    vb_clock_start(vb_options.t0_ns);
    vb_rtc_start();
    #if VB_ESP32
    vb_ota_start();
    #endif
    vb_hello();
    vb_wall_restart();
    if (vb_options.cause != 1) {
        vb_wait_until(vb_now() + VB_RESET_NS); // the time that a start takes, also for a program that resets at once
    }
    for (;;) {
        boot();
    }
}

// The pads float, and all starts again except what is VB_RETAINED. The board sends HELLO again.
void vb_reset(int cause) {
    vb_state(VB_STATE_HARD_RESET, cause);
    vb_pin_float_all(false);
    vb_flush();
    vb_options.cause = cause;
    vb_options.t0_ns = vb_now();
    vb_options.ticks0_ms = 0;
    vb_options.chance += CHANCE_STEP;
    vb_options.seed = vb_options.chance;
    vb_host_run_again();
}

// ---- the process ----

static void parse_uid(const char *hex) {
    for (int i = 0; i < 6 && hex[2 * i] && hex[2 * i + 1]; i++) {
        char byte[3] = {hex[2 * i], hex[2 * i + 1], 0};
        vb_options.uid[i] = strtoul(byte, NULL, 16);
    }
}

static void parse(const char *name, const char *value) {
    uint64_t n = strtoull(value, NULL, 0);
    if (!strcmp(name, "--seed")) {
        vb_options.seed = vb_options.chance = n;
    } else if (!strcmp(name, "--uid")) {
        parse_uid(value);
    } else if (!strcmp(name, "--ticks0")) {
        vb_options.ticks0_ms = n;
    } else if (!strcmp(name, "--t0")) {
        vb_options.t0_ns = n;
    } else if (!strcmp(name, "--cause")) {
        vb_options.cause = n;
    } else if (!strcmp(name, "--radio")) {
        vb_radio = n;
    } else if (!strcmp(name, "--heap")) {
        vb_options.heap_bytes = n;
    } else if (!vb_host_option(name, n)) {
        fprintf(stderr, "unknown option %s\n", name);
        exit(VB_EXIT_USAGE);
    }
}

#if VB_RP2
static void name(mp_obj_str_t *text, const char *says) {
    text->data = (const byte *)says;
    text->len = strlen(says);
}

// A Pico with a radio has the Pico W's firmware.
static void be_pico_w(void) {
    name(&mp_sys_implementation_machine_obj, VB_RADIO_MACHINE);
    name(&mp_os_uname_info_machine_obj, VB_RADIO_MACHINE);
    name(&mp_sys_implementation__build_obj, VB_RADIO_BUILD_NAME);
    vb_rp2_has_radio();
    vb_pin_has_radio();
    if (vb_options.heap_bytes == VB_HEAP_BYTES * WORDS) {
        vb_options.heap_bytes = VB_RADIO_HEAP_BYTES * WORDS;
    }
}
#endif

int main(int argc, char **argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
        parse(argv[i], argv[i + 1]);
    }
    size_t flash_bytes = argc % 2 ? vb_host_open(VB_FLASH_BYTES + VB_NVS_BYTES) : 0;
    if (!flash_bytes) {
        fprintf(stderr, "usage: %s " VB_HOST_USAGE " [--seed N] [--uid HEX12] [--ticks0 MS] [--t0 NS]"
            " [--cause N] [--heap BYTES] [--radio 0|1]\n", argv[0]);
        return VB_EXIT_USAGE;
    }
    #if VB_RP2
    if (vb_radio) {
        be_pico_w();
    }
    #endif
    vb_cost_start();
    #if VB_ESP32
    vb_partitions_start(flash_bytes);
    vb_flash_start(vb_storage_bytes);
    #else
    vb_flash_start(flash_bytes);
    #endif
    vb_pin_start();
    vb_heap_map();
    vb_thread_map();
    vb_aside_map();
    vb_host_run(flash_bytes, live);
}

void vb_panic(uint32_t detail) {
    vb_state(VB_STATE_PANIC, detail);
    vb_flush();
    vb_host_exit(VB_EXIT_PANIC);
}

#if VB_HAS_BOOTLOADER
void vb_enter_loader(void) {
    vb_state(VB_STATE_LOADER, 0);
    vb_flush();
    vb_host_exit(VB_EXIT_LOADER);
}
#endif

void nlr_jump_fail(void *value) {
    vb_panic(0);
}
