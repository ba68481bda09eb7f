"use strict";
/* Nothing here is needed: it shows what people get while somebody writes; without it there is a button. */

(() => {
  const WAIT_MS = 500;
  const form = document.getElementById("question");
  const shown = document.getElementById("preview");
  if (!form || !shown) return;
  let timer = 0;
  let asked = 0;

  function put(fresh) {
    /* what is the same stays, so that no frame loads again and nothing that is open shuts */
    for (const next of fresh.querySelectorAll("[data-same]")) {
      const old = shown.querySelector(`#${CSS.escape(next.id)}`);
      if (!old) continue;
      for (const each of old.querySelectorAll("details[id][open]")) {
        const same = next.querySelector(`#${CSS.escape(each.id)}`);
        if (same) same.open = true;
      }
    }
    const parts = (root) => [...root.querySelectorAll("[id]")].map((each) => each.id).join(" ");
    if (parts(shown) !== parts(fresh)) { shown.replaceChildren(...fresh.childNodes); return; }
    for (const next of [...fresh.querySelectorAll(".shown")]) {
      const old = shown.querySelector(`#${CSS.escape(next.id)}`);
      if (next.dataset.same ? next.dataset.same !== old.dataset.same : next.innerHTML !== old.innerHTML) {
        if (old.open) next.open = true;
        old.replaceWith(next);
      }
    }
  }

  async function look() {
    const mine = ++asked;
    try {
      const answer = await fetch(shown.dataset.url, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
      if (!answer.ok || answer.redirected || mine !== asked) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("preview");
      if (fresh && mine === asked) put(fresh);
    } catch { /* the button does the same */ }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  if (!shown.querySelector(".look-in")) look();
})();
