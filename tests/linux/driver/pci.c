// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The rig's PCI function: doorbells, and the board process that obeys (tests/linux/board.c).
 */
#include <linux/interrupt.h>
#include <linux/module.h>

#include "pci.h"

bool rig_boot;
module_param_named(boot, rig_boot, bool, 0444);
MODULE_PARM_DESC(boot, "the core runs already, as after a boot loader: start attaches to it");
bool rig_deaf;
module_param_named(deaf, rig_deaf, bool, 0444);
MODULE_PARM_DESC(deaf, "the core is not rung when the kernel detaches");
static bool soc;
module_param(soc, bool, 0444);
MODULE_PARM_DESC(soc, "the parts of a chip, whose core the kernel has a driver for");

/* ---- The board process ---- */

void rig_ring(struct rig *rig, int doorbell) {
    enum { DOORBELL_REGISTER = 12 };

    wmb(); /* what was written, then the doorbell */
    writel(RIG_BOARD << 16 | doorbell, rig->registers + DOORBELL_REGISTER);
}

void rig_begin_command(struct rig *rig, u32 command, u32 entry) {
    reinit_completion(&rig->obeyed);
    writel(entry, &rig->control->entry);
    writel(command, &rig->control->command);
    rig_ring(rig, RIG_COMMAND);
}

int rig_command(struct rig *rig, u32 command, u32 entry) {
    rig_begin_command(rig, command, entry);
    if (!wait_for_completion_timeout(&rig->obeyed, 30 * HZ))
        return -ETIMEDOUT;
    return (int)readl(&rig->control->result);
}

/* In a thread: what rpmsg calls from here may sleep. */
static irqreturn_t rig_rung(int irq, void *arg) {
    struct rig_doorbell *doorbell = arg;
    struct rig *rig = doorbell->rig;

    if (doorbell->number == RIG_COMMAND)
        complete(&rig->obeyed);
    else if (rig->data)
        rig->use->rung(rig, doorbell->number);
    return IRQ_HANDLED;
}

/* ---- The function ---- */

static void rig_release_doorbells(struct rig *rig) {
    while (rig->requested > 0) {
        rig->requested--;
        free_irq(pci_irq_vector(rig->pdev, rig->requested), &rig->doorbells[rig->requested]);
    }
    pci_free_irq_vectors(rig->pdev);
}

static int rig_request_doorbells(struct rig *rig) {
    int r = pci_alloc_irq_vectors(rig->pdev, RIG_DOORBELLS, RIG_DOORBELLS, PCI_IRQ_MSIX);

    while (r >= 0 && rig->requested < RIG_DOORBELLS) {
        struct rig_doorbell *doorbell = &rig->doorbells[rig->requested];

        doorbell->rig = rig;
        doorbell->number = rig->requested;
        r = request_threaded_irq(pci_irq_vector(rig->pdev, doorbell->number), NULL, rig_rung,
            IRQF_ONESHOT, "rig", doorbell);
        if (r == 0)
            rig->requested++;
    }
    return r < 0 ? r : 0;
}

static int rig_set_up(struct rig *rig) {
    int r;

    rig->registers = pcim_iomap(rig->pdev, 0, 0);
    rig->control = devm_ioremap(&rig->pdev->dev, RIG_CONTROL_DA, sizeof(*rig->control));
    if (!rig->registers || !rig->control)
        return -ENOMEM;
    r = rig_request_doorbells(rig);
    if (r == 0 && rig_boot)
        r = rig_command(rig, RIG_BOOT, 0);
    return r;
}

static int rig_probe(struct pci_dev *pdev, const struct pci_device_id *id) {
    struct rig *rig = devm_kzalloc(&pdev->dev, sizeof(*rig), GFP_KERNEL);
    int r = pcim_enable_device(pdev);

    if (r || !rig)
        return r ?: -ENOMEM;
    pci_set_master(pdev);
    if (pci_resource_start(pdev, 2) != RIG_BASE || pci_resource_len(pdev, 2) != RIG_LEN) {
        dev_err(
            &pdev->dev, "memory is at %pR, not where the firmware is linked\n", &pdev->resource[2]);
        return -ENXIO;
    }
    rig->pdev = pdev;
    rig->use = soc ? &rig_soc : &rig_rproc;
    init_completion(&rig->obeyed);
    pci_set_drvdata(pdev, rig);
    r = rig_set_up(rig);
    if (r == 0)
        r = rig->use->add(rig);
    if (r)
        rig_release_doorbells(rig);
    return r;
}

static void rig_remove(struct pci_dev *pdev) {
    struct rig *rig = pci_get_drvdata(pdev);

    rig->use->remove(rig);
    rig_command(rig, RIG_STOP, 0); /* also a core that the kernel is detached from */
    rig_release_doorbells(rig);
}

static const struct pci_device_id rig_ids[] = {{PCI_DEVICE(0x1af4, 0x1110)}, {}};
MODULE_DEVICE_TABLE(pci, rig_ids);

static struct pci_driver rig_driver = {
    .name = "rig",
    .id_table = rig_ids,
    .probe = rig_probe,
    .remove = rig_remove,
};
module_pci_driver(rig_driver);

MODULE_DESCRIPTION("a remote core behind an ivshmem doorbell");
MODULE_LICENSE("Dual MIT/GPL");
