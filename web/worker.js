// One worker is the whole machine: MicroPython (the host) and the emulated cores (the remotes).  Python
// runs synchronously in here, so nothing arrives by an event while a program runs: the page's commands
// (commands.js) come through a channel that is polled, and what the page shows is posted.
"use strict";

const CORE_SHIFT = 16; // as in micropython/emu/web.c
const bit = (name) => 1 << COMMANDS.indexOf(name);
const SNAP_MS = 40, OUT_MS = 40, OUT_MAX = 65536, SLOW_MS = 900, SEARCH_MS = 1000;

let module = null, python = null, channel = null, pace = "full";
const pending = []; // for web.c, which is not asked inside of a step
let watched = 0; // the core whose steps are shown
const post = (message, transfer) => self.postMessage(message, transfer || []);

// ---- The channel: commands of the page, one at a time as {name, core}, or null ----

// Memory of this worker alone can be slept on, wherever the page comes from.
function privateCell() {
    return new Int32Array(new WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 }).buffer);
}

// Shared memory, where the server sends the two headers that allow it: how many commands there were, then
// the last of them in a ring.
class SharedChannel {
    constructor(buffer) {
        this.name = "shared";
        this.cells = new Int32Array(buffer);
        this.taken = 0;
    }
    poll() {
        if (Atomics.load(this.cells, 0) === this.taken) return null;
        return commandOf(Atomics.load(this.cells, 1 + (this.taken++ % COMMAND_RING)));
    }
    sleep(ms) { Atomics.wait(this.cells, 0, this.taken, ms); }
}

// Without them: the page revokes the addresses of blobs, which we try to read.  Each command has nine of
// them, one for each bit of its word, and the last to say that it is there.
class BlobChannel {
    constructor(urls) {
        this.name = "blob";
        this.urls = urls;
        this.at = 0;
        this.looked = 0;
        this.cell = privateCell();
    }
    static gone(url) {
        const request = new XMLHttpRequest();
        try { request.open("GET", url, false); request.send(); return false; } catch (e) { return true; }
    }
    poll() {
        const now = performance.now();
        if (now - this.looked < 100 || this.at + COMMAND_BITS >= this.urls.length) return null;
        this.looked = now;
        if (!BlobChannel.gone(this.urls[this.at + COMMAND_BITS])) return null;
        let word = 0;
        for (let k = 0; k < COMMAND_BITS; k++) if (BlobChannel.gone(this.urls[this.at + k])) word |= 1 << k;
        this.at += COMMAND_BITS + 1;
        return commandOf(word);
    }
    sleep(ms) { Atomics.wait(this.cell, 0, 0, ms); }
}

// Of a page that is a file: no command arrives.
class NoChannel {
    constructor() {
        this.name = "none";
        this.cell = privateCell();
    }
    poll() { return null; }
    sleep(ms) { Atomics.wait(this.cell, 0, 0, ms); }
}

function openChannel(boot) {
    if (boot.shared) return new SharedChannel(boot.shared);
    // In a page that is a file no blob can be read, ever.
    if (boot.urls && !BlobChannel.gone(boot.urls[0])) return new BlobChannel(boot.urls);
    return new NoChannel();
}

// ---- What the page sees ----

// The memory of a core as it is now.  The heap moves when it grows: never keep a view of it.
class LiveMemory {
    constructor(core) { this.core = core; }
    at(da, len) {
        const fits = da >= 0 && len >= 0 && da + len <= 2 ** 32, at = fits ? module._openamp_emu_memory(this.core, da, len) : 0;
        return at ? new DataView(module.HEAPU8.buffer, at, len) : null;
    }
}

const cores = Array.from({ length: CORES }, (_, number) => ({ number, mem: new LiveMemory(number), tableDa: null, searched: 0 }));

// Words of openamp_emu_view() (web.c).
function view(core) {
    const at = module._openamp_emu_view(core), words = new Uint32Array(module.HEAPU8.buffer, at, 10);
    const [powered, activity, reason, hostReason, pc, low, high, kicksToCore, kicksToHost, lost] = words;
    return { powered: powered !== 0, activity: ["off", "works", "waits", "frozen", "dead"][activity], reason: module.UTF8ToString(reason),
        hostReason: hostReason ? module.UTF8ToString(hostReason) : "", pc, instructions: low + high * 2 ** 32, kicksToCore, kicksToHost, lost };
}

// The resource table of a core: where our images have it, the default one, or wherever else an image put
// it, which takes a search.
function findTable(core) {
    for (const da of [core.tableDa, DATA_DA, SHARED_DA]) {
        const table = readTable(core.mem, da);
        if (table) { core.tableDa = da; return table; }
    }
    core.tableDa = null;
    if (performance.now() - core.searched < SEARCH_MS || view(core.number).activity === "off") return null;
    core.searched = performance.now();
    for (const [da, len] of [[DATA_DA, 4 << 20], [0x10000000, 1 << 20]]) {
        const all = core.mem.at(da, len), words = new Uint32Array(all.buffer, all.byteOffset, len / 4);
        for (let k = words.indexOf(1); k >= 0; k = words.indexOf(1, k + 1)) {
            const table = words[k + 2] === 0 && words[k + 3] === 0 ? readTable(core.mem, da + 4 * k) : null;
            if (table) { core.tableDa = table.da; return table; }
        }
    }
    return null;
}

let snapped = 0;
function pictureOf(core) {
    const table = findTable(core), parts = [];
    for (const [da, len] of picturedParts(core.mem, table)) {
        const now = core.mem.at(da, len);
        if (now) parts.push({ da, bytes: bytesOf(now).slice() });
    }
    return { number: core.number, ...view(core.number), tableDa: table ? table.da : null, parts };
}

function postSnapshot(step) {
    snapped = performance.now();
    const pictures = cores.filter((core) => view(core.number).powered).map(pictureOf);
    const snap = { now: snapped, heap: module.HEAPU8.length, cores: pictures };
    post(step ? { type: "step", step, snap } : { type: "snap", snap }, pictures.flatMap((picture) => picture.parts.map((part) => part.bytes.buffer)));
}

let text = "", flushed = 0;
function out(line) {
    text += line + "\n";
    if (text.length > OUT_MAX) text = "…\n" + text.slice(-OUT_MAX / 2);
    if (performance.now() - flushed > OUT_MS) flush();
}
// A line that is not at its end yet is with MicroPython (its api.js).
function unfinished() {
    const bytes = module._stdoutBuffer || [];
    module._stdoutBuffer = [];
    return new TextDecoder().decode(new Uint8Array(bytes));
}
// A program that asks for input gets its end, and the reader is told.
let toldInput = false;
function noInput() {
    if (!toldInput) out("(this page has no input for programs)");
    toldInput = true;
    return null;
}
function flushAll() {
    text += unfinished();
    flush();
}
function flush() {
    flushed = performance.now();
    if (text) post({ type: "out", text });
    text = "";
}

// ---- Called from inside the program ----

// The remote's index of the ring to the host, as firmware gone wild would leave it.
function corrupt(core) {
    const table = findTable(core), ring = table && readRing(core.mem, table.rings[0]);
    if (ring) core.mem.at(ring.usedAt + 2, 2).setUint16(0, (ring.used + 1000) & 0xffff, true);
}

// Do what is for us; returns what web.c gets.
function runCommand(command) {
    if (!command) return 0;
    const number = COMMANDS.indexOf(command.name), forCore = command.core << CORE_SHIFT;
    switch (command.name) {
    case "corrupt": corrupt(cores[command.core]); return bit("ringHost") | forCore;
    case "full": pace = "full"; return bit("noWatch");
    case "stop": pace = "full"; return bit("stop") | bit("noWatch");
    case "look": watched = command.core; return 0;
    case "slow": case "step": pace = command.name; watched = command.core; return bit("watch");
    default: return number < COMMANDS.indexOf("next") ? (1 << number) | forCore : 0;
    }
}

function onTick(ms) {
    if (ms > 0) channel.sleep(ms);
    const now = performance.now();
    if (now - flushed > OUT_MS) flushAll();
    if (now - snapped > SNAP_MS) postSnapshot();
    return pending.length ? pending.shift() : runCommand(channel.poll());
}

// A step of one of the cores: show it, then wait for the page or for the reader.
const gathered = new Map(); // stores into one buffer: one step
function onStep(core, byHost, act, address, len) {
    if (pace === "full" || core !== watched) return;
    const step = { core, byHost: !!byHost, act: ["stored", "rang", "sleeps", "woke"][act], address, len };
    const mem = cores[core].mem;
    step.place = step.act === "stored" ? place(mem, findTable(cores[core]), address) : null;
    if (step.act === "stored" && !step.place) return;
    if (step.place && step.place.kind === "buffer") { gathered.set(step.place.ring + "/" + step.place.id, step); return; }
    if (!byHost) for (const earlier of gathered.values()) show(earlier);
    if (!byHost) gathered.clear();
    show(step);
}
function show(step) {
    postSnapshot(step);
    flushAll();
    const end = performance.now() + SLOW_MS;
    while (step.core === watched && (pace === "step" || (pace === "slow" && performance.now() < end))) {
        channel.sleep(20);
        const command = channel.poll();
        if (command && command.name === "next") return;
        const rest = runCommand(command);
        if (rest) pending.push(rest);
    }
}

// ---- Messages of the page, before a program runs ----

async function boot(message) {
    const start = performance.now();
    channel = openChannel(message);
    if (typeof bundled !== "undefined") await bundled; // one file: the module's code stands before this
    const load = globalThis.loadMicroPython || (await import("./micropython.mjs")).loadMicroPython;
    python = await load({ url: message.wasm || new URL("micropython.wasm", self.location).href, heapsize: 1 << 20, linebuffer: true, stdin: noInput, stdout: out, stderr: out });
    module = python._module;
    module.onTick = onTick;
    module.onStep = onStep;
    for (const file of message.files) python.FS.writeFile("/" + file.name, file.bytes);
    post({ type: "ready", ms: performance.now() - start, channel: channel.name });
}

function run(message) {
    let error = null;
    pace = message.pace;
    watched = message.core;
    if (pace !== "full") pending.push(bit("watch"));
    try {
        python.runPython(message.prelude);
        python.runPython(message.source);
    } catch (e) {
        error = { type: e.type || e.name, text: e.message };
    }
    flushAll();
    postSnapshot();
    post({ type: "end", error });
}

self.onmessage = (event) => {
    const message = event.data;
    if (message.type === "boot") boot(message).catch((e) => post({ type: "failed", text: String(e && e.message || e) }));
    if (message.type === "run") run(message);
};
