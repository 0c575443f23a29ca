// The editor: a text area with the same text, coloured, below it.
"use strict";

const PYTHON = new RegExp([
    /(#[^\n]*)/, // 1 comment
    /("""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|[fbr]{0,2}"(?:\\.|[^"\\\n])*"?|[fbr]{0,2}'(?:\\.|[^'\\\n])*'?)/, // 2 string
    /\b(False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b/, // 3
    /\b(\d[\w.]*)/, // 4 number
].map((part) => part.source).join("|"), "g");

function highlight() {
    const text = $("source").value, target = $("coloured"), kinds = ["", "comment", "string", "keyword", "number"];
    const parts = [];
    let at = 0;
    for (const match of text.matchAll(PYTHON)) {
        parts.push(text.slice(at, match.index));
        const span = document.createElement("span");
        span.className = kinds[match.findIndex((group, i) => i > 0 && group !== undefined)];
        span.textContent = match[0];
        parts.push(span);
        at = match.index + match[0].length;
    }
    parts.push(text.slice(at) + "\n");
    target.replaceChildren(...parts);
}

function indent(event) {
    const area = event.target;
    // Escape, then Tab, leaves the editor: the keyboard must not be caught in it.
    if (event.key === "Escape") { area.dataset.leave = "1"; return; }
    if (event.key === "Tab" && !event.shiftKey && !area.dataset.leave) {
        area.setRangeText("    ", area.selectionStart, area.selectionEnd, "end");
        event.preventDefault();
        highlight();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
        const line = area.value.slice(0, area.selectionStart).split("\n").pop();
        const deeper = /:\s*$/.test(line) ? "    " : "";
        area.setRangeText("\n" + line.match(/^ */)[0] + deeper, area.selectionStart, area.selectionEnd, "end");
        event.preventDefault();
        highlight();
    }
    delete area.dataset.leave;
}

function startEditor() {
    const source = $("source");
    source.addEventListener("input", highlight);
    source.addEventListener("keydown", indent);
    source.addEventListener("scroll", () => { $("coloured").scrollTop = source.scrollTop; $("coloured").scrollLeft = source.scrollLeft; });
}
