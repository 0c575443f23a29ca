/*
 * The rig's board: where the simulated core's memory lies (ports/sim/board.h).
 *
 * All of it is BAR 2 of a PCI function, and Linux gives a BAR of this size the start of
 * the 32-bit window that QEMU's "virt" machine has.  The firmware is linked there, so a
 * device address is a physical address, as on an STM32MP1.  The windows follow one
 * another without a gap and fill a power of two, as a BAR has to.
 */
#ifndef LINUX_ADDRESSES_H
#define LINUX_ADDRESSES_H

#define AMP_SIM_FLASH_DA 0x10000000
#define AMP_SIM_FLASH_LEN 0x00200000
#define AMP_SIM_CODE_DA 0x10200000
#define AMP_SIM_CODE_LEN 0x00100000
#define AMP_SIM_DATA_DA 0x10300000
#define AMP_SIM_DATA_LEN 0x00400000
#define AMP_SIM_SHARED_DA 0x10700000
#define AMP_SIM_SHARED_LEN 0x00100000
#define AMP_SIM_MAILBOX_DA 0x10800000
#define AMP_SIM_MAILBOX_LEN 0x00800000

#endif
