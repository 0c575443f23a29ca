// Reads the picture out of shared memory: the resource table, the two rings, the messages.  Nothing
// is instrumented; this is what any third party would see.  In the page and in the worker.
"use strict";

const DATA_DA = 0x20000000, SHARED_DA = 0x30000000;

function bytesAt(snap, da, len) {
    for (const [base, bytes] of [[DATA_DA, snap.data], [SHARED_DA, snap.shared]]) {
        const at = da - base;
        if (at >= 0 && at + len <= bytes.length) return new DataView(bytes.buffer, bytes.byteOffset + at, len);
    }
    return null;
}

// The table of the image, or the default one.
function readTable(snap) {
    return tableAt(snap, DATA_DA) || tableAt(snap, SHARED_DA);
}

function tableAt(snap, da) {
    const head = bytesAt(snap, da, 64);
    const count = head && head.getUint32(4, true);
    if (!head || head.getUint32(0, true) !== 1 || count < 1 || count > 8) return null;
    const table = { da, rings: [], trace: null, entries: [] };
    for (let i = 0; i < count; i++) {
        const offset = head.getUint32(16 + 4 * i, true), entry = bytesAt(snap, da + offset, 12);
        if (!entry) return null;
        const type = entry.getUint32(0, true);
        if (type === 3) readVdev(snap, table, da + offset);
        if (type === 2) {
            table.trace = { da: entry.getUint32(4, true), len: entry.getUint32(8, true) };
            table.entries.push(`trace buffer at ${hex(table.trace.da)}, ${table.trace.len} bytes`);
        }
    }
    return table.rings.length === 2 ? table : null;
}

function readVdev(snap, table, da) {
    const vdev = bytesAt(snap, da, 28), count = vdev && vdev.getUint8(25);
    const rings = vdev && count === 2 ? bytesAt(snap, da + 28, 40) : null;
    if (!rings) return;
    table.status = vdev.getUint8(24);
    table.entries.push(`virtio device ${vdev.getUint32(4, true)} (RPMsg), offers ${hex(vdev.getUint32(12, true), 0)}, accepted ${hex(vdev.getUint32(16, true), 0)}, status ${hex(table.status, 2)}${table.status & 4 ? " (driver OK)" : ""}`);
    for (let i = 0; i < 2; i++) {
        const ring = { da: rings.getUint32(20 * i, true), align: rings.getUint32(20 * i + 4, true), num: rings.getUint32(20 * i + 8, true) };
        table.rings.push(ring);
        table.entries.push(`vring ${i} at ${hex(ring.da)}, ${ring.num} descriptors, aligned to ${ring.align}`);
    }
}

// Where the parts of a ring are: virtio 1.1, 2.6.
function layout(ring) {
    const availAt = ring.da + 16 * ring.num, end = availAt + 6 + 2 * ring.num;
    return { availAt, usedAt: Math.ceil(end / ring.align) * ring.align };
}

function readRing(snap, ring) {
    if (!ring || ring.num < 1 || ring.num > 256 || (ring.num & (ring.num - 1)) !== 0) return null;
    const { availAt, usedAt } = layout(ring), num = ring.num;
    const desc = bytesAt(snap, ring.da, 16 * num), avail = bytesAt(snap, availAt, 6 + 2 * num), used = bytesAt(snap, usedAt, 6 + 8 * num);
    if (!desc || !avail || !used) return null;
    const result = { num, da: ring.da, availAt, usedAt, avail: avail.getUint16(2, true), used: used.getUint16(2, true), slots: [] };
    result.owned = (result.avail - result.used) & 0xffff; // by the remote
    for (let k = 0; k < num; k++) {
        result.slots.push({ availId: avail.getUint16(4 + 2 * k, true), usedId: used.getUint32(4 + 8 * k, true), usedLen: used.getUint32(8 + 8 * k, true) });
    }
    result.buffer = (id) => (id < num ? { da: desc.getUint32(16 * id, true), len: desc.getUint32(16 * id + 8, true) } : null);
    return result;
}

// The message in a buffer: the header of 16 bytes, then the payload.
function readMessage(snap, ring, id) {
    const buffer = ring.buffer(id), head = buffer && bytesAt(snap, buffer.da, 16);
    if (!head) return null;
    const len = head.getUint16(12, true), bytes = bytesAt(snap, buffer.da + 16, Math.min(len, 480));
    return bytes && { id, da: buffer.da, size: buffer.len, src: head.getUint32(0, true), dest: head.getUint32(4, true), len, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

function printable(bytes) {
    return Array.from(bytes, (b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : "·")).join("");
}

function hex(number, digits = 8) {
    return "0x" + (number >>> 0).toString(16).padStart(digits, "0");
}

function readTrace(snap, table) {
    const bytes = table && table.trace && bytesAt(snap, table.trace.da, Math.min(table.trace.len, 4096));
    if (!bytes) return "";
    const all = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), end = all.indexOf(0);
    return new TextDecoder().decode(all.slice(0, end < 0 ? all.length : end));
}

// What an address in shared memory is; null for what has no name.
function place(snap, table, da) {
    if (!table) return null;
    if (da >= table.da && da < table.da + 0x100) return { kind: "table" };
    for (let i = 0; i < 2; i++) {
        const ring = readRing(snap, table.rings[i]);
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
