// Puts the page together: build.mjs MODULE-DIR OUT-DIR
//   OUT-DIR/site/         plain static files
//   OUT-DIR/openamp.html  the same in one file
import fs from "node:fs";
import path from "node:path";

const here = path.dirname(new URL(import.meta.url).pathname), root = path.dirname(here);
const [module, out] = process.argv.slice(2), site = path.join(out, "site");
const read = (file) => fs.readFileSync(file, "utf8");

const EXAMPLES = [
    ["walking_pace", "The README's program, slowly", "web/examples/walking_pace.py"],
    ["full_speed", "The README's program, full speed", "examples/acceptance.py"],
    ["survive", "Whatever happens to the core", "web/examples/survive.py"],
    ["restart", "Stop, start, survive a crash", "examples/restart.py"],
    ["services", "The name service", "examples/services.py"],
    ["streams", "A stream of data, in pieces", "examples/streams.py"],
    ["two_cores", "Two remote cores", "web/examples/two_cores.py"],
];
const FIRMWARE = ["virtual_uart.elf", "test_services.elf", "test_crash.elf"];
const examples = EXAMPLES.map(([name, title, file]) => ({ name, title, source: read(path.join(root, file)) }));
const data = `"use strict";\nconst EXAMPLES = ${JSON.stringify(examples, null, 1)};\nconst FIRMWARE = ${JSON.stringify(FIRMWARE)};\n`;

fs.rmSync(site, { recursive: true, force: true });
fs.mkdirSync(site, { recursive: true });
for (const file of fs.readdirSync(here)) {
    if (/\.(html|css|js)$/.test(file)) fs.copyFileSync(path.join(here, file), path.join(site, file));
}
fs.writeFileSync(path.join(site, "examples.js"), data);
for (const file of ["micropython.mjs", "micropython.wasm"]) fs.copyFileSync(path.join(module, file), path.join(site, file));

// In a page that is a file nothing can be imported or fetched: the module's script becomes a plain one
// in front of the worker's, and the binary an address that contains it.
const plain = read(path.join(module, "micropython.mjs")).replaceAll("import.meta.url", "self.location.href")
    .replace(/^export default \w+;/gm, "").replace(/^export /gm, "");
const parts = read(path.join(here, "start_worker.js")).match(/[\w.]+\.js/g).map((file) => read(path.join(here, file)));
const worker = `const bundled = (async () => {\n${plain}\n;globalThis.loadMicroPython = loadMicroPython; })();\n${parts.join("\n")}`;
const wasm = "data:application/wasm;base64," + fs.readFileSync(path.join(module, "micropython.wasm")).toString("base64");
const inScript = (text) => text.replaceAll("</", "<\\/");
const bundle = `window.BUNDLE = ${inScript(JSON.stringify({ worker, wasm }))};`;
const page = read(path.join(here, "index.html"))
    .replace(/<link rel="stylesheet" href="([^"]+)">/, (_, file) => `<style>\n${read(path.join(here, file))}</style>`)
    .replace(/<script src="([^"]+)"><\/script>/g, (_, file) => `<script>\n${inScript(file === "examples.js" ? data : read(path.join(here, file)))}</script>`)
    .replace("<script>", () => `<script>${bundle}</script>\n<script>`);
fs.writeFileSync(path.join(out, "openamp.html"), page);

for (const file of [...fs.readdirSync(site).map((name) => path.join("site", name)), "openamp.html"]) {
    console.log(`${String(fs.statSync(path.join(out, file)).size).padStart(9)}  ${file}`);
}
