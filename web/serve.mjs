// A server for the page: serve.mjs FOLDER PORT [isolated]
// With `isolated` it sends the two headers that allow shared memory.  Port 0: any; it prints which.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

export function serve(folder, port, isolated) {
    const server = http.createServer((request, response) => {
        const name = path.normalize(new URL(request.url, "http://host").pathname).replace(/\/$/, "/index.html");
        const headers = { "Content-Type": TYPES[path.extname(name)] || "application/octet-stream" };
        if (isolated) Object.assign(headers, { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" });
        fs.readFile(path.join(folder, name), (error, data) => {
            response.writeHead(error ? 404 : 200, headers);
            response.end(error ? "" : data);
        });
    });
    return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve({ server, url: `http://127.0.0.1:${server.address().port}/` })));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
    const [folder, port, isolated] = process.argv.slice(2);
    const { url } = await serve(folder, Number(port || 8000), isolated === "isolated");
    console.log(`open ${url}`);
}
