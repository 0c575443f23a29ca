/* Which exceptions of a core wait, which are active, and who comes first. */
#ifndef ARMSIM_NVIC_H
#define ARMSIM_NVIC_H

#include <stdbool.h>
#include <stdint.h>

struct core;

enum {
    EXC_NMI = 2,
    EXC_HARDFAULT,
    EXC_MEMFAULT,
    EXC_BUSFAULT,
    EXC_USAGEFAULT,
    EXC_SVC = 11,
    EXC_PENDSV = 14,
    EXC_SYSTICK,
    EXC_IRQ0,
    NVIC_WORDS = (EXC_IRQ0 + NVIC_IRQS) / 32 + 1, // by exception number
    NVIC_LOWEST = 256, // below every priority: thread mode
};

struct nvic {
    uint32_t enabled[NVIC_WORDS];
    uint32_t pending[NVIC_WORDS];
    uint32_t active[NVIC_WORDS];
    uint32_t line[NVIC_WORDS]; // level: pends again when it is still up at the handler's end
    uint8_t priority[EXC_IRQ0 + NVIC_IRQS];
    uint32_t vtor;
    uint32_t prigroup;
    uint32_t scr;
    uint32_t ccr;
    uint32_t shcsr; // enable bits only
    uint32_t cfsr;
    uint32_t hfsr;
    uint32_t bfar;
    uint32_t cpacr;
    uint32_t demcr;
    uint32_t fpccr;
    uint32_t fpdscr;
    uint32_t cssel;
};

void nvic_reset(struct core *core);
void nvic_pend(struct core *core, unsigned exception);
void nvic_unpend(struct core *core, unsigned exception);
void nvic_set_line(struct core *core, unsigned irq, bool up);
void nvic_enable(struct core *core, unsigned exception, bool on);
void nvic_activate(struct core *core, unsigned exception);
void nvic_deactivate(struct core *core, unsigned exception);
bool nvic_waits(const struct core *core);
// The exception to be taken now, or 0.
unsigned nvic_next(struct core *core);
// Would an exception be taken if PRIMASK were clear?  That ends WFI.
bool nvic_wakes(struct core *core);
// Is this one pending and enabled, and would it be taken if PRIMASK were clear?
bool nvic_wakes_by(struct core *core, unsigned exception);
int nvic_execution_priority(struct core *core, bool with_primask);
int nvic_group_priority(const struct core *core, unsigned exception);

#endif // ARMSIM_NVIC_H
