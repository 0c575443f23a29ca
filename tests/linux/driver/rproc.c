// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The rig's core as a remote processor of its own, for the kernel's remoteproc: with nothing
 * between the framework and the board process.
 */
#include <linux/interrupt.h>
#include <linux/remoteproc.h>

#include "pci.h"

/* The kernel exports it, but its header is one of the kernel's own. */
irqreturn_t rproc_vq_interrupt(struct rproc *rproc, int vq_id);

struct core {
    struct rig *rig;
    void __iomem *table;
};

static struct rig *rig_of(struct rproc *rproc) {
    struct core *core = rproc->priv;

    return core->rig;
}

static int core_map(struct rproc *rproc, struct rproc_mem_entry *mem) {
    mem->va = (__force void *)ioremap_wc(mem->dma, mem->len);
    mem->is_iomem = true;
    return mem->va ? 0 : -ENOMEM;
}

static int core_unmap(struct rproc *rproc, struct rproc_mem_entry *mem) {
    iounmap((__force void __iomem *)mem->va);
    return 0;
}

/* What a device tree's memory-region list does on a board. */
static int core_prepare(struct rproc *rproc) {
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
            regions[i].len, regions[i].da, regions[i].map ? core_map : NULL,
            regions[i].map ? core_unmap : NULL, regions[i].name);

        if (!mem)
            return -ENOMEM;
        rproc_add_carveout(rproc, mem);
    }
    return rproc_coredump_add_segment(rproc, AMP_SIM_DATA_DA, RIG_DUMP_LEN);
}

static int core_start(struct rproc *rproc) {
    return rig_command(rig_of(rproc), RIG_START, rproc->bootaddr);
}

static int core_stop(struct rproc *rproc) {
    return rig_command(rig_of(rproc), RIG_STOP, 0);
}

static void core_kick(struct rproc *rproc, int vq_id) {
    rig_ring(rig_of(rproc), vq_id);
}

static int core_attach(struct rproc *rproc) {
    return 0;
}

static int core_detach(struct rproc *rproc) {
    return rig_command(rig_of(rproc), rig_deaf ? RIG_SETTLE : RIG_DETACH, 0);
}

/* As stm32_rproc has it: the table of a core that was booted is a kilobyte long. */
static struct resource_table *core_loaded_table(struct rproc *rproc, size_t *size) {
    struct core *core = rproc->priv;

    *size = SZ_1K;
    if (!core->table)
        core->table =
            devm_ioremap_wc(&core->rig->pdev->dev, readl(&core->rig->control->table_da), SZ_1K);
    return core->table ? (__force struct resource_table *)core->table : ERR_PTR(-ENOMEM);
}

static const struct rproc_ops core_ops = {
    .prepare = core_prepare,
    .start = core_start,
    .stop = core_stop,
    .kick = core_kick,
    .attach = core_attach,
    .detach = core_detach,
    .get_loaded_rsc_table = core_loaded_table,
    /* no .load: rproc_alloc() fills in the kernel's ELF loader */
};

static void core_rung(struct rig *rig, int doorbell) {
    if (doorbell == RIG_DIED)
        rproc_report_crash(rig->data, RPROC_FATAL_ERROR);
    else
        rproc_vq_interrupt(rig->data, doorbell);
}

static int core_add(struct rig *rig) {
    struct device *dev = &rig->pdev->dev;
    struct rproc *rproc = devm_rproc_alloc(dev, "rig", &core_ops, NULL, sizeof(struct core));
    struct core *core;

    if (!rproc)
        return -ENOMEM;
    rproc->auto_boot = false;
    rproc_coredump_set_elf_info(rproc, ELFCLASS32, EM_ARM);
    if (rig_boot)
        rproc->state = RPROC_DETACHED;
    core = rproc->priv;
    core->rig = rig;
    rig->data = rproc;
    return rproc_add(rproc);
}

static void core_remove(struct rig *rig) {
    rproc_del(rig->data);
}

const struct rig_use rig_rproc = {.add = core_add, .remove = core_remove, .rung = core_rung};
