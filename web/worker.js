// One worker is the whole machine with two cores: MicroPython (the host) and the emulated core (the
// remote).  Python runs synchronously in here, so nothing arrives by an event while a program runs:
// the page's wishes come through a channel that is polled, and what the page shows is posted.
"use strict";

// Bits of what onTick() returns; micropython/emu/web.c has the same.
const WISH = { stop: 0, crash: 1, freeze: 2, restart: 3, loseToCore: 4, loseToHost: 5, watch: 6, noWatch: 7, ringHost: 8,
    // These stay in here.
    next: 9, full: 10, slow: 11, step: 12, corrupt: 13 };
const DATA = 0x20000000, SHARED = 0x30000000, DATA_LEN = 0x2000, SHARED_LEN = 0x1a000;
const SNAP_MS = 40, OUT_MS = 40, OUT_MAX = 65536, SLOW_MS = 900;

let module = null, python = null, channel = null, pace = "full", pending = 0;
const post = (message, transfer) => self.postMessage(message, transfer || []);

// ---- The channel: what the page wishes ----

// Shared memory, where the server sends the two headers that allow it.
class SharedChannel {
    constructor(buffer) { this.cells = new Int32Array(buffer); }
    poll() { return Atomics.exchange(this.cells, 0, 0); }
    sleep(ms) { Atomics.wait(this.cells, 0, 0, ms); }
}

// Without them: the page revokes the addresses of blobs, which we try to read.  Each wish has five of
// them, four for its number and the last to say that it is there.
class BlobChannel {
    constructor(urls) {
        this.urls = urls;
        this.at = 0;
        this.looked = 0;
        this.cell = new Int32Array(new WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 }).buffer);
    }
    static gone(url) {
        const request = new XMLHttpRequest();
        try { request.open("GET", url, false); request.send(); return false; } catch (e) { return true; }
    }
    poll() {
        const now = performance.now();
        if (now - this.looked < 100 || this.at + 5 > this.urls.length) return 0;
        this.looked = now;
        if (!BlobChannel.gone(this.urls[this.at + 4])) return 0;
        let wish = 0;
        for (let bit = 0; bit < 4; bit++) if (BlobChannel.gone(this.urls[this.at + bit])) wish |= 1 << bit;
        this.at += 5;
        return 1 << wish;
    }
    sleep(ms) { Atomics.wait(this.cell, 0, 0, ms); }
}

// Of a page that is a file: no wish arrives.
class NoChannel {
    constructor() { this.cell = new Int32Array(new WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 }).buffer); }
    poll() { return 0; }
    sleep(ms) { Atomics.wait(this.cell, 0, 0, ms); }
}

function openChannel(boot) {
    if (boot.shared) return new SharedChannel(boot.shared);
    // In a page that is a file no blob can be read, ever.
    if (boot.urls && !BlobChannel.gone(boot.urls[0])) return new BlobChannel(boot.urls);
    return new NoChannel();
}

// ---- What the page sees ----

// The heap moves when it grows: never keep a view of it.
function memory(da, len) {
    const at = module._openamp_emu_memory(0, da, len);
    return at ? module.HEAPU8.slice(at, at + len) : new Uint8Array(len);
}

function view() {
    const at = module._openamp_emu_view(0), heap = new DataView(module.HEAPU8.buffer);
    const u32 = (offset) => heap.getUint32(at + offset, true);
    const x = [];
    for (let i = 0; i < 32; i++) x.push(u32(12 + 4 * i));
    return { activity: ["off", "works", "waits", "frozen", "dead"][u32(0)], reason: module.UTF8ToString(u32(4)), pc: u32(8), x,
        instructions: u32(144) + u32(148) * 2 ** 32, kicksToCore: u32(152), kicksToHost: u32(156), lost: u32(160), hostReason: hostReason() };
}

function hostReason() {
    const at = module._openamp_emu_host_reason();
    return at ? module.UTF8ToString(at) : "";
}

let snapped = 0;
function snapshot() {
    snapped = performance.now();
    const data = memory(DATA, DATA_LEN), shared = memory(SHARED, SHARED_LEN);
    return { now: snapped, core: view(), heap: module.HEAPU8.length, data, shared };
}
function postSnapshot(step) {
    const snap = snapshot();
    post(step ? { type: "step", step, snap } : { type: "snap", snap }, [snap.data.buffer, snap.shared.buffer]);
}

let text = "", flushed = 0;
function out(line) {
    text += line + "\n";
    if (text.length > OUT_MAX) text = "…\n" + text.slice(-OUT_MAX / 2);
    if (performance.now() - flushed > OUT_MS) flush();
}
function flush() {
    flushed = performance.now();
    if (text) post({ type: "out", text });
    text = "";
}

// ---- Called from inside the program ----

// The remote's index of the ring to the host, as firmware gone wild would leave it.
function corrupt() {
    const snap = snapshot(), table = readTable(snap), ring = table && readRing(snap, table.rings[0]);
    if (!ring) return;
    const at = module._openamp_emu_memory(0, ring.usedAt + 2, 2);
    new DataView(module.HEAPU8.buffer).setUint16(at, (ring.used + 1000) & 0xffff, true);
}

// What is for us; the rest is what web.c gets.
function keepOurs(wishes) {
    const has = (name) => (wishes & (1 << WISH[name])) !== 0;
    let rest = wishes & 0x1ff;
    if (has("corrupt")) { corrupt(); rest |= 1 << WISH.ringHost; }
    if (has("stop") || has("full")) { pace = "full"; rest |= 1 << WISH.noWatch; }
    if (has("slow") || has("step")) { pace = has("slow") ? "slow" : "step"; rest |= 1 << WISH.watch; }
    return rest;
}

function onTick(ms) {
    if (ms > 0) channel.sleep(ms);
    const now = performance.now();
    if (text && now - flushed > OUT_MS) flush();
    if (now - snapped > SNAP_MS) postSnapshot();
    const rest = pending | keepOurs(channel.poll());
    pending = 0;
    return rest;
}

// A step of one of the cores: show it, then wait for the page or for the reader.
const gathered = new Map(); // stores into one buffer: one step
function onStep(core, byHost, act, address, len) {
    if (pace === "full") return;
    const step = { byHost: !!byHost, act: ["stored", "rang", "sleeps", "woke"][act], address, len };
    const snap = snapshot(), table = readTable(snap);
    step.place = step.act === "stored" ? place(snap, table, address) : null;
    if (step.act === "stored" && !step.place) return;
    if (step.place && step.place.kind === "buffer") { gathered.set(step.place.ring + "/" + step.place.id, step); return; }
    if (!byHost) for (const earlier of gathered.values()) show(earlier);
    if (!byHost) gathered.clear();
    show(step);
}
function show(step) {
    postSnapshot(step);
    flush();
    const end = performance.now() + SLOW_MS;
    while (pace === "step" || (pace === "slow" && performance.now() < end)) {
        channel.sleep(20);
        const wishes = channel.poll();
        if (wishes & (1 << WISH.next)) return;
        pending |= keepOurs(wishes);
    }
}

// ---- Messages of the page, before a program runs ----

async function boot(message) {
    const start = performance.now();
    channel = openChannel(message);
    if (typeof bundled !== "undefined") await bundled; // one file: the module's code stands before this
    const load = globalThis.loadMicroPython || (await import("./micropython.mjs")).loadMicroPython;
    python = await load({ url: message.wasm || new URL("micropython.wasm", self.location).href, heapsize: 1 << 20, linebuffer: true, stdout: out, stderr: out });
    module = python._module;
    module.onTick = onTick;
    module.onStep = onStep;
    for (const file of message.files) python.FS.writeFile("/" + file.name, file.bytes);
    const name = channel.constructor === SharedChannel ? "shared" : channel.constructor === BlobChannel ? "blob" : "none";
    post({ type: "ready", ms: performance.now() - start, channel: name });
}

function run(message) {
    let error = null;
    pace = message.pace;
    pending = pace === "full" ? 0 : 1 << WISH.watch;
    try {
        python.runPython(message.prelude);
        python.runPython(message.source);
    } catch (e) {
        error = { type: e.type || e.name, text: e.message };
    }
    flush();
    postSnapshot();
    post({ type: "end", error });
}

self.onmessage = (event) => {
    const message = event.data;
    if (message.type === "boot") boot(message).catch((e) => post({ type: "failed", text: String(e && e.message || e) }));
    if (message.type === "run") run(message);
};
