// The page: editor, buttons, console, and what the worker sends.
"use strict";

const $ = (id) => document.getElementById(id);
const HARM = ["crash", "freeze", "restart", "loseToCore", "loseToHost", "corrupt"];
const CONSOLE_MAX = 8000, COMMANDS_MAX = 1000; // of a run, where they are blobs
const STOP_MS = 2000; // after which a program that was stopped may be switched off

// What the page's buttons need of Python, before the program.
const PRELUDE = `
import emu
def _restart(rproc):
    if rproc is None:
        print("(no RemoteProc of the program has this core)")
        return
    try:
        rproc.stop()
        rproc.start()
        print("(the page restarted the remote core)")
    except Exception as e:
        print("(the page could not restart the remote core:", repr(e) + ")")
emu.on_restart(_restart)
del emu, _restart
`;

// For tests: what has happened so far.
const stats = { ready: null, end: null, messages: 0, messagesOf: {}, rate: 0, steps: 0, snaps: 0, heap: 0, state: "off", states: {}, firstMessageMs: null };
window.stats = stats;

let worker = null, commandCells = null, urls = [], urlAt = 0, running = false, startedAt = 0;
let booted = null, booting = null; // a promise of whether the worker is there
let starting = false, stopping = 0, mayEnd = false;
let chosen = 0; // the remote core that is shown, and that the buttons are for
const files = new Map(); // firmware of the reader's own

// ---- The worker ----

function blobUrl(content, type) {
    return URL.createObjectURL(new Blob([content], { type }));
}

// The channel of commands: shared memory where that is allowed, else blobs to revoke (worker.js).
function makeChannel() {
    commandCells = null;
    // Those that no command has used serve the next run: to make them all takes seconds.
    urls.splice(0, urlAt).forEach((url) => URL.revokeObjectURL(url));
    urlAt = 0;
    if (self.crossOriginIsolated) commandCells = new Int32Array(new SharedArrayBuffer(4 * (1 + COMMAND_RING)));
    else if (location.protocol !== "file:") while (urls.length < (COMMAND_BITS + 1) * COMMANDS_MAX) urls.push(blobUrl("x"));
}

function bootWorker() {
    if (worker) worker.terminate();
    stats.ready = null;
    makeChannel();
    const bundle = window.BUNDLE;
    worker = new Worker(bundle ? blobUrl(bundle.worker, "text/javascript") : "start_worker.js");
    const mine = worker;
    booting = new Promise((resolve) => {
        booted = resolve;
    });
    mine.onerror = (event) => { if (mine === worker) lost(`The worker failed: ${event.message}`); };
    mine.onmessage = (event) => { if (mine === worker) received(event.data); };
    worker.postMessage({ type: "boot", shared: commandCells && commandCells.buffer, urls: urls.length ? urls : null, wasm: bundle ? bundle.wasm : null,
        files: Array.from(files, ([name, bytes]) => ({ name, bytes })) });
}

// The machine is gone, or did not come.
function lost(text) {
    if (running) end({ error: { type: "the machine failed", text } });
    status(text);
    booted(false);
    booting = null;
}

const HANDLERS = { ready, failed: (m) => lost(`MicroPython did not start: ${m.text}`), out: (m) => print(m.text), snap: (m) => { follow(m.snap); nextSnap = m.snap; soon(); }, step: showStep, end };
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
    booted(true);
    status(`Ready in ${(message.ms / 1000).toFixed(1)} s. Channel from the page to the program: ${how}.`);
    buttons();
}

function canCommand() {
    return running && stats.ready && stats.ready.channel !== "none";
}

// Without shared memory a run has so many commands; the last is kept for Stop.
function hasCommands(count) {
    return commandCells || urlAt + (COMMAND_BITS + 1) * count <= urls.length;
}

function command(name) {
    if (!canCommand()) return;
    const word = commandWord(name, chosen);
    if (commandCells) {
        Atomics.store(commandCells, 1 + (Atomics.load(commandCells, 0) % COMMAND_RING), word);
        Atomics.add(commandCells, 0, 1);
        Atomics.notify(commandCells, 0);
    } else if (!hasCommands(name === "stop" ? 1 : 2)) status("This page has no way to say more to the program that runs; Stop, and run it again.");
    else {
        for (let bit = 0; bit < COMMAND_BITS; bit++) if (word & (1 << bit)) URL.revokeObjectURL(urls[urlAt + bit]);
        URL.revokeObjectURL(urls[urlAt + COMMAND_BITS]);
        urlAt += COMMAND_BITS + 1;
    }
}

// ---- Run and stop ----

async function run() {
    if (running || starting) return;
    starting = true;
    buttons();
    if (stats.end || !booting) bootWorker(); // a worker runs one program: a new run is a new machine
    const works = await booting;
    starting = false;
    buttons();
    if (!works) return;
    Object.assign(stats, { end: null, messages: 0, messagesOf: {}, states: {}, steps: 0, firstMessageMs: null });
    showNow();
    forgetPictures();
    $("console").textContent = "";
    $("step-text").textContent = "";
    running = true;
    startedAt = performance.now();
    worker.postMessage({ type: "run", source: $("source").value, prelude: PRELUDE, pace: pace(), core: chosen });
    status("The program runs.");
    buttons();
}

// Ctrl-C; and where the page has no way in, or the program does not end by it, the end of the machine.
function stop() {
    if (!running) return;
    if (canCommand() && !mayEnd) {
        command("stop");
        if (!stopping) stopping = setTimeout(offerEnd, STOP_MS);
    } else {
        worker.terminate();
        print("\n(stopped: the machine was switched off)\n");
        end({ error: { type: "terminated", text: "" } });
    }
}

function offerEnd() {
    mayEnd = true;
    $("stop").textContent = "Switch off";
    status("The program goes on in spite of its KeyboardInterrupt; Stop once more switches the machine off.");
}

function end(message) {
    showNow();
    running = false;
    clearTimeout(stopping);
    stopping = 0;
    mayEnd = false;
    $("stop").textContent = "Stop";
    stats.end = message.error || { type: "" };
    if (message.error && message.error.text) append(message.error.text + "\n");
    status(message.error ? `The program ended: ${message.error.type}.` : "The program ended.");
    buttons();
}

function pace() {
    return document.querySelector("input[name=pace]:checked").value;
}

function buttons() {
    $("run").disabled = running || starting;
    $("stop").disabled = !running;
    for (const id of HARM) $(id).disabled = !canCommand();
    $("next").disabled = !canCommand() || pace() !== "step";
    const blocked = running && !canCommand();
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

// ---- Start ----

function choose(name) {
    if (!running) lastSnap = null; // of another program
    $("source").value = EXAMPLES.find((example) => example.name === name).source;
    highlight();
    showFirmware();
}

// Each RemoteProc of the program: where the name of its firmware is, and which core it is.
function remotesOf(source) {
    return Array.from(source.matchAll(/RemoteProc\((["'])([^"'\n]*)\1([^)\n]*)\)/g), (match) => {
        const core = match[3].match(/core\s*=\s*(\d+)/), at = match.index + match[0].indexOf(match[1]) + 1;
        return { core: core ? Number(core[1]) : 0, at, end: at + match[2].length, firmware: match[2] };
    }).filter(({ core }) => core < CORES);
}

// What the program says that it loads, and into which cores.
function showFirmware() {
    const remotes = remotesOf($("source").value), match = remotes.find((remote) => remote.core === chosen);
    if (match && Array.from($("firmware").options).some((option) => option.value === match.firmware)) $("firmware").value = match.firmware;
    showCores();
}

async function addFirmware(input) {
    const file = input.files[0];
    if (!file) return;
    files.set(file.name, new Uint8Array(await file.arrayBuffer()));
    addFirmwareOption(file.name);
    $("firmware").value = file.name;
    useFirmware(file.name);
    if (running || starting) status(`${file.name} is there from the next Run on.`);
    else bootWorker();
}

function addFirmwareOption(name) {
    const option = document.createElement("option");
    option.textContent = option.value = name;
    $("firmware").appendChild(option);
}

// The program says which firmware it loads: write it there, for the core that is shown.
function useFirmware(name) {
    const source = $("source"), remotes = remotesOf(source.value), remote = remotes.find(({ core }) => core === chosen) || remotes[0];
    if (!remote) return;
    source.setRangeText(name, remote.at, remote.end);
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
    $("source").addEventListener("input", showFirmware);
    $("example").onchange = (event) => choose(event.target.value);
    $("firmware").onchange = (event) => useFirmware(event.target.value);
    $("own").onchange = (event) => addFirmware(event.target);
    $("run").onclick = run;
    $("stop").onclick = stop;
    for (const id of HARM) $(id).onclick = () => command(id);
    $("next").onclick = () => command("next");
    for (const radio of document.querySelectorAll("input[name=pace]")) radio.onchange = paceChanged;
    document.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
        if (event.key === "." && event.ctrlKey) stop();
        if (event.key === "n" && event.altKey) command("next");
    });
    paceChanged();
    bootWorker();
}
begin();
