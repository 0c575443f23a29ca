// What the page shows of the cores: the chosen one's rings and messages, its buffers, its table, its
// state; and one sentence for each step.
"use strict";

const STATE_TEXT = { off: "in reset", works: "running", waits: "asleep, waits for its doorbell", frozen: "frozen", dead: "dead" };
const pictures = [];
const narrow = matchMedia("(max-width: 620px)");
let ladderGroup = null, geometry = null, lastSnap = null, selected = null, marks = null;
const followed = new Map(); // for each core its ladder, and its index when it was last looked at

function forgetPictures() {
    followed.clear();
    marks = selected = null;
}

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

// ---- Numbers ----

function drawRates(snap, core, rings) {
    const now = { at: snap.now, sent: rings[1].avail, instructions: core.instructions };
    if (!marks || now.instructions < marks.instructions) marks = now;
    const seconds = (now.at - marks.at) / 1000;
    if (seconds < 0.5) return;
    stats.rate = ((now.sent - marks.sent) & 0xffff) / seconds;
    const speed = (now.instructions - marks.instructions) / seconds / 1e6;
    $("rates").textContent = `${Math.round(stats.rate).toLocaleString("en")} messages/s · ${speed.toFixed(1)} M instructions/s · heap ${(snap.heap / 2 ** 20).toFixed(0)} MiB`;
    marks = now;
}

function countMessages(core, rings) {
    const state = followed.get(core.number), sent = rings[1].avail;
    if (state.sent !== null) {
        const more = (sent - state.sent) & 0xffff, count = more < 0x8000 ? more : sent; // it began anew
        stats.messages += count;
        stats.messagesOf[core.number] = (stats.messagesOf[core.number] || 0) + count;
    }
    state.sent = sent;
    if (stats.firstMessageMs === null && rings[0].used > 1) stats.firstMessageMs = performance.now() - startedAt;
}

// The messages of all cores, also of the pictures that are not shown.  Gives each core its memory, table
// and rings.
function follow(snap) {
    stats.snaps++;
    for (const core of snap.cores) {
        core.mem = new SavedMemory(core.parts);
        core.table = readTable(core.mem, core.tableDa);
        core.rings = readRings(core.mem, core.table);
        if (!followed.has(core.number)) followed.set(core.number, { ladder: new Ladder(), sent: null });
        stats.states[core.number] = core.activity;
        if (core.rings) {
            countMessages(core, core.rings);
            followed.get(core.number).ladder.add(core.mem, core.rings);
        } else followed.get(core.number).sent = null;
    }
}

// ---- Which core ----

const NO_CORE = { activity: "off", reason: "", hostReason: "", pc: 0, kicksToCore: 0, kicksToHost: 0, lost: 0, table: null, rings: null, mem: null };

// The cores that the program names, and those in use; with one of them there is nothing to choose.
function showCores() {
    const numbers = new Set(remotesOf($("source").value).map(({ core }) => core));
    if (lastSnap) for (const { number } of lastSnap.cores) numbers.add(number);
    const sorted = Array.from(numbers).sort((a, b) => a - b), box = $("cores");
    if (!sorted.includes(chosen) && sorted.length) chooseCore(sorted[0]);
    if (box.dataset.cores !== sorted.join()) {
        box.dataset.cores = sorted.join();
        box.hidden = sorted.length < 2;
        for (const old of box.querySelectorAll("label")) old.remove();
        for (const number of sorted) {
            const label = document.createElement("label"), radio = document.createElement("input"), text = document.createElement("span");
            Object.assign(radio, { type: "radio", name: "core", value: number, checked: number === chosen, onchange: () => chooseCore(number) });
            text.id = `core-${number}`;
            label.append(radio, " ", text);
            box.append(label);
        }
    }
    for (const number of sorted) {
        const state = stats.states[number] || "off", count = stats.messagesOf[number] || 0;
        $(`core-${number}`).textContent = `core ${number}: ${STATE_TEXT[state].split(",")[0]}, ${count.toLocaleString("en")} messages`;
    }
}

function chooseCore(number) {
    chosen = number;
    marks = selected = null;
    $("rates").textContent = "";
    command("look");
    showFirmware();
    if (lastSnap) draw(lastSnap);
}

function draw(snap) {
    lastSnap = snap;
    stats.heap = snap.heap;
    showCores();
    const core = snap.cores.find(({ number }) => number === chosen) || NO_CORE, { mem, table, rings } = core;
    if (stats.state !== core.activity) { stats.state = core.activity; buttons(); }
    drawCore(core);
    $("table").textContent = table ? table.entries.join("\n") : "no resource table in memory";
    $("trace").textContent = readTrace(mem, table);
    for (const number of [0, 1]) pictures[number].draw(rings && rings[number], selected && selected.ring === number ? selected.slot : null);
    const ladder = followed.has(chosen) ? followed.get(chosen).ladder : new Ladder();
    ladder.draw(ladderGroup, geometry.ladder, { dead: "dead", off: "in reset" }[stats.state] || "");
    if (rings) drawRates(snap, core, rings);
    drawBuffer(mem, rings);
}

function drawCore(core) {
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

function drawBuffer(mem, rings) {
    $("buffer-card").hidden = !selected || !rings;
    if (!selected || !rings) return;
    const ring = rings[selected.ring], { byRemote, id } = RingPicture.slot(ring, selected.slot), message = readMessage(mem, ring, id);
    $("buffer-title").textContent = `Buffer ${id} of vring ${selected.ring}, slot ${selected.slot}: owned by the ${byRemote ? "remote" : "host"}`;
    if (!message) { $("buffer").textContent = "never used"; return; }
    const all = mem.at(message.da, 16 + Math.min(message.len, 240));
    $("buffer").textContent = `from ${message.src} to ${message.dest}, ${message.len} bytes of payload behind a header of 16\n${hexDump(bytesOf(all), message.da)}`;
}

// ---- The teaching mode ----

function showStep({ step, snap }) {
    showNow();
    stats.steps++;
    follow(snap);
    draw(snap);
    const element = $("step-text"), core = snap.cores.find(({ number }) => number === step.core) || NO_CORE;
    element.textContent = describeStep(step, core.mem, core.table);
    element.className = step.byHost ? "host" : "remote";
    $("step-number").textContent = `step ${stats.steps}`;
}

function paceChanged() {
    if (running) command(pace());
    $("teach").hidden = pace() === "full";
    buttons();
}
