"use strict";
/* Nothing here is needed: it keeps the next field loaded, takes answers without leaving the page, and shows how far files are. */

(() => {
  const LOOK_MS = 250;
  let busy = false;
  let shownAt = 0;

  const desk = () => document.getElementById("desk");

  async function lookAhead() {
    const url = desk() && desk().dataset.ahead;
    if (!url) return;
    try {
      const answer = await fetch(url);
      if (!answer.ok || answer.redirected) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const picture of next.images) { const image = new Image(); image.src = picture.getAttribute("src"); image.decode().catch(() => {}); }
    } catch { /* the next page loads its pictures itself */ }
  }

  function show(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const next = fresh.getElementById("desk");
    if (!next) return false;
    document.getElementById("main").replaceChildren(...fresh.getElementById("main").childNodes);
    document.title = fresh.title;
    begin();
    return true;
  }

  function begin() {
    shownAt = performance.now();
    const field = document.querySelector("#answer [autofocus]");
    if (field) { field.focus(); if (field.select) field.select(); } else document.getElementById("main").focus();
    scrollTo(0, 0);
    lookAhead();
  }

  async function send(form, button) {
    busy = true;
    desk().classList.add("busy");
    const data = new FormData(form, button);
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), credentials: "same-origin" });
      if (new URL(answer.url).pathname.startsWith("/staff/login") || !show(await answer.text())) location.reload();
    } catch {
      const note = document.createElement("p");
      note.className = "trouble";
      note.setAttribute("role", "alert");
      note.textContent = "The service did not answer. Nothing is lost: press Enter again in a moment.";
      desk().prepend(note);
    } finally {
      busy = false;
      if (desk()) desk().classList.remove("busy");
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!desk() || !desk().contains(form) || form.enctype === "multipart/form-data") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!busy) send(form, event.submitter);
  }, true);

  document.addEventListener("keydown", (event) => {
    if (!desk() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (busy) { event.preventDefault(); return; }
    if (event.key === "Enter" && event.target.closest("#answer")) {
      /* a key held down, or pressed twice, must not accept what nobody has seen */
      if (event.repeat || (desk().dataset.confirms && performance.now() - shownAt < LOOK_MS)) event.preventDefault();
      return;
    }
    const button = desk().querySelector(`button[data-press="${event.key}"]`);
    if (button && !button.disabled) { event.preventDefault(); if (!event.repeat) button.click(); return; }
    const typing = event.target.closest("input:not([type=radio]), textarea, select");
    const pick = !typing && event.key.length === 1 && desk().querySelector(`button[data-pick="${CSS.escape(event.key)}"]`);
    if (pick) {
      /* as above: nobody has seen what came a moment ago */
      event.preventDefault();
      if (!event.repeat && performance.now() - shownAt >= LOOK_MS) pick.click();
      return;
    }
    const option = !typing && event.key.length === 1 && desk().querySelector(`input[data-choose="${CSS.escape(event.key.toLowerCase())}"]`);
    if (option) { event.preventDefault(); option.checked = true; option.focus(); }
  });

  function drops() {
    for (const form of document.querySelectorAll("form[data-drop]")) {
      const input = form.querySelector("input[type=file]");
      const bar = form.querySelector("progress");
      for (const name of ["dragover", "drop"]) form.addEventListener(name, (event) => {
        if (!event.dataTransfer || !event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        if (name === "drop") { input.files = event.dataTransfer.files; form.requestSubmit(); }
      });
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const request = new XMLHttpRequest();
        const failed = (words) => { bar.hidden = true; delete form.dataset.sent; form.querySelector(".hint").textContent = words; };
        request.open("POST", form.action);
        request.upload.onprogress = (sent) => { if (sent.lengthComputable) bar.value = sent.loaded / sent.total; };
        request.onload = () => {
          if (request.status < 400 && request.responseURL) { location.assign(request.responseURL); return; }
          const fresh = new DOMParser().parseFromString(request.responseText, "text/html").getElementById("main");
          if (!fresh) { failed("The service could not take this in. Send the files again in a moment."); return; }
          document.getElementById("main").replaceChildren(...fresh.childNodes);
          drops();
          const trouble = document.querySelector(".trouble");
          if (trouble) trouble.focus();
        };
        request.onerror = () => failed("The service did not answer. Send the files again in a moment.");
        bar.hidden = false;
        request.send(new FormData(form, event.submitter));
      });
    }
  }

  drops();
  if (desk()) begin();
})();
