// What is wrong with the page, as sentences. Text that is hidden, or outside a region that scrolls, is not seen.
() => {
    const bredd = document.documentElement.clientWidth, fynd = [];
    const kort = (e) => {
        const klass = e.getAttribute("class");
        return e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (klass ? "." + klass.split(/\s+/)[0] : "");
    };
    const var_ = (e, n) => [e.parentElement, e].map(kort).join(" > ") + " «" + n.nodeValue.trim().slice(0, 40) + "»";
    const synlig = (e) =>
        e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.closest(".dold, .hoppa, option, title");
    const ram = (e) => {
        for (let p = e; p && p !== document.body; p = p.parentElement) {
            const s = getComputedStyle(p);
            if (s.overflowX !== "visible" || s.overflowY !== "visible") return [p.getBoundingClientRect(), s];
        }
        return null;
    };
    const fast = (e) => {
        for (let p = e; p && p !== document.body; p = p.parentElement) {
            if (["sticky", "fixed"].includes(getComputedStyle(p).position)) return true;
        }
        return false;
    };
    if (document.documentElement.scrollWidth > bredd) {
        fynd.push(["bredare än skärmen", String(document.documentElement.scrollWidth)]);
    }
    const rutor = [];
    const vandrare = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (vandrare.nextNode()) {
        const n = vandrare.currentNode, e = n.parentElement;
        if (!n.nodeValue.trim() || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(e.tagName) || !synlig(e)) continue;
        const utrymme = document.createRange(), inom = ram(e), rullar = fast(e);
        utrymme.selectNodeContents(n);
        for (const q of utrymme.getClientRects()) {
            if (q.width < 1 || q.height < 1) continue;
            let [v, t, h, b] = [q.left, q.top, q.right, q.bottom];
            if (inom) {
                const [r, s] = inom, klipper = (o) => o === "hidden" || o === "clip";
                const at_sidan = klipper(s.overflowX) && s.textOverflow !== "ellipsis" && (h > r.right + 1.5 || v < r.left - 1.5);
                const nedtill = klipper(s.overflowY) && (b > r.bottom + 2 || t < r.top - 2);
                if (at_sidan || nedtill) fynd.push(["klippt text", var_(e, n)]);
                [v, t, h, b] = [Math.max(v, r.left), Math.max(t, r.top), Math.min(h, r.right), Math.min(b, r.bottom)];
                if (h - v < 1 || b - t < 1) continue;
            } else if (h > bredd + 1 || v < -1) fynd.push(["utanför skärmen", var_(e, n)]);
            if (!rullar) rutor.push({ n, e, v, t, h, b });
        }
    }
    rutor.sort((a, b) => a.t - b.t);
    rutor.forEach((a, i) => {
        for (let j = i + 1; j < rutor.length && rutor[j].t < a.b; j++) {
            const b = rutor[j], x = Math.min(a.h, b.h) - Math.max(a.v, b.v), y = Math.min(a.b, b.b) - b.t;
            if (a.n !== b.n && x > 1.5 && y > Math.min(a.b - a.t, b.b - b.t) * 0.35) {
                fynd.push(["text på text", var_(a.e, a.n) + " / " + var_(b.e, b.n)]);
            }
        }
    });
    for (const e of document.querySelectorAll(".tabellram")) {
        const namn = e.getAttribute("aria-label") || e.getAttribute("aria-labelledby");
        const rullas = e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible";
        if (rullas && (e.tabIndex < 0 || !namn)) fynd.push(["rullas inte med tangentbord", kort(e)]);
    }
    return [...new Set(fynd.map((f) => f.join(": ")))].slice(0, 6);
}
