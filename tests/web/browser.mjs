// The page in headless Chromium: browser.mjs WEB-DIR PLAYWRIGHT-DIR [SCREENSHOTS-DIR]
// Every check reads the page's own text and counts (window.stats), no pixels.  ALL=1 does more of them,
// FIGURES=1 prints how fast it is.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { serve } from "../../web/serve.mjs";
import { badFirmware, badPrograms } from "./bad.mjs";
import { Page, closeBrowser, context, shots, web } from "./page.mjs";

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
await closeBrowser();
isolated.server.close();
plain.server.close();
const done = tests.filter(([name]) => !process.env.ONLY || name.includes(process.env.ONLY)).length;
console.log(`${done - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
