// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The rig's remote core, for the kernel's remoteproc: a PCI function of QEMU
 * (ivshmem-doorbell).  BAR 2 is the core's memory, doorbells are its mailbox, and the
 * board process on the other end executes the firmware (tests/linux/board.c).
 */
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/remoteproc.h>

#include "rig.h"

static bool boot;
module_param(boot, bool, 0444);
MODULE_PARM_DESC(boot, "the core runs already, as after a boot loader: start attaches to it");
static bool deaf;
module_param(deaf, bool, 0444);
MODULE_PARM_DESC(deaf, "the core is not rung when the kernel detaches");

/* The kernel exports it, but its header is one of the kernel's own. */
irqreturn_t rproc_vq_interrupt(struct rproc *rproc, int vq_id);

struct rig {
    struct rproc *rproc;
    void __iomem *registers;
    struct rig_control __iomem *control;
    void __iomem *table;
    struct completion obeyed;
    int requested; /* interrupts that have a handler */
    struct rig_doorbell {
        struct rig *rig;
        int number;
    } doorbells[RIG_DOORBELLS];
};

/* ---- The board process ---- */

static void rig_ring(struct rig *rig, int doorbell) {
    enum { DOORBELL_REGISTER = 12 };

    writel(RIG_BOARD << 16 | doorbell, rig->registers + DOORBELL_REGISTER);
}

static int rig_command(struct rig *rig, u32 command, u32 entry) {
    reinit_completion(&rig->obeyed);
    writel(entry, &rig->control->entry);
    writel(command, &rig->control->command);
    rig_ring(rig, RIG_COMMAND);
    if (!wait_for_completion_timeout(&rig->obeyed, 30 * HZ))
        return -ETIMEDOUT;
    return (int)readl(&rig->control->result);
}

/* In a thread: what rpmsg calls from here may sleep. */
static irqreturn_t rig_rung(int irq, void *arg) {
    struct rig_doorbell *doorbell = arg;
    struct rig *rig = doorbell->rig;

    switch (doorbell->number) {
        case RIG_COMMAND:
            complete(&rig->obeyed);
            break;
        case RIG_DIED:
            rproc_report_crash(rig->rproc, RPROC_FATAL_ERROR);
            break;
        case RIG_VRING0:
        case RIG_VRING1:
            rproc_vq_interrupt(rig->rproc, doorbell->number);
            break;
        default:
            break;
    }
    return IRQ_HANDLED;
}

/* ---- A remote processor ---- */

static int rig_map(struct rproc *rproc, struct rproc_mem_entry *mem) {
    mem->va = (__force void *)ioremap_wc(mem->dma, mem->len);
    mem->is_iomem = true;
    return mem->va ? 0 : -ENOMEM;
}

static int rig_unmap(struct rproc *rproc, struct rproc_mem_entry *mem) {
    iounmap((__force void __iomem *)mem->va);
    return 0;
}

/* What a device tree's memory-region list does on a board. */
static int rig_prepare(struct rproc *rproc) {
    static const struct {
        const char *name;
        u32 da;
        u32 len;
        bool map;
    } regions[] = {
        {"code", AMP_SIM_CODE_DA, AMP_SIM_CODE_LEN, true},
        {"data", AMP_SIM_DATA_DA, AMP_SIM_DATA_LEN, true},
        {"vdev0vring0", RIG_VRING0_DA, RIG_VRING_LEN, true},
        {"vdev0vring1", RIG_VRING1_DA, RIG_VRING_LEN, true},
        {"vdev0buffer", RIG_BUFFERS_DA, RIG_BUFFERS_LEN, false},
    };
    int i;

    for (i = 0; i < ARRAY_SIZE(regions); i++) {
        struct rproc_mem_entry *mem = rproc_mem_entry_init(rproc->dev.parent, NULL, regions[i].da,
            regions[i].len, regions[i].da, regions[i].map ? rig_map : NULL,
            regions[i].map ? rig_unmap : NULL, regions[i].name);

        if (!mem)
            return -ENOMEM;
        rproc_add_carveout(rproc, mem);
    }
    return rproc_coredump_add_segment(rproc, AMP_SIM_DATA_DA, RIG_DUMP_LEN);
}

static int rig_start(struct rproc *rproc) {
    return rig_command(rproc->priv, RIG_START, rproc->bootaddr);
}

static int rig_stop(struct rproc *rproc) {
    return rig_command(rproc->priv, RIG_STOP, 0);
}

static void rig_kick(struct rproc *rproc, int vq_id) {
    wmb(); /* the rings, then the doorbell */
    rig_ring(rproc->priv, vq_id);
}

static int rig_attach(struct rproc *rproc) {
    return 0;
}

static int rig_detach(struct rproc *rproc) {
    return rig_command(rproc->priv, deaf ? RIG_SETTLE : RIG_DETACH, 0);
}

/* As stm32_rproc has it: the table of a core that was booted is a kilobyte long. */
static struct resource_table *rig_loaded_table(struct rproc *rproc, size_t *size) {
    struct rig *rig = rproc->priv;

    *size = SZ_1K;
    if (!rig->table)
        rig->table = ioremap_wc(readl(&rig->control->table_da), SZ_1K);
    return rig->table ? (__force struct resource_table *)rig->table : ERR_PTR(-ENOMEM);
}

static const struct rproc_ops rig_ops = {
    .prepare = rig_prepare,
    .start = rig_start,
    .stop = rig_stop,
    .kick = rig_kick,
    .attach = rig_attach,
    .detach = rig_detach,
    .get_loaded_rsc_table = rig_loaded_table,
    /* no .load: rproc_alloc() fills in the kernel's ELF loader */
};

/* ---- A PCI function ---- */

static void rig_release(struct pci_dev *pdev, struct rig *rig) {
    while (rig->requested > 0) {
        rig->requested--;
        free_irq(pci_irq_vector(pdev, rig->requested), &rig->doorbells[rig->requested]);
    }
    pci_free_irq_vectors(pdev);
    if (rig->table)
        iounmap(rig->table);
    rproc_free(rig->rproc);
}

static int rig_request_doorbells(struct pci_dev *pdev, struct rig *rig) {
    int r = pci_alloc_irq_vectors(pdev, RIG_DOORBELLS, RIG_DOORBELLS, PCI_IRQ_MSIX);

    while (r >= 0 && rig->requested < RIG_DOORBELLS) {
        struct rig_doorbell *doorbell = &rig->doorbells[rig->requested];

        doorbell->rig = rig;
        doorbell->number = rig->requested;
        r = request_threaded_irq(
            pci_irq_vector(pdev, doorbell->number), NULL, rig_rung, IRQF_ONESHOT, "rig", doorbell);
        if (r == 0)
            rig->requested++;
    }
    return r < 0 ? r : 0;
}

static int rig_set_up(struct pci_dev *pdev, struct rig *rig) {
    int r;

    rig->registers = pcim_iomap(pdev, 0, 0);
    rig->control = devm_ioremap(&pdev->dev, RIG_CONTROL_DA, sizeof(*rig->control));
    if (!rig->registers || !rig->control)
        return -ENOMEM;
    r = rig_request_doorbells(pdev, rig);
    if (r == 0 && boot) {
        r = rig_command(rig, RIG_BOOT, 0);
        rig->rproc->state = RPROC_DETACHED;
    }
    return r;
}

static int rig_probe(struct pci_dev *pdev, const struct pci_device_id *id) {
    struct rproc *rproc;
    struct rig *rig;
    int r = pcim_enable_device(pdev);

    if (r)
        return r;
    pci_set_master(pdev);
    if (pci_resource_start(pdev, 2) != RIG_BASE || pci_resource_len(pdev, 2) != RIG_LEN) {
        dev_err(
            &pdev->dev, "memory is at %pR, not where the firmware is linked\n", &pdev->resource[2]);
        return -ENXIO;
    }
    rproc = rproc_alloc(&pdev->dev, "rig", &rig_ops, NULL, sizeof(*rig));
    if (!rproc)
        return -ENOMEM;
    rproc->auto_boot = false;
    rproc_coredump_set_elf_info(rproc, ELFCLASS32, EM_ARM);
    rig = rproc->priv;
    rig->rproc = rproc;
    init_completion(&rig->obeyed);
    pci_set_drvdata(pdev, rig);
    r = rig_set_up(pdev, rig);
    if (r == 0)
        r = rproc_add(rproc);
    if (r)
        rig_release(pdev, rig);
    return r;
}

static void rig_remove(struct pci_dev *pdev) {
    struct rig *rig = pci_get_drvdata(pdev);

    rproc_del(rig->rproc);
    rig_command(rig, RIG_STOP, 0); /* also a core that the kernel is detached from */
    rig_release(pdev, rig);
}

static const struct pci_device_id rig_ids[] = {{PCI_DEVICE(0x1af4, 0x1110)}, {}};
MODULE_DEVICE_TABLE(pci, rig_ids);

static struct pci_driver rig_driver = {
    .name = "rig_rproc",
    .id_table = rig_ids,
    .probe = rig_probe,
    .remove = rig_remove,
};
module_pci_driver(rig_driver);

MODULE_DESCRIPTION("a remote core behind an ivshmem doorbell");
MODULE_LICENSE("Dual MIT/GPL");
