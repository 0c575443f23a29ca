/*
 * The memory map of a chip that does not exist.  The host half and (of the plain numbers) the
 * linker script include it, so that images are linked where the host loads them.
 */
#ifndef AMP_TEMPLATE_BOARD_H
#define AMP_TEMPLATE_BOARD_H

// Of the remote core: flash, RAM for code, and RAM for data behind it.
#define AMP_TEMPLATE_FLASH_DA 0x08100000
#define AMP_TEMPLATE_FLASH_LEN 0x100000
#define AMP_TEMPLATE_CODE_DA 0x10000000
#define AMP_TEMPLATE_CODE_LEN 0x20000
#define AMP_TEMPLATE_DATA_DA (AMP_TEMPLATE_CODE_DA + AMP_TEMPLATE_CODE_LEN)
#define AMP_TEMPLATE_DATA_LEN 0x20000
// For resource tables, rings and buffers; the default table is first.
#define AMP_TEMPLATE_SHARED_DA 0x20000000
#define AMP_TEMPLATE_SHARED_LEN 0x10000
#define AMP_TEMPLATE_TABLE_LEN 0x1000

#endif
