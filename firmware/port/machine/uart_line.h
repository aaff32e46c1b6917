// machine/uart_line.h: a UART on a wire of the bench, below machine.UART (machine/uart.c).
#pragma once

#include "py/obj.h"
#include "py/ringbuf.h"
#include "core/board.h"

#define VB_UART_NO_PIN 255

// Interrupt triggers and inversions have the numbers of the chip; 0: this chip does not have it.
#if VB_ESP32
#define VB_UART_FIFO 128
#define VB_UART_IRQ_RX 1
#define VB_UART_IRQ_BREAK 2
#define VB_UART_IRQ_RXIDLE 0x1000
#define VB_UART_IRQ_TXIDLE 0
#define VB_UART_INV_RX 0x04 // UART_SIGNAL_RXD_INV and UART_SIGNAL_TXD_INV of IDF
#define VB_UART_INV_CTS 0x08
#define VB_UART_INV_TX 0x20
#define VB_UART_INV_RTS 0x40
#define VB_UART_INV_ALL 0x6c
#define VB_UART_IDLE_BITS 20
#define VB_UART_IDLE_LEAST_NS 500000
#else
#define VB_UARTS 2
#define VB_UART_FIFO 32
#define VB_UART_PINS {{0, 1}, {4, 5}}
#define VB_UART_IRQ_RX 0
#define VB_UART_IRQ_BREAK 0x200 // bits of UARTMIS (RP2040 data sheet 4.2.8)
#define VB_UART_IRQ_RXIDLE 0x40
#define VB_UART_IRQ_TXIDLE 0x20
#define VB_UART_INV_TX 1
#define VB_UART_INV_RX 2
#define VB_UART_INV_ALL 3
#define VB_UART_IDLE_BITS 32
#define VB_UART_IDLE_LEAST_NS 0
#endif
#define VB_UART_IRQ_ALL (VB_UART_IRQ_RX | VB_UART_IRQ_BREAK | VB_UART_IRQ_RXIDLE | VB_UART_IRQ_TXIDLE)

typedef struct _machine_uart_obj_t {
    mp_obj_base_t base;
    uint8_t id, bits, parity, stop, tx, rx, rts, cts, invert, flow; // parity: 0 none, 1 odd, 2 even
    uint32_t baudrate; // 0: off
    uint16_t timeout, timeout_char; // ms
    uint16_t txbuf, rxbuf;
    ringbuf_t ring;     // bytes that have arrived
    uint64_t line_free; // when all written bytes have left
    uint16_t irq_trigger, irq_flags;
    struct vb_alarm rx_idle, tx_idle;
} vb_uart_t;

vb_uart_t *vb_uart_fresh(uint8_t id);   // the state of power on; bytes that are still leaving stay
void vb_uart_apply(vb_uart_t *self);    // gives the settings to pads and bench; allocates the buffer
void vb_uart_trigger(vb_uart_t *self, uint16_t trigger); // what calls the program's handler
void vb_uart_off(vb_uart_t *self);
uint64_t vb_uart_byte_ns(const vb_uart_t *self);
size_t vb_uart_room(const vb_uart_t *self); // bytes that buffer and FIFO can take now
size_t vb_uart_any(vb_uart_t *self);        // bytes that have arrived
size_t vb_uart_read(vb_uart_t *self, uint8_t *dest, size_t size); // returns how many, within the time-outs
size_t vb_uart_write(vb_uart_t *self, const uint8_t *src, size_t size);
void vb_uart_break(vb_uart_t *self);
