/*
 * Where the M4's firmware lies in memory.  This script goes through the preprocessor, so
 * that the addresses are those of board.h:
 *   to load (default): all in AMP_STM32H7_RAM_DA, which is D2 SRAM
 *   AMP_LINK_IN_FLASH=address: text there, a multiple of 64 KiB; the reset
 *   code copies the data, the host copies the resource table
 */
#define AMP_STM32H7_LINKER_SCRIPT
#define AMP_LINKER_SCRIPT
#include "board.h"
#include "openamp/table_mark.h"

#if defined(AMP_LINK_IN_FLASH)
#define TEXT flash
#define TABLE table AT > flash :table
#define TABLE_HEADER table PT_LOAD FLAGS(6);
#else
#define TEXT ram
#define TABLE ram :data
#define TABLE_HEADER
#define AMP_LINK_IN_FLASH AMP_STM32H7_FLASH_DA
#endif

/* The vector table first: the core begins there. */
#define FIRST .vectors
#define DATA ram
#define DATA_LOAD AT > TEXT
#define MARK AMP_TABLE_MARK
#define LINE 32
#define STACK_TOP (AMP_STM32H7_RAM_DA + AMP_STM32H7_RAM_LEN)
#define MORE

#if AMP_STM32H7_RAM_DA % AMP_STM32H7_BOOT_STEP != 0
#error "the M4 boots at multiples of 64 KiB: AMP_STM32H7_RAM_DA is none"
#endif
#if AMP_STM32H7_RAM_DA < AMP_STM32H7_SHARED_DA + AMP_STM32H7_SHARED_LEN \
    && AMP_STM32H7_SHARED_DA < AMP_STM32H7_RAM_DA + AMP_STM32H7_RAM_LEN
#error "the memory of firmware overlaps what both cores share: AMP_STM32H7_RAM_LEN is too much"
#endif

ENTRY(amp_stm32h7_reset)

MEMORY
{
    flash : ORIGIN = AMP_LINK_IN_FLASH, LENGTH = 128K
    ram : ORIGIN = AMP_STM32H7_RAM_DA, LENGTH = AMP_STM32H7_RAM_LEN
    table : ORIGIN = AMP_STM32H7_TABLE_DA, LENGTH = AMP_STM32H7_TABLE_LEN
}

PHDRS
{
    text PT_LOAD FLAGS(5);
    TABLE_HEADER
    data PT_LOAD FLAGS(6);
}

#include "../common/sections.ld.S"
