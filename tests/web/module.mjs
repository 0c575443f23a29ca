// The WebAssembly module in node: module.mjs MODULE-DIR
//   gc       collections in the middle of C functions that hold objects in local variables
//   openamp  messages, crash, restart, time, Ctrl-C
//   heap     an endless program's heap stays where it is: GC_SECONDS, 5
// A fixed number of messages comes back; anything else fails.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

const folder = path.resolve(process.argv[2]);
// What emscripten's output looks for in node, where it is an ES module.
globalThis.require = createRequire(import.meta.url);
globalThis.__dirname = folder;
const { loadMicroPython } = await import(path.join(folder, "micropython.mjs"));

const KILLED = 1 << 1, STOP = 1 << 0;

async function machine(onTick) {
    const lines = [];
    const python = await loadMicroPython({ url: path.join(folder, "micropython.wasm"), heapsize: 1 << 20, linebuffer: true,
        stdout: (line) => lines.push(line), stderr: (line) => lines.push(line) });
    python._module.onTick = onTick || (() => 0);
    return { python, lines, heap: () => python._module.HEAPU8.length };
}

async function testCollections() {
    const { python, lines } = await machine();
    python.runPython(`
import gc
def key(x):
    gc.collect()
    return [str(x) + "k" * 20]
bad = 0
for r in range(20):
    l = sorted([(i * 7919 + r) % 101 for i in range(40)], key=key)
    m = list(map(lambda x: (gc.collect(), "m%d" % x)[1], range(40)))
    s = "".join(map(lambda x: (gc.collect(), "s%d" % x, [0] * 30)[1], range(40)))
    z = dict(zip(map(lambda x: (gc.collect(), "a%d" % x)[1], range(20)), map(lambda x: (gc.collect(), [x] * 9)[1], range(20))))
    bad += m != ["m%d" % i for i in range(40)]
    bad += s != "".join("s%d" % i for i in range(40))
    bad += any(z["a%d" % i] != [i] * 9 for i in range(20))
    bad += [k[0] for k in map(key, l)] != sorted(str(x) + "k" * 20 for x in l)
print("bad", bad)
`);
    assert.deepEqual(lines, ["bad 0"]);
}

const START = `
import openamp, time
got = []
def callback(src, data):
    got.append(bytes(data))
ept = openamp.Endpoint("vuart-channel", callback)
rproc = openamp.RemoteProc("/virtual_uart.elf")
rproc.start()
while not ept.is_ready():
    pass
`;

// What the module says of a core that is killed.
const CRASHED = "openamp: core 0 (/virtual_uart.elf) crashed: killed from outside";
const withoutPc = (line) => line.replace(/ at pc 0x[0-9a-f]{8}$/, "");

async function testMessages() {
    const { python, lines } = await machine();
    python.runPython(START + `
for i in range(3000):
    ept.send("%d" % i)
while len(got) < 3000:
    time.sleep_ms(1)
print(got == [b"%d" % i for i in range(3000)])
t = time.ticks_ms()
time.sleep_ms(30)
print(30 <= time.ticks_diff(time.ticks_ms(), t) < 3000)
rproc.stop()
rproc.start()
while not ept.is_ready():
    time.sleep_ms(1)
got.clear()
ept.send("again")
while not got:
    pass
print(got)
import emu
emu.kill()
while ept.is_ready():
    time.sleep_ms(1)
try:
    ept.send("a", timeout=100)
except OSError as e:
    print(e.errno, emu.state(), emu.reason()[:19])
rproc.shutdown()
`);
    assert.deepEqual(lines.map(withoutPc), ["True", "True", "[b'again']", CRASHED, "32 dead killed from outside"]);
}

async function testAsyncio() {
    const { python, lines } = await machine();
    python.runPython(START + `
import asyncio
async def main():
    for i in range(5):
        ept.send("%d" % i)
        await asyncio.sleep_ms(2)
    while len(got) < 5:
        await asyncio.sleep_ms(1)
    print(got)
asyncio.run(main())
rproc.shutdown()
`);
    assert.deepEqual(lines, ["[b'0', b'1', b'2', b'3', b'4']"]);
}

// Ctrl-C ends a program that computes, one that sleeps, and a callback that does not return.
async function testStop() {
    for (const body of ["while True: pass", "time.sleep(100)", "def forever(src, data):\n    while True: pass\nept.deinit()\nept = openamp.Endpoint('vuart-channel', forever)\nwhile not ept.is_ready(): pass\nept.send('a')\ntime.sleep(100)"]) {
        let at = Infinity;
        const { python } = await machine((ms) => {
            if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
            return Date.now() > at ? STOP : 0;
        });
        python.runPython(START);
        const start = Date.now();
        at = start + 200;
        assert.throws(() => python.runPython(body), (e) => e.type === "KeyboardInterrupt", body);
        assert.ok(Date.now() - start < 10000);
    }
}

async function testCommands() {
    let command = 0;
    const { python, lines } = await machine(() => { const now = command; command = 0; return now; });
    python.runPython(START);
    command = KILLED;
    python.runPython("while ept.is_ready(): pass\nimport emu\nprint('dead', emu.reason()[:19])\nrproc.start()\nwhile not ept.is_ready(): pass\nprint('again')\nt = time.ticks_ms()\nwhile time.ticks_diff(time.ticks_ms(), t) < 700: pass\nprint(ept.is_ready())\nrproc.shutdown()");
    assert.deepEqual(lines.map(withoutPc), [CRASHED, "dead killed from outside", "again", "True"]);
}

async function testHeap() {
    const end = Date.now() + 1000 * Number(process.env.GC_SECONDS || 5);
    let ticks = 0;
    const { python, lines, heap } = await machine(() => { ticks++; return Date.now() > end ? STOP : 0; });
    python.runPython(START + "rproc.stop()\nrproc.start()\nprint('warm')");
    const before = heap();
    const program = `
n = 0
def callback(src, data):
    global n
    n += 1
    [str(i) for i in range(20)]
ept.deinit()
ept = openamp.Endpoint("vuart-channel", callback)
while True:
    if ept.is_ready():
        ept.send("data %d" % n)
`;
    assert.throws(() => python.runPython(program), (e) => e.type === "KeyboardInterrupt");
    const mark = lines.length;
    python.runPython("print(n)");
    const messages = Number(lines[mark]);
    assert.ok(messages > 1000, `${messages} messages`);
    assert.equal(heap(), before, "the heap grew");
    console.log(`${messages} messages, heap ${before >> 20} MiB before and after, ${ticks} looks of the page`);
}

for (const test of [testCollections, testMessages, testAsyncio, testStop, testCommands, testHeap]) {
    const start = Date.now();
    await test();
    console.log(`ok  ${test.name} (${Date.now() - start} ms)`);
}
