// The page: editor, buttons, console, and what the worker sends.
"use strict";

const $ = (id) => document.getElementById(id);
const WISHES = ["stop", "crash", "freeze", "restart", "loseToCore", "loseToHost", "", "", "", "next", "full", "slow", "step", "corrupt"];
const HARM = ["crash", "freeze", "restart", "loseToCore", "loseToHost", "corrupt"];
const CONSOLE_MAX = 8000;

// What the page's buttons need of Python, before the program.
const PRELUDE = `
import emu
def _restart(_):
    import openamp
    for value in list(globals().values()):
        if isinstance(value, openamp.RemoteProc):
            try:
                value.stop()
                value.start()
                print("(the page restarted the remote core)")
            except OSError as e:
                print("(restart:", e, ")")
emu.on_restart(_restart)
del emu
`;

// For tests: what has happened so far.
const stats = { ready: null, end: null, messages: 0, rate: 0, steps: 0, snaps: 0, heap: 0, state: "off", firstMessageMs: null };
window.stats = stats;

let worker = null, wishCells = null, urls = [], urlAt = 0, running = false, startedAt = 0;
let lastSnap = null, selected = null, marks = null;
const files = new Map(); // firmware of the reader's own
const ladder = new Ladder();

// ---- The worker ----

function blobUrl(content, type) {
    return URL.createObjectURL(new Blob([content], { type }));
}

// The channel of wishes: shared memory where that is allowed, else blobs to revoke (worker.js).
function makeChannel() {
    wishCells = null;
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
    urlAt = 0;
    if (self.crossOriginIsolated) wishCells = new Int32Array(new SharedArrayBuffer(4));
    else if (location.protocol !== "file:") urls = Array.from({ length: 5 * 300 }, () => blobUrl("x"));
}

function bootWorker() {
    if (worker) worker.terminate();
    stats.ready = null;
    makeChannel();
    const bundle = window.BUNDLE;
    worker = new Worker(bundle ? blobUrl(bundle.worker, "text/javascript") : "start_worker.js");
    worker.onerror = (event) => status(`The worker failed: ${event.message}`);
    worker.onmessage = (event) => received(event.data);
    worker.postMessage({ type: "boot", shared: wishCells && wishCells.buffer, urls: urls.length ? urls : null, wasm: bundle ? bundle.wasm : null,
        files: Array.from(files, ([name, bytes]) => ({ name, bytes })) });
}

const HANDLERS = { ready, failed: (m) => status(`MicroPython did not start: ${m.text}`), out: (m) => print(m.text), snap: (m) => { follow(m.snap); nextSnap = m.snap; soon(); }, step: showStep, end };
function received(message) {
    HANDLERS[message.type](message);
}

// What comes faster than the page can show it is shown once for each frame.
let nextSnap = null, nextText = "", frame = 0;
function soon() {
    if (!frame) frame = requestAnimationFrame(showNow);
}
function showNow() {
    cancelAnimationFrame(frame);
    frame = 0;
    if (nextText) { const text = nextText; nextText = ""; append(text); }
    if (nextSnap) { const snap = nextSnap; nextSnap = null; draw(snap); }
}
function print(text) {
    nextText = (nextText + text).slice(-CONSOLE_MAX);
    soon();
}

function ready(message) {
    stats.ready = message;
    const how = { shared: "shared memory", blob: "revoked blobs, as the server sends no isolation headers", none: "none, as the page is a file" }[message.channel];
    status(`Ready in ${(message.ms / 1000).toFixed(1)} s. Channel from the page to the program: ${how}.`);
    buttons();
}

function canWish() {
    return running && stats.ready && stats.ready.channel !== "none";
}

function wish(name) {
    if (!canWish()) return;
    const number = WISHES.indexOf(name);
    if (wishCells) {
        Atomics.or(wishCells, 0, 1 << number);
        Atomics.notify(wishCells, 0);
    } else if (urlAt + 5 <= urls.length) {
        for (let bit = 0; bit < 4; bit++) if (number & (1 << bit)) URL.revokeObjectURL(urls[urlAt + bit]);
        URL.revokeObjectURL(urls[urlAt + 4]);
        urlAt += 5;
    }
}

// ---- Run and stop ----

async function run() {
    if (running) return;
    if (stats.end || !stats.ready) { // a worker runs one program: a new run is a new machine
        bootWorker();
        while (!stats.ready) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    Object.assign(stats, { end: null, messages: 0, steps: 0, firstMessageMs: null });
    ladder.clear();
    marks = selected = null;
    showNow();
    $("console").textContent = "";
    $("step-text").textContent = "";
    running = true;
    startedAt = performance.now();
    worker.postMessage({ type: "run", source: $("source").value, prelude: PRELUDE, pace: pace() });
    status("The program runs.");
    buttons();
}

function stop() {
    if (!running) return;
    if (canWish()) wish("stop");
    else {
        worker.terminate();
        print("\n(stopped: the machine was switched off)\n");
        end({ error: { type: "terminated", text: "" } });
    }
}

function end(message) {
    showNow();
    running = false;
    stats.end = message.error || { type: "" };
    if (message.error && message.error.text) append(message.error.text + "\n");
    status(message.error ? `The program ended: ${message.error.type}.` : "The program ended.");
    buttons();
}

function pace() {
    return document.querySelector("input[name=pace]:checked").value;
}

function buttons() {
    $("run").disabled = running;
    $("stop").disabled = !running;
    for (const id of HARM) $(id).disabled = !canWish();
    $("next").disabled = !canWish() || pace() !== "step";
    const blocked = running && !canWish();
    $("harm").title = blocked ? "A page that is a file cannot reach a running program; serve the folder (python3 -m http.server) to use these." : "";
    $("file-note").hidden = !(stats.ready && stats.ready.channel === "none");
    $("freeze").textContent = stats.state === "frozen" ? "Thaw" : "Freeze";
}

function status(text) {
    $("status").textContent = text;
}

function append(text) {
    const element = $("console"), follow = element.scrollTop + element.clientHeight >= element.scrollHeight - 30;
    let all = element.textContent + text;
    if (all.length > CONSOLE_MAX) all = "…\n" + all.slice(-CONSOLE_MAX * 0.75);
    element.textContent = all;
    if (follow) element.scrollTop = element.scrollHeight;
}

// ---- The picture ----

const STATE_TEXT = { off: "in reset", works: "running", waits: "asleep, waits for its doorbell", frozen: "frozen", dead: "dead" };
const pictures = [];
const narrow = matchMedia("(max-width: 620px)");
let ladderGroup = null, geometry = null;

function buildPicture() {
    const svg = $("picture");
    geometry = narrow.matches ? NARROW : WIDE;
    svg.setAttribute("viewBox", `0 0 ${geometry.width} ${geometry.height}`);
    svg.replaceChildren();
    pictures[1] = new RingPicture(svg, geometry.rings[1], "vring 1: host → remote", "ring-1", (slot) => select(1, slot));
    pictures[0] = new RingPicture(svg, geometry.rings[0], "vring 0: remote → host", "ring-0", (slot) => select(0, slot));
    const [x, y] = geometry.legend, legend = node(svg, "g", { class: "legend" });
    node(legend, "text", { x, y, class: "legend remote" }, "■ owned by the remote");
    node(legend, "text", { x, y: y + 20, class: "legend host" }, "■ owned by the host");
    ladderGroup = node(svg, "g", {});
    if (lastSnap) draw(lastSnap);
}

function drawRates(snap, rings) {
    const now = { at: snap.now, sent: rings[1].avail, instructions: snap.core.instructions };
    if (!marks || now.instructions < marks.instructions) marks = now;
    const seconds = (now.at - marks.at) / 1000;
    if (seconds < 0.5) return;
    stats.rate = ((now.sent - marks.sent) & 0xffff) / seconds;
    const speed = (now.instructions - marks.instructions) / seconds / 1e6;
    $("rates").textContent = `${Math.round(stats.rate).toLocaleString("en")} messages/s · ${speed.toFixed(1)} M instructions/s · heap ${(snap.heap / 2 ** 20).toFixed(0)} MiB`;
    marks = now;
}

let sentBefore = null;
function countMessages(rings) {
    const sent = rings[1].avail;
    if (sentBefore !== null) stats.messages += (sent - sentBefore) & 0x7fff;
    sentBefore = sent;
    if (stats.firstMessageMs === null && rings[0].used > 1) stats.firstMessageMs = performance.now() - startedAt;
}

function ringsOf(snap, table) {
    const rings = table ? table.rings.map((ring) => readRing(snap, ring)) : [];
    return rings[0] && rings[1] ? rings : null;
}

// The messages, also of the pictures that are not shown.
function follow(snap) {
    stats.snaps++;
    const rings = ringsOf(snap, readTable(snap));
    if (!rings) { sentBefore = null; return; }
    countMessages(rings);
    ladder.add(snap, rings);
}

function draw(snap) {
    lastSnap = snap;
    stats.heap = snap.heap;
    if (stats.state !== snap.core.activity) { stats.state = snap.core.activity; buttons(); }
    drawCore(snap);
    const table = readTable(snap), rings = ringsOf(snap, table);
    $("table").textContent = table ? table.entries.join("\n") : "no resource table in memory";
    $("trace").textContent = readTrace(snap, table);
    if (!rings) return;
    drawRates(snap, rings);
    for (const number of [0, 1]) pictures[number].draw(rings[number], selected && selected.ring === number ? selected.slot : null);
    ladder.draw(ladderGroup, geometry.ladder, { dead: "dead", off: "in reset" }[stats.state] || "");
    drawBuffer(snap, rings);
}

function drawCore(snap) {
    const core = snap.core;
    $("core-state").textContent = STATE_TEXT[core.activity];
    $("core-state").className = `state ${core.activity}`;
    $("pc").textContent = `pc ${hex(core.pc)}`;
    const refused = core.activity === "off" && core.hostReason ? `stopped by the host, whose checks found: ${core.hostReason}` : "";
    $("reason").textContent = core.activity === "dead" ? core.reason : refused;
    $("kicks").textContent = `doorbells: ${core.kicksToCore} to the remote, ${core.kicksToHost} to the host${core.lost ? `, ${core.lost} lost` : ""}`;
}

function select(ring, slot) {
    selected = selected && selected.ring === ring && selected.slot === slot ? null : { ring, slot };
    if (lastSnap) draw(lastSnap);
}

function hexDump(bytes, da) {
    const lines = [];
    for (let at = 0; at < bytes.length; at += 16) {
        const part = bytes.slice(at, at + 16), digits = Array.from(part, (b) => b.toString(16).padStart(2, "0")).join(" ");
        lines.push(`${hex(da + at)}  ${digits.padEnd(47)}  ${printable(part)}`);
    }
    return lines.join("\n");
}

function drawBuffer(snap, rings) {
    $("buffer-card").hidden = !selected;
    if (!selected) return;
    const ring = rings[selected.ring], { byRemote, id } = RingPicture.slot(ring, selected.slot), message = readMessage(snap, ring, id);
    $("buffer-title").textContent = `Buffer ${id} of vring ${selected.ring}, slot ${selected.slot}: owned by the ${byRemote ? "remote" : "host"}`;
    if (!message) { $("buffer").textContent = "never used"; return; }
    const all = bytesAt(snap, message.da, 16 + Math.min(message.len, 240));
    $("buffer").textContent = `from ${message.src} to ${message.dest}, ${message.len} bytes of payload behind a header of 16\n${hexDump(new Uint8Array(all.buffer, all.byteOffset, all.byteLength), message.da)}`;
}

// ---- The teaching mode ----

function showStep(message) {
    showNow();
    stats.steps++;
    follow(message.snap);
    draw(message.snap);
    const element = $("step-text");
    element.textContent = describeStep(message.step, message.snap);
    element.className = message.step.byHost ? "host" : "remote";
    $("step-number").textContent = `step ${stats.steps}`;
}

function paceChanged() {
    if (running) wish(pace());
    $("teach").hidden = pace() === "full";
    buttons();
}

// ---- Start ----

function choose(name) {
    $("source").value = EXAMPLES.find((example) => example.name === name).source;
    highlight();
    showFirmware();
}

// What the program says that it loads.
function showFirmware() {
    const match = $("source").value.match(/RemoteProc\("([^"]*)"/);
    if (match && Array.from($("firmware").options).some((option) => option.value === match[1])) $("firmware").value = match[1];
}

async function addFirmware(input) {
    const file = input.files[0];
    if (!file) return;
    files.set(file.name, new Uint8Array(await file.arrayBuffer()));
    addFirmwareOption(file.name);
    $("firmware").value = file.name;
    useFirmware(file.name);
    if (!running) bootWorker();
}

function addFirmwareOption(name) {
    const option = document.createElement("option");
    option.textContent = option.value = name;
    $("firmware").appendChild(option);
}

// The program says which firmware it loads: write it there.
function useFirmware(name) {
    $("source").value = $("source").value.replace(/RemoteProc\("[^"]*"/, `RemoteProc("${name}"`);
    highlight();
}

function begin() {
    buildPicture();
    startEditor();
    for (const { name, title } of EXAMPLES) {
        const option = document.createElement("option");
        option.value = name;
        option.textContent = title;
        $("example").appendChild(option);
    }
    for (const name of FIRMWARE) addFirmwareOption(name);
    choose(EXAMPLES[0].name);
    narrow.onchange = buildPicture;
    $("example").onchange = (event) => choose(event.target.value);
    $("firmware").onchange = (event) => useFirmware(event.target.value);
    $("own").onchange = (event) => addFirmware(event.target);
    $("run").onclick = run;
    $("stop").onclick = stop;
    for (const id of HARM) $(id).onclick = () => wish(id);
    $("next").onclick = () => wish("next");
    for (const radio of document.querySelectorAll("input[name=pace]")) radio.onchange = paceChanged;
    document.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
        if (event.key === "." && event.ctrlKey) stop();
        if (event.key === "n" && event.altKey) wish("next");
    });
    paceChanged();
    bootWorker();
}
begin();
