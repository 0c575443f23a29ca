// --image: what start-up code asks for is there when it asks, and USART1 is the console.
#include "guest.h"

#define RCC_CFGR REG(0x58024410)
#define RCC_CSR REG(0x58024474)
#define PWR_CSR1 REG(0x58024804)
#define FLASH_ACR REG(0x52002000)
#define RTC_ISR REG(0x5800400C)
#define GPIOA_MODER REG(0x58020000)
#define GPIOA_BYTE (*(volatile uint8_t *)(uintptr_t)0x58020021)
#define UART_CR1 REG(0x40011000)
#define UART_ISR REG(0x4001101C)
#define UART_RDR REG(0x40011024)
#define UART_TDR REG(0x40011028)
enum { UART_IRQ = 37, RXNE = 1 << 5, TXE = 1 << 7 };

static void put(uint32_t character) {
    while (!(UART_ISR & TXE)) {
    }
    UART_TDR = character;
}

// Interrupts are masked: one that is enabled only ends the sleep.
static uint32_t get(void) {
    while (!(UART_ISR & RXNE)) {
        wfi();
        NVIC_ICPR(UART_IRQ) = 1u << (UART_IRQ % 32);
    }
    return UART_RDR;
}

static void settings(void) {
    RCC_CFGR = 3;
    CHECK((RCC_CFGR >> 3 & 7) == 3);
    RCC_CFGR = 0;
    CHECK((RCC_CFGR >> 3 & 7) == 0);
    RCC_CSR = 0;
    CHECK(!(RCC_CSR & 2));
    RCC_CSR = 1;
    CHECK(RCC_CSR & 2);
    CHECK(PWR_CSR1 & 1 << 13);
    FLASH_ACR = 4;
    CHECK(FLASH_ACR == 4);
    CHECK(!(RTC_ISR & 1 << 6));
    RTC_ISR = 1 << 7;
    CHECK(RTC_ISR & 1 << 6);
    GPIOA_MODER = 0xABFFFFFF;
    REG(0x58020020) = 0x11111111;
    GPIOA_BYTE = 0x55;
    CHECK(GPIOA_MODER == 0xABFFFFFF && REG(0x58020020) == 0x11115511);
}

void m7_main(void) {
    settings();
    interrupts_off();
    NVIC_ISER(UART_IRQ) = 1u << (UART_IRQ % 32);
    UART_CR1 = RXNE;
    for (unsigned i = 0; i < 3; i++) {
        put(get() + 1);
    }
    put('\n');
    MARK = 0; // ends the run
    for (;;) {
    }
}
