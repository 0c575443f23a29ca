// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The parts of an STM32MP1 that the kernel's own driver of its core wants (stm32_rproc): a
 * mailbox, two resets, and the interrupt of a watchdog.  The device tree joins them
 * (tests/linux/stm32.dts), and the driver drives the core as on the chip.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/mailbox_controller.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/reset-controller.h>

#include "pci.h"

struct soc {
    struct rig *rig;
    bool runs;
    struct mbox_controller mailbox;
    struct mbox_chan channels[RIG_MAILBOXES];
    struct reset_controller_dev resets;
    struct irq_domain *interrupts;
};

/* ---- The mailbox ---- */

static int channel_number(struct mbox_chan *channel) {
    return (int)(channel - channel->mbox->chans);
}

static int mailbox_send(struct mbox_chan *channel, void *data) {
    struct soc *soc = container_of(channel->mbox, struct soc, mailbox);

    switch (channel_number(channel)) {
        case RIG_VRING0:
        case RIG_VRING1:
            rig_ring(soc->rig, channel_number(channel));
            break;
        case RIG_MAILBOX_DETACH:
            rig_begin_command(soc->rig, RIG_DETACH, 0);
            break;
        default: /* the core may finish what it does; ours has nothing to finish */
            break;
    }
    return 0;
}

/* A core acknowledges. */
static bool mailbox_is_sent(struct mbox_chan *channel) {
    struct soc *soc = container_of(channel->mbox, struct soc, mailbox);

    return channel_number(channel) != RIG_MAILBOX_DETACH || completion_done(&soc->rig->obeyed);
}

static const struct mbox_chan_ops mailbox_ops = {
    .send_data = mailbox_send,
    .last_tx_done = mailbox_is_sent,
};

static int mailbox_add(struct soc *soc, struct device *dev) {
    soc->mailbox.dev = dev;
    soc->mailbox.ops = &mailbox_ops;
    soc->mailbox.chans = soc->channels;
    soc->mailbox.num_chans = RIG_MAILBOXES;
    soc->mailbox.txdone_poll = true;
    soc->mailbox.txpoll_period = 1;
    return devm_mbox_controller_register(dev, &soc->mailbox);
}

/* ---- Resets ---- */

/* A core that is held at boot stays in its reset until it is let go; one that runs does not mind. */
static int reset_let_go(struct reset_controller_dev *resets, unsigned long id) {
    struct soc *soc = container_of(resets, struct soc, resets);
    int r = 0;

    if (id == RIG_RESET_HOLD_BOOT && !soc->runs) {
        r = rig_command(soc->rig, RIG_START, AMP_SIM_CODE_DA); /* where the core begins */
        soc->runs = r == 0;
    }
    return r;
}

static int reset_hold(struct reset_controller_dev *resets, unsigned long id) {
    struct soc *soc = container_of(resets, struct soc, resets);

    if (id != RIG_RESET_CORE)
        return 0;
    soc->runs = false;
    return rig_command(soc->rig, RIG_STOP, 0);
}

static const struct reset_control_ops reset_ops = {
    .assert = reset_hold,
    .deassert = reset_let_go,
};

static int resets_add(struct soc *soc, struct device *dev) {
    soc->resets.ops = &reset_ops;
    soc->resets.owner = THIS_MODULE;
    soc->resets.of_node = dev->of_node;
    soc->resets.nr_resets = RIG_RESETS;
    return devm_reset_controller_register(dev, &soc->resets);
}

/* ---- The watchdog's interrupt ---- */

static int interrupt_map(struct irq_domain *domain, unsigned int irq, irq_hw_number_t number) {
    irq_set_chip_and_handler(irq, &dummy_irq_chip, handle_simple_irq);
    return 0;
}

static const struct irq_domain_ops interrupt_ops = {
    .map = interrupt_map,
    .xlate = irq_domain_xlate_onecell,
};

static int interrupts_add(struct soc *soc, struct device *dev) {
    soc->interrupts =
        irq_domain_create_linear(of_fwnode_handle(dev->of_node), 1, &interrupt_ops, soc);
    return soc->interrupts ? 0 : -ENOMEM;
}

static void interrupts_remove(struct soc *soc) {
    irq_dispose_mapping(irq_find_mapping(soc->interrupts, 0));
    irq_domain_remove(soc->interrupts);
}

/* ---- The chip ---- */

static void soc_rung(struct rig *rig, int doorbell) {
    struct soc *soc = rig->data;

    if (doorbell == RIG_DIED)
        generic_handle_domain_irq_safe(soc->interrupts, 0);
    else if (soc->channels[doorbell].cl)
        mbox_chan_received_data(&soc->channels[doorbell], NULL);
}

/* What a boot loader leaves for the driver: the core's state, and where its table is. */
static int soc_tell(struct soc *soc) {
    enum { OFF, RUNS = 2 };
    u8 __iomem *backup = ioremap(RIG_BACKUP_DA, RIG_BACKUP_LEN);

    if (!backup)
        return -ENOMEM;
    writel(rig_boot ? readl(&soc->rig->control->table_da) : 0, backup + RIG_BACKUP_TABLE);
    writel(rig_boot ? RUNS : OFF, backup + RIG_BACKUP_STATE);
    iounmap(backup);
    soc->runs = rig_boot;
    return 0;
}

static int soc_add(struct rig *rig) {
    struct device *dev = &rig->pdev->dev;
    struct soc *soc = devm_kzalloc(dev, sizeof(*soc), GFP_KERNEL);
    int r;

    if (!soc)
        return -ENOMEM;
    if (!dev->of_node)
        return -ENODEV;
    soc->rig = rig;
    r = soc_tell(soc);
    if (r == 0)
        r = interrupts_add(soc, dev);
    if (r)
        return r;
    rig->data = soc;
    r = resets_add(soc, dev);
    if (r == 0)
        r = mailbox_add(soc, dev);
    if (r)
        interrupts_remove(soc);
    return r;
}

static void soc_remove(struct rig *rig) {
    struct soc *soc = rig->data;

    interrupts_remove(soc);
}

const struct rig_use rig_soc = {.add = soc_add, .remove = soc_remove, .rung = soc_rung};
