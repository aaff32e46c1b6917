// rp2/modrp2.h: what the files of the rp2 module share.
#pragma once

#include "py/obj.h"
#include "shared/runtime/mpirq.h"
#include "core/board.h"
#include "rp2/pio.h"

#define VB_NS_PIO VB_US(1.5)       // a word into or out of a FIFO, an instruction, a read of a state; a GUESS
#define VB_NS_PIO_INIT VB_US(60.0) // StateMachine(...); a GUESS

extern const mp_obj_type_t vb_flash_type; // core/flash.c: the file system's part as a block device
extern const mp_obj_type_t vb_rp2_pio_type, vb_rp2_sm_type, vb_rp2_dma_type;

// The items of a program as asm_pio() makes it.
// 1.25 has no place for an offset in block 2: it takes the next item for it (issue 17509 of MicroPython), and so does this.
enum { PROG_CODE, PROG_OFFSET, PROG_EXECCTRL = PROG_OFFSET + 2, PROG_SHIFTCTRL, PROG_OUT, PROG_SET, PROG_SIDE, PROG_FIELDS };

typedef struct {
    mp_irq_obj_t base;
    uint32_t flags, trigger;
} vb_pio_irq_t;

// ---- rp2/pio_engine.c ----

extern struct pios vb_pios;
uint64_t vb_pio_now(void);            // the cycle in which the processor's present action takes effect
void vb_pio_touched(void);            // after such an action: updates the pads and plans again
void vb_pio_await(int machine, bool tx); // waits a short time, at most until the FIFO of the machine changes
void vb_pio_pads(int block, int base, int count, uint32_t out, uint32_t level); // gives pads to the block
void vb_pio_irq_on(int block, uint32_t flags, bool on); // flags (bits 0 to 3) that interrupt the processor

// ---- rp2/dma_class.c ----

uint32_t vb_dma_fifo_address(int machine, bool tx); // rp2/dma.c
void vb_dma_irq_on(int channel, bool on); // rp2/pio_engine.c: whether it interrupts the processor

// ---- rp2/pio_class.c ----

uint32_t vb_pio_add(int block, mp_obj_t *prog); // puts a program into the memory; raises
mp_obj_t vb_rp2_sm_get(int id);       // rp2/state_machine.c; raises
void vb_rp2_sm_init(mp_obj_t self, size_t n_args, const mp_obj_t *args, mp_map_t *kw);
int vb_rp2_sm_id(mp_obj_t self);
struct machine *vb_rp2_sm_machine(mp_obj_t self);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(vb_rp2_sm_get_obj); // rp2/state_machine_fifo.c
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(vb_rp2_sm_put_obj);
MP_DECLARE_CONST_FUN_OBJ_1(vb_rp2_sm_rx_fifo_obj);
MP_DECLARE_CONST_FUN_OBJ_1(vb_rp2_sm_tx_fifo_obj);
vb_pio_irq_t *vb_pio_irq_object(void **slot, mp_obj_t parent, const mp_irq_methods_t *methods);
