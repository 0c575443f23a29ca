// Reads the picture out of shared memory: the resource table, the two rings, the messages.  Nothing
// is instrumented; this is what any third party would see.  In the page and in the worker.
//
// `mem` is the memory of one core: at(da, len) gives a DataView of it, or null.  Whatever firmware
// writes there may be read: nothing below believes a number before it has looked whether it can be.
"use strict";

const DATA_DA = 0x20000000, SHARED_DA = 0x30000000, RINGS_MAX = 2, ENTRIES_MAX = 8, RING_MAX = 256;

// What was copied of a core's memory: parts, each {da, bytes}.
class SavedMemory {
    constructor(parts) { this.parts = parts; }
    at(da, len) {
        for (const { da: base, bytes } of this.parts) {
            const at = da - base;
            if (at >= 0 && at + len <= bytes.length) return new DataView(bytes.buffer, bytes.byteOffset + at, len);
        }
        return null;
    }
}

// The resource table at an address, or null.
function readTable(mem, da) {
    const head = da === null ? null : mem.at(da, 16 + 4 * ENTRIES_MAX), count = head && head.getUint32(4, true);
    if (!head || head.getUint32(0, true) !== 1 || count < 1 || count > ENTRIES_MAX) return null;
    const table = { da, end: da + 16 + 4 * count, rings: [], trace: null, entries: [] };
    for (let i = 0; i < count; i++) {
        const at = da + head.getUint32(16 + 4 * i, true), entry = mem.at(at, 12);
        if (!entry) return null;
        const type = entry.getUint32(0, true);
        if (type === 3) readVdev(mem, table, at);
        if (type === 2) {
            table.trace = { da: entry.getUint32(4, true), len: entry.getUint32(8, true) };
            table.entries.push(`trace buffer at ${hex(table.trace.da)}, ${table.trace.len} bytes`);
        }
        table.end = Math.max(table.end, at + (type === 3 ? 68 : 12));
    }
    return table.rings.length === RINGS_MAX ? table : null;
}

function readVdev(mem, table, da) {
    const vdev = mem.at(da, 28), count = vdev && vdev.getUint8(25);
    const rings = vdev && vdev.getUint32(4, true) === 7 && count === RINGS_MAX && table.rings.length === 0 ? mem.at(da + 28, 20 * RINGS_MAX) : null;
    if (!rings) return;
    table.status = vdev.getUint8(24);
    table.entries.push(`virtio device ${vdev.getUint32(4, true)} (RPMsg), offers ${hex(vdev.getUint32(12, true), 0)}, accepted ${hex(vdev.getUint32(16, true), 0)}, status ${hex(table.status, 2)}${table.status & 4 ? " (driver OK)" : ""}`);
    for (let i = 0; i < RINGS_MAX; i++) {
        const ring = { da: rings.getUint32(20 * i, true), align: rings.getUint32(20 * i + 4, true), num: rings.getUint32(20 * i + 8, true) };
        table.rings.push(ring);
        table.entries.push(`vring ${i} at ${hex(ring.da)}, ${ring.num} descriptors, aligned to ${ring.align}`);
    }
}

// Where the parts of a ring are: virtio 1.1, 2.6.
function layout(ring) {
    const availAt = ring.da + 16 * ring.num, end = availAt + 6 + 2 * ring.num, usedAt = Math.ceil(end / ring.align) * ring.align;
    return { availAt, usedAt, end: usedAt + 6 + 8 * ring.num };
}

function isRing(ring) {
    return !!ring && ring.num >= 1 && ring.num <= RING_MAX && (ring.num & (ring.num - 1)) === 0 && ring.align >= 1 && ring.align <= 65536;
}

function readRing(mem, ring) {
    if (!isRing(ring)) return null;
    const { availAt, usedAt } = layout(ring), num = ring.num;
    const desc = mem.at(ring.da, 16 * num), avail = mem.at(availAt, 6 + 2 * num), used = mem.at(usedAt, 6 + 8 * num);
    if (!desc || !avail || !used) return null;
    const result = { num, da: ring.da, availAt, usedAt, avail: avail.getUint16(2, true), used: used.getUint16(2, true), slots: [] };
    result.owned = (result.avail - result.used) & 0xffff; // by the remote
    for (let k = 0; k < num; k++) {
        result.slots.push({ availId: avail.getUint16(4 + 2 * k, true), usedId: used.getUint32(4 + 8 * k, true), usedLen: used.getUint32(8 + 8 * k, true) });
    }
    result.buffer = (id) => (id < num ? { da: desc.getUint32(16 * id, true), len: desc.getUint32(16 * id + 8, true) } : null);
    return result;
}

// Both rings, or null.
function readRings(mem, table) {
    const rings = table ? table.rings.map((ring) => readRing(mem, ring)) : [];
    return rings[0] && rings[1] ? rings : null;
}

// The message in a buffer: the header of 16 bytes, then the payload.
function readMessage(mem, ring, id) {
    const buffer = ring.buffer(id), head = buffer && mem.at(buffer.da, 16);
    if (!head) return null;
    const len = head.getUint16(12, true), bytes = mem.at(buffer.da + 16, Math.min(len, 480));
    return bytes && { id, da: buffer.da, size: buffer.len, src: head.getUint32(0, true), dest: head.getUint32(4, true), len, bytes: bytesOf(bytes) };
}

function bytesOf(dataView) {
    return new Uint8Array(dataView.buffer, dataView.byteOffset, dataView.byteLength);
}

function printable(bytes) {
    return Array.from(bytes, (b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : "·")).join("");
}

function hex(number, digits = 8) {
    return "0x" + (number >>> 0).toString(16).padStart(digits, "0");
}

function readTrace(mem, table) {
    const bytes = table && table.trace && mem.at(table.trace.da, Math.min(table.trace.len, 4096));
    if (!bytes) return "";
    const all = bytesOf(bytes), end = all.indexOf(0);
    return new TextDecoder().decode(all.slice(0, end < 0 ? all.length : end));
}

// The parts of a core's memory that the picture is made of: [da, len] of each.
function picturedParts(mem, table) {
    if (!table) return [];
    const parts = [[table.da, Math.max(table.end - table.da, 16 + 4 * ENTRIES_MAX)]], buffers = [];
    if (table.trace) parts.push([table.trace.da, Math.min(table.trace.len, 4096)]);
    for (const where of table.rings) {
        const ring = readRing(mem, where);
        if (!ring) continue;
        parts.push([where.da, layout(where).end - where.da]);
        for (let id = 0; id < ring.num; id++) {
            const { da, len } = ring.buffer(id);
            if (len > 0) buffers.push([da, Math.min(len, 512)]);
        }
    }
    return parts.concat(joined(buffers));
}

// Ranges that follow one another as one.
function joined(ranges) {
    const result = [];
    for (const [da, len] of ranges.sort((a, b) => a[0] - b[0])) {
        const last = result[result.length - 1];
        if (last && da <= last[0] + last[1]) last[1] = Math.max(last[1], da + len - last[0]);
        else result.push([da, len]);
    }
    return result;
}

// What an address in shared memory is; null for what has no name.
function place(mem, table, da) {
    if (!table) return null;
    if (da >= table.da && da < table.end) return { kind: "table" };
    for (let i = 0; i < RINGS_MAX; i++) {
        const ring = readRing(mem, table.rings[i]);
        if (!ring) continue;
        if (da >= ring.availAt && da < ring.availAt + 6 + 2 * ring.num) return inRing(ring, i, "avail", da - ring.availAt, 2);
        if (da >= ring.usedAt && da < ring.usedAt + 6 + 8 * ring.num) return inRing(ring, i, "used", da - ring.usedAt, 8);
        for (let id = 0; id < ring.num; id++) {
            const buffer = ring.buffer(id);
            if (buffer.len && da >= buffer.da && da < buffer.da + buffer.len) return { kind: "buffer", ring: i, id };
        }
    }
    return null;
}

function inRing(ring, index, side, offset, size) {
    const common = { ring: index, side };
    if (offset < 2) return { kind: "flags", ...common };
    if (offset < 4) return { kind: "index", ...common };
    const slot = Math.floor((offset - 4) / size);
    return slot < ring.num ? { kind: "entry", slot, ...common } : { kind: "event", ...common };
}
