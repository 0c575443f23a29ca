// The page in headless Chromium, as the tests see it.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";

export const [web, playwright, shots] = process.argv.slice(2).map((name) => path.resolve(name));
const { chromium } = createRequire(import.meta.url)(path.join(playwright, "node_modules/playwright-core"));
const BOUND = Number(process.env.BOUND || 60000);

const profile = fs.mkdtempSync(path.join(os.tmpdir(), "openamp-web-"));
export const context = await chromium.launchPersistentContext(profile, { executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true, viewport: { width: 1380, height: 900 },
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"] });
context.setDefaultTimeout(BOUND);

export class Page {
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

// A program, and perhaps a firmware of the reader's own under the name own.elf.
export async function runWith(page, source, firmware) {
    if (firmware) {
        await page.page.setInputFiles("#own", { name: "own.elf", mimeType: "application/octet-stream", buffer: firmware });
        await page.until(() => Array.from(document.getElementById("firmware").options).some((option) => option.value === "own.elf"));
    }
    await page.page.fill("#source", source);
    await page.page.evaluate(() => run()); // until it runs
}
export const ended = (page) => page.until(() => stats.end !== null);

// Closes all of it.
export async function closeBrowser() {
    await context.close();
    fs.rmSync(profile, { recursive: true, force: true });
}
