/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the guest's driver and the board process agree on: doorbells, and commands that
 * lie in the simulated mailbox's window, behind the mailbox itself.  The device tree
 * (tests/linux/stm32.dts) has the addresses from here, too.
 */
#ifndef RIG_H
#define RIG_H

#include "addresses.h"

#define RIG_BASE AMP_SIM_FLASH_DA
#define RIG_LEN (AMP_SIM_MAILBOX_DA + AMP_SIM_MAILBOX_LEN - RIG_BASE)

/* What a device tree would reserve: rings and buffers in shared RAM. */
#define RIG_VRING0_DA (AMP_SIM_SHARED_DA + 0x4000)
#define RIG_VRING1_DA (AMP_SIM_SHARED_DA + 0x8000)
#define RIG_VRING_LEN 0x4000
#define RIG_BUFFERS_DA (AMP_SIM_SHARED_DA + 0x10000)
#define RIG_BUFFERS_LEN 0x00080000
#define RIG_DUMP_LEN 0x10000 /* of data RAM, in a dump of the core */

#define RIG_CONTROL_DA (AMP_SIM_MAILBOX_DA + AMP_SIM_MAILBOX_LEN / 2)

/* Registers that outlive a reset, in which a boot loader says what it has started. */
#define RIG_BACKUP_DA (RIG_CONTROL_DA + 0x1000)
#define RIG_BACKUP_LEN 0x1000
#define RIG_BACKUP_TABLE 0x144
#define RIG_BACKUP_STATE 0x148

/* Resets, as the device tree numbers them. */
#define RIG_RESET_CORE 0
#define RIG_RESET_HOLD_BOOT 1
#define RIG_RESETS 2

/* Channels of the mailbox: those of the rings have the numbers of their doorbells. */
#define RIG_MAILBOX_SHUTDOWN 2
#define RIG_MAILBOX_DETACH 3
#define RIG_MAILBOXES 4

#ifndef __ASSEMBLER__

/* Doorbells of both directions; the first two are the notify ids of the rings. */
enum { RIG_VRING0, RIG_VRING1, RIG_COMMAND, RIG_DIED, RIG_DOORBELLS };
/* The two ends, as ivshmem numbers them. */
enum { RIG_KERNEL, RIG_BOARD };
enum {
    RIG_START = 1, /* let go of the core's reset: it begins at `entry` */
    RIG_STOP,
    RIG_BOOT, /* what a boot loader does: load the board's own image, and start it */
    RIG_DETACH, /* ring the core, whose host has left, and let it finish what it does */
    RIG_SETTLE, /* only let it finish */
};

/* Written by the kernel before it rings RIG_COMMAND, but for the last ones, which the
 * board process writes before it rings back. */
struct rig_control {
    unsigned int command;
    unsigned int entry;
    unsigned int result; /* 0, or a negative errno */
    unsigned int table_da; /* of the image that was booted */
};

#endif /* __ASSEMBLER__ */

#endif
