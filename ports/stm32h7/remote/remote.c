/*
 * The remote half, on the Cortex-M4: doorbell, sleep, time and exit.
 */
#include "openamp/remote.h"

#include <string.h>

#include "../../common/cortex_m_doorbell.h"
#include "../board.h"
#include "../regs.h"
#include "openamp/table.h"
#include "start.h"

#define CONTROL AMP_STM32H7_CONTROL

// The frequency of the board's crystal, which no register tells.  Firmware for a board with
// another crystal defines a variable of this name, which replaces the weak one.
extern const uint32_t amp_stm32h7_hse_hz;
__attribute__((weak)) const uint32_t amp_stm32h7_hse_hz = 25000000;

static volatile bool rung;
static struct doorbell_handler doorbell;

char amp_remote_trace_text[AMP_REMOTE_TRACE_LEN];

void amp_stm32h7_doorbell_interrupt(void) {
    HSEM_ICR(HSEM_SET_M4) = 1u << AMP_STM32H7_KICK_M4;
    barrier();
    rung = true;
    doorbell_call(&doorbell);
}

// ---- The clock, as the host has set it up ----

enum { HSI, CSI, HSE, PLL1 }; // the numbers in CFGR and PLLCKSELR

static uint32_t oscillator_hz(uint32_t source) {
    const uint32_t hsi_hz = 64000000;
    const uint32_t csi_hz = 4000000;
    return source == HSI ? hsi_hz >> (RCC_CR >> 3 & 3)
        : source == CSI  ? csi_hz
                         : amp_stm32h7_hse_hz;
}

static uint32_t pll1_hz(void) {
    uint32_t divisors = RCC_PLL1DIVR;
    uint32_t m = RCC_PLLCKSELR >> 4 & 63;
    uint32_t fraction = RCC_PLLCFGR & 1 ? RCC_PLL1FRACR >> 3 & 0x1FFF : 0;
    uint64_t n = (((divisors & 0x1FF) + 1) << 13) + fraction; // fixed point: 13 fraction bits
    uint32_t p = (divisors >> 9 & 127) + 1;
    return m == 0 ? 0 : (uint32_t)((oscillator_hz(RCC_PLLCKSELR & 3) * n >> 13) / m / p);
}

// A prescaler field of D1CFGR: by how many powers of two it divides the clock.
static uint32_t prescaler_shift(uint32_t field) {
    return !(field & 8) ? 0 : field < 12 ? field - 7 : field - 6; // there is no 32
}

static uint32_t m4_hz(void) {
    uint32_t source = RCC_CFGR >> 3 & 7;
    uint32_t system = source == PLL1 ? pll1_hz() : oscillator_hz(source);
    uint32_t d1 = RCC_D1CFGR;
    return system >> prescaler_shift(d1 >> 8 & 15) >> prescaler_shift(d1 & 15);
}

// ---- Time ----

// SysTick counts down from `period`, of at most 24 bits, turn after turn; `passed` is the
// ticks of all turns before the present one.  A sleep that must end earlier begins a
// shorter turn.
enum { LONGEST = 0x1000000 };
static uint32_t period;
static uint64_t passed;
static uint32_t ticks_per_us; // what both are counted in

// machine.freq() on the M7 changes this core's clock, too, without a notice.  So the clock is
// read whenever a turn begins; the ticks that have passed are converted to the new clock.
static void follow_clock(void) {
    uint32_t now = m4_hz() / 1000000;
    if (now == 0) {
        now = 1; // time is wrong below 1 MHz, but nothing is divided by 0
    }
    if (now != ticks_per_us) {
        passed = ticks_per_us == 0 ? 0 : passed / ticks_per_us * now;
        ticks_per_us = now;
    }
}

void amp_stm32h7_tick_interrupt(void) {
    passed += period;
    follow_clock();
}

// Call with interrupts off: so a turn that ends is counted once, here or by the interrupt.
static uint64_t ticks_now(void) {
    uint32_t left = SYST_CVR;
    if (SCB_ICSR & ICSR_PENDSTSET) {
        SCB_ICSR = ICSR_PENDSTCLR;
        passed += period;
        left = SYST_CVR;
    }
    return passed + (period - 1 - left);
}

// Call with interrupts off.
static void begin_turn(uint64_t ticks) {
    passed = period == 0 ? 0 : ticks_now();
    follow_clock();
    period = ticks > LONGEST ? LONGEST : ticks < 16 ? 16 : (uint32_t)ticks;
    SYST_CSR = 0;
    SYST_RVR = period - 1;
    SYST_CVR = period - 1; // any value makes it 0, which reloads it
    SYST_CSR = 7;
    barrier();
    while (SYST_CVR == 0) {
    }
}

uint64_t amp_remote_time_us(void) {
    uint32_t before = interrupts_off();
    uint64_t now = ticks_now() / ticks_per_us;
    interrupts_restore(before);
    return now;
}

// ---- Sleep ----

// Call with interrupts off.  If `end_us` is near, begin a turn that ends then.  False: it has
// passed.
static bool wake_at(uint64_t end_us) {
    uint64_t now = ticks_now();
    uint64_t end = end_us * ticks_per_us;
    if (now < end && end - now < LONGEST) {
        begin_turn(end - now);
    }
    return now < end;
}

// Interrupts are off between reading `rung` and sleeping, so no kick is missed.
bool amp_remote_wait(uint32_t timeout_us) {
    bool bounded = timeout_us != AMP_REMOTE_FOREVER;
    uint32_t before = interrupts_off();
    uint64_t end_us = bounded ? ticks_now() / ticks_per_us + timeout_us : 0;
    while (!rung && (!bounded || wake_at(end_us))) {
        sleep_until_interrupt();
        interrupts_let_in();
    }
    bool result = rung;
    rung = false;
    interrupts_restore(before);
    return result;
}

// ---- The port ----

static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
    doorbell_kick(AMP_STM32H7_KICK_M7, HSEM_ID_M4);
}

static bool inside(amp_da_t da, size_t len, amp_da_t window, size_t window_len) {
    return da - window <= window_len && len <= window_len - (da - window);
}

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    bool shared = inside(da, len, AMP_STM32H7_SHARED_DA, AMP_STM32H7_SHARED_LEN);
    return shared ? (void *)da : NULL;
}

static void set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    (void)ctx;
    doorbell_set_cb(&doorbell, callback, arg, &rung);
}

static const struct amp_port_ops ops = {
    .kick = kick, .map = map, .set_doorbell_cb = set_doorbell_cb};
static const struct amp_default_table default_table = {
    .table_da = AMP_STM32H7_TABLE_DA,
    .buffer_base = AMP_STM32H7_POOL_DA,
};
static const struct amp_port port = {
    .ops = &ops,
    .shared_da = AMP_STM32H7_SHARED_DA,
    .shared_len = AMP_STM32H7_SHARED_LEN,
    .default_table = &default_table,
};

const struct amp_port *amp_remote_port(void) {
    return &port;
}

const struct amp_port *amp_platform_port(unsigned core) {
    return core == 0 ? &port : NULL;
}

const void *amp_remote_default_table(size_t *len) {
    *len = AMP_STM32H7_TABLE_LEN;
    return (const void *)(uintptr_t)AMP_STM32H7_TABLE_DA;
}

// ---- Start ----

// If the option byte booted this core, no host has written a table: write one without
// DRIVER_OK, which shows that this core waits for a host.
static void publish_waiting_table(void) {
    static const struct amp_table_rpmsg empty = AMP_TABLE_RPMSG(AMP_STM32H7_VRING_NUM, 0, 0);
    memcpy((void *)(uintptr_t)AMP_STM32H7_TABLE_DA, &empty, sizeof(empty));
}

void amp_stm32h7_begin(void) {
    if ((uintptr_t)amp_stm32h7_begin < AMP_STM32H7_D2_ALIAS_DA) {
        RCC_AHB3ENR |= RCC_AHB3ENR_FLASH; // this code runs in flash: keep it on while the M7 sleeps
    }
    RCC_AHB4ENR |= RCC_AHB4ENR_HSEM;
    (void)RCC_AHB4ENR; // a clock runs when its bit can be read
    if (FLASH_OPTSR_CUR & FLASH_OPTSR_BCM4) {
        publish_waiting_table();
    }
    CONTROL->starts = CONTROL->magic == AMP_STM32H7_MAGIC ? CONTROL->starts + 1 : 1;
    CONTROL->cause = AMP_STM32H7_ALIVE;
    barrier();
    CONTROL->magic = AMP_STM32H7_MAGIC;
    HSEM_ICR(HSEM_SET_M4) = 1u << AMP_STM32H7_KICK_M4;
    HSEM_IER(HSEM_SET_M4) |= 1u << AMP_STM32H7_KICK_M4;
    NVIC_ISER(IRQ_HSEM2) = NVIC_BIT(IRQ_HSEM2);
    begin_turn(LONGEST);
}

// ---- Exit and faults ----

__attribute__((noreturn)) static void end(uint32_t cause, uint32_t code) {
    CONTROL->code = code;
    barrier();
    CONTROL->cause = cause;
    doorbell_kick(AMP_STM32H7_KICK_M7, HSEM_ID_M4);
    (void)interrupts_off();
    for (;;) {
        // No interrupt may end this sleep.
        NVIC_ICER(IRQ_HSEM2) = NVIC_BIT(IRQ_HSEM2);
        SYST_CSR = 0;
        sleep_until_interrupt();
    }
}

void amp_remote_exit(int code) {
    end(AMP_STM32H7_EXITED, (uint32_t)code);
}

// The frame is read only if it lies in RAM: a bad stack pointer may have caused the fault.
void amp_stm32h7_faulted(const uint32_t *frame, uint32_t exception, uint32_t exc_return) {
    enum { PLAIN = 8, WITH_FPU = 26, NO_FPU_FRAME = 0x10, ALIGNED = 1 << 9 };
    uint32_t cfsr = SCB_CFSR;
    bool framed = inside((amp_da_t)frame, 8 * sizeof(*frame), AMP_STM32H7_D2_DA, AMP_STM32H7_D2_LEN)
        || inside((amp_da_t)frame, 8 * sizeof(*frame), AMP_STM32H7_D2_ALIAS_DA, AMP_STM32H7_D2_LEN);
    CONTROL->cfsr = cfsr;
    CONTROL->address = (cfsr & 0xFF00) ? SCB_BFAR : SCB_MMFAR;
    CONTROL->pc = framed ? frame[6] : 0;
    for (unsigned i = 0; framed && i < 8; ++i) {
        CONTROL->frame[i] = frame[i];
    }
    unsigned words = exc_return & NO_FPU_FRAME ? PLAIN : WITH_FPU;
    words += framed && (frame[7] & ALIGNED) != 0;
    CONTROL->sp = (uint32_t)(uintptr_t)(frame + words);
    end(AMP_STM32H7_FAULTED, exception);
}
