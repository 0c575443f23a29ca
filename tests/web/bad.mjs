// What may go wrong: firmware that is none or does harm, and programs that end in every way.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { Page, ended, runWith, web } from "./page.mjs";

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

export async function badFirmware(url) {
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

export async function badPrograms(url) {
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
