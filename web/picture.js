// The picture: two rings of descriptors, coloured by owner, with the two indices as hands, and below
// them the messages as a ladder between host and remote.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
function node(parent, name, attributes, content) {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (content !== undefined) element.textContent = content;
    return parent.appendChild(element);
}
function set(element, attributes) {
    for (const key in attributes) if (element.getAttribute(key) !== String(attributes[key])) element.setAttribute(key, attributes[key]);
}

const INNER = 78, OUTER = 108;

// Side by side, or one above the other where there is no room for that.
const WIDE = { width: 760, height: 520, rings: [[570, 150], [190, 150]], legend: [380, 58], ladder: { left: 90, right: 670, top: 312, rows: 9 } };
const NARROW = { width: 380, height: 830, rings: [[190, 410], [190, 150]], legend: [190, 556], ladder: { left: 40, right: 340, top: 620, rows: 9 } };

function arc(cx, cy, from, to) {
    const point = (r, angle) => `${(cx + r * Math.sin(angle)).toFixed(2)} ${(cy - r * Math.cos(angle)).toFixed(2)}`;
    return `M${point(OUTER, from)}A${OUTER} ${OUTER} 0 0 1 ${point(OUTER, to)}L${point(INNER, to)}A${INNER} ${INNER} 0 0 0 ${point(INNER, from)}Z`;
}

// One ring.  `onSelect(slot)` is called when a slot is clicked, or chosen by the keyboard.
class RingPicture {
    constructor(parent, [cx, cy], title, className, onSelect) {
        this.group = node(parent, "g", { class: className });
        this.cx = cx;
        this.cy = cy;
        this.onSelect = onSelect;
        this.num = 0;
        node(this.group, "text", { x: cx, y: cy - 128, class: "ring-title" }, title);
        this.slots = node(this.group, "g", {});
        this.availHand = node(this.group, "line", { class: "hand host" });
        this.usedHand = node(this.group, "line", { class: "hand remote" });
        this.availText = node(this.group, "text", { x: cx, y: cy - 20, class: "index host" });
        this.usedText = node(this.group, "text", { x: cx, y: cy + 2, class: "index remote" });
        this.ownText = node(this.group, "text", { x: cx, y: cy + 26, class: "owned" });
        this.whereText = node(this.group, "text", { x: cx, y: cy + 44, class: "where" });
    }
    build(num) {
        this.num = num;
        this.slots.replaceChildren();
        this.arcs = [];
        const step = (2 * Math.PI) / num, gap = Math.min(0.012, step / 8);
        for (let k = 0; k < num; k++) {
            const path = node(this.slots, "path", { d: arc(this.cx, this.cy, k * step + gap, (k + 1) * step - gap), tabindex: k === 0 ? 0 : -1, role: "button" });
            node(path, "title", {}, "");
            path.addEventListener("click", () => this.onSelect(k));
            path.addEventListener("keydown", (event) => this.key(event, k));
            this.arcs.push(path);
        }
    }
    key(event, k) {
        if (event.key === "Enter" || event.key === " ") { this.onSelect(k); event.preventDefault(); }
        const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (move) { this.arcs[(k + move + this.num) % this.num].focus(); event.preventDefault(); }
    }
    // Who has the buffer of a slot, and which one it is.
    static slot(ring, k) {
        const mask = ring.num - 1, byRemote = ((k - ring.used) & mask) < Math.min(ring.owned, ring.num);
        return { byRemote: ring.owned >= ring.num || byRemote, id: byRemote ? ring.slots[k].availId : ring.slots[k].usedId };
    }
    // `ring` is null where there is none.
    draw(ring, selected) {
        this.group.classList.toggle("absent", !ring);
        if (!ring) { this.whereText.textContent = "not in memory"; return; }
        if (ring.num !== this.num) this.build(ring.num);
        for (let k = 0; k < ring.num; k++) {
            const { byRemote, id } = RingPicture.slot(ring, k);
            set(this.arcs[k], { class: `slot ${byRemote ? "remote" : "host"}${selected === k ? " selected" : ""}` });
            const label = `slot ${k}: buffer ${id}, owned by the ${byRemote ? "remote" : "host"}`;
            if (this.arcs[k].firstChild.textContent !== label) { this.arcs[k].firstChild.textContent = label; this.arcs[k].setAttribute("aria-label", label); }
        }
        this.hand(this.availHand, ring.avail, OUTER + 2, 12);
        this.hand(this.usedHand, ring.used, INNER - 2, -12);
        this.availText.textContent = `available ${ring.avail}`;
        this.usedText.textContent = `used ${ring.used}`;
        this.ownText.textContent = ring.owned > ring.num ? `impossible: ${ring.owned}` : `remote owns ${ring.owned} of ${ring.num}`;
        this.ownText.setAttribute("class", ring.owned > ring.num ? "owned wrong" : "owned");
        this.whereText.textContent = `at ${hex(ring.da)}`;
    }
    hand(line, index, from, len) {
        const angle = ((index % this.num) * 2 * Math.PI) / this.num, at = (r) => [this.cx + r * Math.sin(angle), this.cy - r * Math.cos(angle)];
        const [x1, y1] = at(from), [x2, y2] = at(from + len);
        set(line, { x1, y1, x2, y2 });
    }
}

// The messages that were published since the last picture, newest last.
class Ladder {
    constructor() { this.clear(); }
    clear() { this.rows = []; this.indices = null; this.skipped = 0; }
    add(mem, rings) {
        const now = [rings[0].used, rings[1].avail], before = this.indices;
        this.indices = now;
        if (!before || rings.some((ring) => ring.owned > ring.num)) return;
        for (const number of [1, 0]) {
            const ring = rings[number], count = (now[number] - before[number]) & 0xffff;
            if (count > 0x8000) continue; // it began anew
            for (let i = Math.max(0, count - 8); i < count; i++) {
                const slot = ring.slots[(before[number] + i) & (ring.num - 1)], id = number === 1 ? slot.availId : slot.usedId;
                const message = readMessage(mem, ring, id);
                if (message) this.rows.push({ number, ...message, bytes: message.bytes.slice(0, 32) });
            }
        }
        if (this.rows.length > 60) this.rows.splice(0, this.rows.length - 60);
    }
    // `end` is what to call a remote that does not run, or "".
    draw(parent, { left, right, top, rows }, end) {
        parent.replaceChildren();
        const bottom = top + 14 + rows * 21;
        node(parent, "line", { x1: left, y1: top, x2: left, y2: bottom, class: "life host" });
        node(parent, "line", { x1: right, y1: top, x2: right, y2: bottom, class: end ? "life dead" : "life remote" });
        node(parent, "text", { x: left, y: top - 8, class: "end host" }, "host");
        node(parent, "text", { x: right, y: top - 8, class: end ? "end dead" : "end remote" }, end || "remote");
        this.rows.slice(-rows).forEach((row, k) => this.row(parent, row, left + 4, right - 4, top + 14 + k * 21));
    }
    row(parent, row, left, right, y) {
        const toRemote = row.number === 1, from = toRemote ? left : right, to = toRemote ? right : left, back = toRemote ? -9 : 9;
        const who = toRemote ? "host" : "remote", middle = (left + right) / 2, room = Math.floor((right - left - 70) / 7.4);
        node(parent, "line", { x1: from, y1: y, x2: to, y2: y + 9, class: `arrow ${who}` });
        node(parent, "path", { d: `M${to} ${y + 9}l${back} -5v9z`, class: `head ${who}` });
        const name = row.dest === 53 ? `announces ${printable(row.bytes.slice(0, row.bytes.indexOf(0)))}` : printable(row.bytes.slice(0, 24));
        const all = row.dest === 53 ? name : `${name}   (${row.src} → ${row.dest}, ${row.len} bytes)`;
        const label = all.length <= room ? all : name.slice(0, room);
        node(parent, "rect", { x: middle - label.length * 3.8 - 3, y: y - 5, width: label.length * 7.6 + 6, height: 17, class: "under" });
        node(parent, "text", { x: middle, y: y + 8, class: `label ${who}` }, label);
    }
}
