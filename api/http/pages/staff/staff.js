"use strict";
/* Nothing here is needed: it looks again by itself, counts down, and leafs with keys. */

(() => {
  const live = document.getElementById("live");
  const every = live && Number(live.dataset.every);

  async function look() {
    const inside = live.contains(document.activeElement);
    if (document.hidden || inside || document.querySelector('meta[http-equiv="refresh"]')) return true;
    const answer = await fetch(live.dataset.from || location.pathname + location.search, { headers: { "X-Asks-By-Itself": "1" } });
    if (answer.redirected || !answer.ok) return answer.status >= 500;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (!fresh) return false;
    const ended = every && !fresh.dataset.every;
    if (ended) { location.reload(); return false; }
    /* what somebody has opened stays open */
    for (const each of live.querySelectorAll("details[id][open]")) {
      const same = fresh.querySelector(`#${CSS.escape(each.id)}`);
      if (same) same.open = true;
    }
    if (fresh.innerHTML !== live.innerHTML) live.replaceChildren(...fresh.childNodes);
    return true;
  }

  async function again() {
    let on = true;
    try { on = await look(); } catch { on = true; }
    if (on) setTimeout(again, every * 1000);
  }
  if (every) setTimeout(again, every * 1000);

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, textarea, select");
    if (event.altKey || event.ctrlKey || event.metaKey || (field && field.value)) return;
    const link = document.querySelector(`a[data-key="${event.key}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
})();
