/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The rig's PCI function (ivshmem-doorbell): BAR 2 is the core's memory, doorbells are its
 * mailbox, and the board process on the other end executes the firmware.
 */
#ifndef RIG_PCI_H
#define RIG_PCI_H

#include <linux/completion.h>
#include <linux/io.h>
#include <linux/pci.h>

#include "rig.h"

struct rig;

/* What is made of it. */
struct rig_use {
    int (*add)(struct rig *rig);
    void (*remove)(struct rig *rig);
    void (*rung)(struct rig *rig, int doorbell); /* in a thread */
};
extern const struct rig_use rig_rproc; /* a core, with a driver of its own */
extern const struct rig_use rig_soc; /* the parts of a chip, for the kernel's driver of it */

struct rig {
    struct pci_dev *pdev;
    const struct rig_use *use;
    void *data; /* the use's own, from `add` on until no doorbell is heard any more */
    void __iomem *registers;
    struct rig_control __iomem *control;
    struct completion obeyed;
    int requested; /* interrupts that have a handler */
    struct rig_doorbell {
        struct rig *rig;
        int number;
    } doorbells[RIG_DOORBELLS];
};

extern bool rig_boot; /* the core runs already, as after a boot loader */
extern bool rig_deaf; /* the core is not rung when the kernel detaches */

void rig_ring(struct rig *rig, int doorbell);
/* Have the board process do it, and wait until it has. */
int rig_command(struct rig *rig, u32 command, u32 entry);
/* The same without waiting: `obeyed` is complete then. */
void rig_begin_command(struct rig *rig, u32 command, u32 entry);

#endif
