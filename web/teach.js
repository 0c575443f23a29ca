// One sentence for each step of the protocol: what was done, and why it matters.
"use strict";

// vring 0 takes messages to the host, vring 1 to the remote.
const RING_NAME = ["vring 0 (remote → host)", "vring 1 (host → remote)"];

function describeMessage(message) {
    if (!message) return "a message";
    if (message.dest === 53) return `an announcement (${message.len} bytes for address 53, the name service)`;
    return `"${printable(message.bytes.slice(0, 24))}" (${message.len} bytes, ${message.src} → ${message.dest})`;
}

function describeIndex(step, ring, mem) {
    const { ring: number, side } = step.place, who = step.byHost ? "host" : "remote";
    if (side === "avail") {
        const id = ring.slots[(ring.avail - 1) & (ring.num - 1)].availId;
        const what = number === 1 ? `buffer ${id} with ${describeMessage(readMessage(mem, ring, id))} now belongs to the remote`
            : `receive buffer ${id} belongs to the remote again, empty`;
        return `The ${who} publishes available index ${ring.avail} of ${RING_NAME[number]} with a release store: ${what}. The remote owns ${ring.owned} of ${ring.num}.`;
    }
    const id = ring.slots[(ring.used - 1) & (ring.num - 1)].usedId;
    const what = number === 0 ? `the host may read ${describeMessage(readMessage(mem, ring, id))} in buffer ${id}`
        : `the remote is done with buffer ${id}, and the host may fill it again`;
    return `The ${who} publishes used index ${ring.used} of ${RING_NAME[number]} with a release store: ${what}.`;
}

function describeEntry(step, ring) {
    const { ring: number, side, slot } = step.place, who = step.byHost ? "host" : "remote";
    const entry = ring.slots[slot];
    return side === "avail" ? `The ${who} puts buffer ${entry.availId} into slot ${slot} of the available ring of ${RING_NAME[number]}. Nobody looks there before the index says so.`
        : `The ${who} puts buffer ${entry.usedId} into slot ${slot} of the used ring of ${RING_NAME[number]}. Nobody looks there before the index says so.`;
}

// `mem` is the core's memory at the step, `table` its resource table.
function describeStep(step, mem, table) {
    const who = step.byHost ? "host" : "remote", other = step.byHost ? "remote" : "host";
    if (step.act === "rang") return `The ${who} rings the ${other}'s doorbell. It says only "look": which ring, and how much, the indices tell.`;
    if (step.act === "sleeps") return "The remote has nothing left to do and sleeps until its doorbell rings. It asked to be rung, then looked once more: nothing can be lost between.";
    if (step.act === "woke") return "The remote wakes: its doorbell rang.";
    const ring = table && step.place.ring !== undefined && readRing(mem, table.rings[step.place.ring]);
    switch (step.place.kind) {
    case "index": return ring ? describeIndex(step, ring, mem) : "";
    case "entry": return ring ? describeEntry(step, ring) : "";
    case "buffer": return `The ${who} writes ${ring ? describeMessage(readMessage(mem, ring, step.place.id)) : "a message"} into buffer ${step.place.id} of ${RING_NAME[step.place.ring]}, which it owns.`;
    case "event": return `The ${who} writes at which index it wants to be rung next in ${RING_NAME[step.place.ring]} (event index). Between now and then the ${other} may stay silent.`;
    case "flags": return `The ${who} writes the flags of ${RING_NAME[step.place.ring]}: whether it wants to be rung at all.`;
    default: return !table ? "" : `The ${who} writes into the resource table, through which the two sides find each other: the status is ${hex(table.status, 2)}${table.status & 4 ? ", driver OK: the remote may begin" : ""}.`;
    }
}
