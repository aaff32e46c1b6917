// esp32/ota.h: two programs in the flash, of which one is booted (partitions-4MiB-ota.csv of MicroPython 1.25.0).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The image of the bench: the file system, the settings, otadata, the two programs.
#define VB_OTA_STORAGE_BYTES 0xf0000
#define VB_OTA_DATA (VB_OTA_STORAGE_BYTES + 0x4000)
#define VB_OTA_SLOT_BYTES 0x180000
#define VB_OTA_SLOT(n) (VB_OTA_DATA + 0x2000 + (n) * VB_OTA_SLOT_BYTES)
#define VB_OTA_IMAGE_BYTES VB_OTA_SLOT(2)

extern bool vb_has_ota;
void vb_ota_start(void);         // a hard reset: the second stage loader chooses the program
int vb_ota_running(void);        // the slot that was chosen
int vb_ota_boot(void);           // the slot that the next start chooses
void vb_ota_set_boot(int slot);  // raises when its content is no program for this chip
void vb_ota_mark_valid(void);
