# The firmware reads the M4's clock from the RCC: out of reset, and as a host may have set it up.
# (With --image those registers keep what is written to them; the simulated clock stays the same.)
import openamp
from machine import mem32
from support import lives

CFGR = 0x58024410
D1CFGR = 0x58024418
PLLCKSELR = 0x58024428
PLLCFGR = 0x5802442C
PLL1DIVR = 0x58024430
PLL1FRACR = 0x58024434
HSI, CSI, HSE, PLL = 0, 1, 2, 3


def pll(source, m, n, fraction, p):
    mem32[PLLCKSELR] = m << 4 | source
    mem32[PLL1DIVR] = p - 1 << 9 | n - 1
    mem32[PLL1FRACR] = fraction << 3
    mem32[PLLCFGR] = 1 if fraction else 0


life = lives()
if life == 1:
    pll(HSE, 5, 160, 0, 2)  # 400 MHz, of which the M4 has half
    mem32[D1CFGR] = 8
    mem32[CFGR] = PLL << 3 | PLL
elif life == 2:
    pll(CSI, 1, 120, 4096, 1)  # 4 times 120.5 MHz, halved for both cores
    mem32[D1CFGR] = 8 << 8
    mem32[CFGR] = PLL << 3 | PLL
elif life == 3:
    mem32[D1CFGR] = 12  # 64 MHz by 64: there is no 32
elif life == 4:
    mem32[CFGR] = HSE << 3 | HSE
rproc = openamp.RemoteProc("virtual_uart.elf")
rproc.start()
ept = openamp.Endpoint("vuart-channel")
while not ept.is_ready():
    pass
print(int.from_bytes(rproc.mem(rproc.symbol("ticks_per_us"), 4), "little"), "MHz")
if life < 4:
    rproc.stop()  # and from the beginning
