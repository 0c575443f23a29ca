// The page in headless Chromium: browser.mjs WEB-DIR PLAYWRIGHT-DIR [SCREENSHOTS-DIR]
// Every check reads the page's own text and counts (window.stats), no pixels.  ALL=1 does more of them,
// FIGURES=1 prints how fast it is.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";

import { serve } from "../../web/serve.mjs";

const [web, playwright, shots] = process.argv.slice(2).map((name) => path.resolve(name));
const { chromium } = createRequire(import.meta.url)(path.join(playwright, "node_modules/playwright-core"));
const BOUND = Number(process.env.BOUND || 60000);

const profile = fs.mkdtempSync(path.join(os.tmpdir(), "openamp-web-"));
const context = await chromium.launchPersistentContext(profile, { executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true, viewport: { width: 1380, height: 900 },
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"] });
context.setDefaultTimeout(BOUND);

class Page {
    static async open(url) {
        const self = new Page();
        self.errors = [];
        self.page = await context.newPage();
        self.page.on("pageerror", (error) => self.errors.push(error.message));
        await self.page.goto(url);
        await self.until(() => stats.ready !== null || document.getElementById("status").textContent.includes("not start"));
        assert.ok(await self.stat("ready"), await self.text("status"));
        return self;
    }
    async close() {
        await this.page.close();
        assert.deepEqual(this.errors, []);
    }
    stat(name) { return this.page.evaluate((key) => stats[key], name); }
    text(id) { return this.page.evaluate((key) => document.getElementById(key).textContent, id); }
    until(condition, argument) { return this.page.waitForFunction(condition, argument, { timeout: BOUND, polling: 50 }); }
    untilText(id, part) { return this.until(([key, what]) => document.getElementById(key).textContent.includes(what), [id, part]); }
    untilState(state) { return this.until((what) => stats.state === what, state); }
    click(id) { return this.page.click("#" + id); }
    async shot(name) { if (shots) await this.page.screenshot({ path: path.join(shots, name + ".png"), fullPage: name.startsWith("narrow") }); }
    async run(example, { source } = {}) {
        await this.page.selectOption("#example", example);
        if (source) await this.page.fill("#source", source);
        await this.click("run");
    }
    async stop(how = "KeyboardInterrupt") {
        const start = Date.now();
        await this.click("stop");
        await this.until(() => stats.end !== null);
        assert.equal((await this.stat("end")).type, how);
        return Date.now() - start;
    }
    // More messages than now, by so many.
    async more(count) {
        const before = await this.stat("messages");
        await this.until((least) => stats.messages >= least, before + count);
    }
}

// ---- The tests ----

async function acceptance(url) {
    const page = await Page.open(url);
    await page.run("full_speed");
    await page.more(2000);
    await page.untilText("console", "Received message on endpoint bytearray(b'data')");
    await page.untilText("trace", "virtual_uart: echoing");
    await page.untilText("table", "driver OK");
    assert.match(await page.text("core-state"), /running|asleep/);
    // The page answers meanwhile.
    await page.page.locator("#picture .ring-1 .slot").nth(5).click();
    await page.untilText("buffer", "bytes of payload behind a header of 16");
    await page.shot("running");
    const took = await page.stop();
    await page.untilText("console", "KeyboardInterrupt");
    // Again, in the same page.
    await page.run("full_speed");
    await page.more(100);
    await page.stop();
    const { first, ready } = await page.page.evaluate(() => ({ first: stats.firstMessageMs, ready: stats.ready.ms }));
    console.log(`    stop took ${took} ms; ready in ${Math.round(ready)} ms, first message ${Math.round(first)} ms after Run`);
    await page.close();
}

// All buttons, with a program that survives.
async function harm(url) {
    const page = await Page.open(url);
    await page.run("survive");
    await page.more(5);
    await page.click("crash");
    await page.untilState("dead");
    await page.untilText("reason", "killed from outside at pc 0x");
    await page.untilText("console", "not sent:");
    await page.shot("crashed");
    await page.untilText("console", "starting the core again");
    await page.more(5);
    await page.click("freeze");
    await page.untilState("frozen");
    await page.untilText("freeze", "Thaw");
    await page.click("freeze");
    await page.until(() => stats.state === "waits" || stats.state === "works");
    await page.more(5);
    await page.click("restart");
    await page.untilText("console", "(the page restarted the remote core)");
    await page.more(5);
    await page.click("loseToHost");
    await page.untilText("kicks", "1 lost");
    await page.more(5);
    // Nobody rings twice for the same message: the link stands until its ring is full, and longer.
    await page.click("loseToCore");
    await page.untilText("kicks", "2 lost");
    await page.untilText("console", "ETIMEDOUT");
    await page.click("restart");
    await page.more(5);
    const starts = (await page.text("console")).split("starting the core again").length;
    await page.click("corrupt");
    await page.untilText("reason", "stopped by the host, whose checks found: ");
    await page.shot("corrupted");
    await page.until((count) => document.getElementById("console").textContent.split("starting the core again").length > count, starts);
    await page.more(5);
    await page.stop();
    await page.close();
}

async function teaching(url) {
    const page = await Page.open(url);
    await page.run("walking_pace");
    await page.more(3);
    await page.page.check("input[value=step]");
    await page.until(() => stats.steps > 0);
    const seen = new Set();
    for (let i = 0; i < 60 && seen.size < 5; i++) {
        const before = await page.stat("steps");
        const text = await page.text("step-text");
        for (const [name, pattern] of Object.entries({
            publishes: /host publishes available index \d+ of vring 1 .* release store: buffer \d+ with "data \d+" \(\d+ bytes, \d+ → \d+\) now belongs to the remote/,
            rings: /host rings the remote's doorbell/, wakes: /remote wakes/,
            answers: /remote publishes used index \d+ of vring 0 .*host may read "data \d+"/, writes: /remote writes "data \d+".* into buffer/ })) {
            if (pattern.test(text)) { if (name === "publishes") await page.shot("teaching"); seen.add(name); }
        }
        await page.page.waitForTimeout(60);
        assert.equal(await page.stat("steps"), before, "it goes on by itself");
        await page.click("next");
        await page.until((count) => stats.steps > count, before);
    }
    assert.deepEqual([...seen].sort(), ["answers", "publishes", "rings", "wakes", "writes"]);
    await page.page.check("input[value=slow]");
    const before = await page.stat("steps");
    await page.until((count) => stats.steps >= count + 2, before);
    await page.page.check("input[value=full]");
    await page.more(10);
    const paused = await page.stat("steps");
    await page.page.check("input[value=step]");
    await page.until((count) => stats.steps > count, paused);
    await page.stop(); // in the middle of a step
    await page.close();
}

// ---- What may go wrong ----

// An image of RV32 with these instructions at its entry, and no resource table: ELF32, one segment.
function image(words, { at = 0x10000000, memory = 4 * words.length } = {}) {
    const file = Buffer.alloc(84 + 4 * words.length);
    file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
    const header = [[16, 2, 2], [18, 2, 243], [20, 4, 1], [24, 4, at], [28, 4, 52], [40, 2, 52], [42, 2, 32], [44, 2, 1], [46, 2, 40]];
    const segment = [1, 84, at, at, 4 * words.length, memory, 7, 4].map((value, i) => [52 + 4 * i, 4, value]);
    for (const [offset, size, value] of [...header, ...segment]) file.writeUIntLE(value, offset, size);
    words.forEach((word, i) => file.writeUInt32LE(word >>> 0, 84 + 4 * i));
    return file;
}
const RING = [0x00100893, 0x00000073, 0xffdff06f]; // li a7, 1; ecall; j to the ecall
// Fills the shared memory from its table on with whatever comes, again and again, and rings.
const WILD = [0x00100893, 0x300002b7, 0x30020337, 0x00150513, 0x02a503b3, 0x00a3c3b3, 0x0072a023, 0x00428293,
    0xfe6296e3, 0x00000073, 0xfd9ff06f];
const ENDLESS = "import openamp, time\nept = openamp.Endpoint('vuart-channel', print)\nrproc = openamp.RemoteProc('own.elf')\nrproc.start()\nn = 0\nwhile True:\n    time.sleep_ms(5)\n    n += 1\n    if n % 20 == 0:\n        print('turn', n)\n";

// A program, and perhaps a firmware of the reader's own under the name own.elf.
async function runWith(page, source, firmware) {
    if (firmware) {
        await page.page.setInputFiles("#own", { name: "own.elf", mimeType: "application/octet-stream", buffer: firmware });
        await page.until(() => Array.from(document.getElementById("firmware").options).some((option) => option.value === "own.elf"));
    }
    await page.page.fill("#source", source);
    await page.page.evaluate(() => run()); // until it runs
}
const ended = (page) => page.until(() => stats.end !== null);

async function badFirmware(url) {
    const good = fs.readFileSync(path.join(web, "../firmware/emu/virtual_uart.elf"));
    const page = await Page.open(url);
    // No firmware at all: a sentence, and the page goes on.
    for (const bad of [Buffer.alloc(0), Buffer.from("not an image"), good.subarray(0, 100), Buffer.alloc(5000, 0xff), image(RING, { memory: 0x7fffffff }), image(RING, { at: 0x70000000 })]) {
        await runWith(page, ENDLESS, bad);
        await ended(page);
        assert.equal((await page.stat("end")).type, "OSError");
        await page.untilText("console", "own.elf: ");
    }
    // It rings for ever: the program goes on, and can be stopped.
    await runWith(page, ENDLESS, image(RING));
    await page.untilText("console", "turn 100");
    await page.stop();
    // It ends in whatever follows it.
    await runWith(page, ENDLESS, image([0x00000013], { at: 0x100ffffc }));
    await page.untilState("dead");
    await page.untilText("reason", "ran into 0x10100000, no code is there");
    await page.stop();
    // It writes over its table, its rings and all messages.
    for (const pace of ["full", "slow"]) {
        await page.page.check(`input[value=${pace}]`);
        await runWith(page, ENDLESS, image(WILD));
        if (pace === "full") await page.untilText("console", "turn 100");
        else await page.until(() => stats.snaps > 20);
        await page.stop();
    }
    await page.page.check("input[value=full]");
    // And a good one in the same page.
    await runWith(page, ENDLESS, good);
    await page.untilText("trace", "virtual_uart: echoing");
    await page.stop();
    await page.close();
}

async function badPrograms(url) {
    const page = await Page.open(url);
    for (const [source, type, said] of [
        ["def f(): f()\nf()", "RuntimeError", "recursion"],
        ["a = []\nwhile True: a.append(bytearray(1000))", "MemoryError", "memory allocation failed"],
        ["1 +", "SyntaxError", "SyntaxError"], ["", "", ""], ["raise SystemExit", "SystemExit", ""],
        ["print('half a line', end='')", "", "half a line"], ["print('ä€😀', end=''); 1/0", "ZeroDivisionError", "ä€😀"], ["input('?')", "NameError", "input"], ["import sys\nprint(repr(sys.stdin.read(1)))", "", "this page has no input"],
        ["import openamp\nopenamp.RemoteProc('virtual_uart.elf').start()\nimport time\ntime.sleep(0.2)", "", ""]]) {
        await runWith(page, source);
        await ended(page);
        assert.equal((await page.stat("end")).type, type, source);
        await page.untilText("console", said);
    }
    // Half a line is seen before it ends.
    await runWith(page, "import time\nprint('half a line', end='')\ntime.sleep(1000)");
    await page.untilText("console", "half a line");
    await page.stop();
    // More than anybody can read.
    await runWith(page, "while True: print('x' * 1000)");
    await page.untilText("console", "…");
    assert.ok((await page.text("console")).length < 20000);
    await page.stop();
    // A callback that does not return, and a program that is not impressed by Ctrl-C.
    await runWith(page, ENDLESS.replace("print)", "lambda *a: [None for i in iter(int, 1)])").replace("own.elf", "virtual_uart.elf").replace("n = 0", "n = 0\nwhile not ept.is_ready(): pass\nept.send('a')"));
    await page.until(() => stats.messages > 0);
    await page.stop();
    await runWith(page, "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: print('no')");
    await page.click("stop");
    await page.untilText("console", "no");
    await page.untilText("stop", "Switch off");
    await page.stop("terminated");
    assert.equal(await page.text("stop"), "Stop");
    // Run and Run again at once, in the middle of a boot; then the page is loaded again while it runs.
    await page.page.evaluate(() => { run(); run(); document.getElementById("run").click(); });
    await page.until(() => document.getElementById("status").textContent === "The program runs.");
    await page.page.reload();
    await page.until(() => stats.ready !== null);
    await page.run("survive");
    await page.more(3);
    await page.stop();
    await page.close();
}

// Two remote cores: each is shown, harmed and started by itself.
async function twoCores(url) {
    const page = await Page.open(url);
    const counts = () => page.page.evaluate(() => [0, 1].map((core) => stats.messagesOf[core] || 0));
    const moreOf = (core, count) => page.until(([n, least]) => (stats.messagesOf[n] || 0) >= least, [core, count]);
    const choose = (core) => page.page.check(`input[name=core][value="${core}"]`);
    assert.ok(await page.page.isHidden("#cores"));
    await page.run("two_cores");
    await moreOf(0, 5);
    await moreOf(1, 5);
    assert.ok(await page.page.isVisible("#cores"));
    await page.untilText("picture", "for core 0");
    assert.doesNotMatch(await page.text("picture"), /for core 1/);
    await choose(1);
    await page.untilText("picture", "for core 1");
    assert.doesNotMatch(await page.text("picture"), /for core 0/);
    // The button kills the core that is shown, and the other goes on.
    await page.click("crash");
    await page.untilState("dead");
    await page.untilText("core-1", "dead");
    await page.shot("two-cores");
    await page.untilText("console", "core 1 was not reached:");
    assert.match(await page.text("core-0"), /running|asleep/);
    const [first] = await counts();
    await moreOf(0, first + 10);
    await page.untilText("console", "starting core 1 again");
    await page.until(() => stats.state === "waits" || stats.state === "works");
    // A step of core 1 is waited for, one of core 0 is not.
    await page.page.check("input[value=step]");
    await page.until(() => stats.steps > 0);
    await page.click("next");
    await page.until(() => stats.steps > 1);
    const steps = await page.stat("steps"); // asked before: the next may come at once
    await choose(0);
    await page.until((before) => stats.steps > before, steps);
    assert.match(await page.text("step-text"), /host|remote/);
    await page.page.check("input[value=full]");
    await moreOf(0, (await counts())[0] + 5);
    await page.stop();
    // What both were last stays there to be looked at.
    await choose(1);
    await page.untilText("picture", "for core 1");
    await page.close();
}

async function streams(url) {
    const page = await Page.open(url);
    await page.run("streams");
    await page.untilText("console", "all 4194304 bytes came back, 0 pieces were wrong");
    await page.until(() => stats.end !== null);
    assert.equal((await page.stat("end")).type, "");
    await page.close();
}

async function programsThatEnd(url) {
    const page = await Page.open(url);
    await page.run("restart");
    await page.untilText("console", "restarted, 12 answers");
    await page.until(() => stats.end !== null);
    assert.equal((await page.stat("end")).type, "");
    await page.run("services");
    await page.untilText("console", "done");
    await page.until(() => stats.end !== null);
    await page.run("walking_pace", { source: "import openamp\nopenamp.RemoteProc('nothing.elf')\n" });
    await page.untilText("console", "nothing.elf: cannot be opened");
    // Firmware of the reader's own.
    const image = fs.readFileSync(path.join(web, "../firmware/emu/virtual_uart.elf"));
    await page.page.selectOption("#example", "walking_pace");
    await page.page.setInputFiles("#own", { name: "mine.elf", mimeType: "application/octet-stream", buffer: image });
    await page.until(() => document.getElementById("source").value.includes('RemoteProc("mine.elf")') && stats.ready !== null);
    await page.click("run");
    await page.more(5);
    await page.stop();
    // By the keyboard alone.
    await page.page.focus("#source");
    await page.page.keyboard.press("Control+Enter");
    await page.more(5);
    await page.page.keyboard.press("Control+.");
    await page.until(() => stats.end !== null);
    await page.close();
}

async function asFile() {
    const page = await Page.open("file://" + path.join(web, "openamp.html"));
    assert.equal((await page.stat("ready")).channel, "none");
    await page.run("walking_pace");
    await page.more(10);
    assert.ok(await page.page.isDisabled("#crash"));
    assert.ok(await page.page.isVisible("#file-note"));
    await page.stop("terminated");
    await page.page.check("input[value=slow]");
    await page.run("walking_pace");
    await page.until(() => stats.steps >= 3);
    await page.stop("terminated");
    await page.close();
}

// By the keyboard alone: out of the editor, to each control, to the slots, and through a step.
async function keyboard(url) {
    const page = await Page.open(url), keys = page.page.keyboard;
    const focused = () => page.page.evaluate(() => document.activeElement.id || document.activeElement.value || document.activeElement.getAttribute("aria-label") || "");
    const tabTo = async (what) => {
        for (let i = 0; i < 40; i++) {
            if (what.test(await focused())) return;
            await keys.press("Tab");
        }
        assert.fail(`Tab does not lead to ${what}, but to ${await focused()}`);
    };
    await tabTo(/^example$/);
    await keys.press("End"); // the last example has two cores
    await tabTo(/^source$/);
    await keys.press("Control+Enter");
    await page.more(5);
    await keys.press("Escape");
    await keys.press("Tab");
    assert.notEqual(await focused(), "source");
    await tabTo(/^0$/);
    await keys.press("ArrowRight");
    await page.untilText("picture", "for core 1");
    await tabTo(/^full$/);
    await keys.press("ArrowRight");
    await keys.press("ArrowRight");
    await page.until(() => stats.steps > 0);
    const steps = await page.stat("steps");
    await keys.press("Alt+n");
    await page.until((before) => stats.steps > before, steps);
    await tabTo(/^slot 0/);
    await keys.press("ArrowRight");
    assert.match(await focused(), /^slot 1:/);
    await keys.press("Enter");
    await page.untilText("buffer-title", "slot 1:");
    await keys.press("Control+.");
    await page.until(() => stats.end !== null);
    await page.close();
}

async function looks(url) {
    for (const [name, width, scheme] of [["narrow", 390, "light"], ["narrowest", 320, "light"], ["narrow-dark", 390, "dark"], ["dark", 1380, "dark"]]) {
        const page = await Page.open(url);
        await page.page.setViewportSize({ width, height: 900 });
        await page.page.emulateMedia({ colorScheme: scheme });
        await page.run(name === "narrowest" ? "two_cores" : "walking_pace");
        await page.more(12);
        const { inner, scroll } = await page.page.evaluate(() => ({ inner: window.innerWidth, scroll: document.documentElement.scrollWidth }));
        assert.ok(scroll <= inner, `${name}: ${scroll} wide on ${inner}`);
        const unnamed = await page.page.evaluate(() => Array.from(document.querySelectorAll("button, select, input, textarea, pre[tabindex]"))
            .filter((e) => !e.textContent.trim() && !e.getAttribute("aria-label") && !e.closest("label")).map((e) => e.id));
        assert.deepEqual(unnamed, []);
        await page.shot(name);
        await page.stop();
        await page.close();
    }
}

async function figures(url) {
    const page = await Page.open(url);
    await page.run("full_speed");
    await page.more(2000);
    const seconds = Number(process.env.SECONDS || 20), heap = await page.stat("heap"), from = await page.stat("messages");
    await page.page.waitForTimeout(1000 * seconds);
    const messages = (await page.stat("messages")) - from;
    assert.equal(await page.stat("heap"), heap, "the heap grew");
    console.log(`    ${Math.round(messages / seconds)} messages/s with print(), heap ${heap >> 20} MiB after ${messages} messages`);
    await page.stop();
    await page.close();
}

const isolated = await serve(path.join(web, "site"), 0, true), plain = await serve(path.join(web, "site"), 0, false);
const tests = [["acceptance, isolated", acceptance, isolated.url], ["harm, plain files", harm, plain.url], ["teaching, isolated", teaching, isolated.url],
    ["two cores", twoCores, isolated.url],
    ["bad firmware", badFirmware, isolated.url], ["bad programs", badPrograms, plain.url],
    ["streams", streams, plain.url], ["programs that end", programsThatEnd, plain.url], ["one file", asFile], ["keyboard", keyboard, isolated.url],
    ["looks", looks, isolated.url]];
// The same by the other channel.
if (process.env.ALL) tests.push(["acceptance, plain files", acceptance, plain.url], ["harm, isolated", harm, isolated.url], ["teaching, plain files", teaching, plain.url],
    ["two cores, plain files", twoCores, plain.url]);
if (process.env.FIGURES) tests.push(["figures", figures, isolated.url]);
let failed = 0;
for (const [name, test, url] of tests) {
    if (process.env.ONLY && !name.includes(process.env.ONLY)) continue;
    const start = Date.now();
    try {
        await test(url);
        console.log(`ok    ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
        failed++;
        console.log(`FAIL  ${name}: ${error.stack}`);
        for (const page of context.pages()) {
            if (page.url() === "about:blank") continue;
            const say = () => ["status", "console", "trace", "core-state", "reason", "step-text", "kicks"].map((id) => `${id}: ${document.getElementById(id).textContent.slice(-300)}`);
            console.log((await page.evaluate(say)).join("\n"));
            if (shots) await page.screenshot({ path: path.join(shots, "failed.png") }).catch(() => {});
            await page.close();
        }
    }
}
await context.close();
isolated.server.close();
plain.server.close();
fs.rmSync(profile, { recursive: true, force: true });
const done = tests.filter(([name]) => !process.env.ONLY || name.includes(process.env.ONLY)).length;
console.log(`${done - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
