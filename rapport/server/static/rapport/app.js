/* What makes Rapport quicker for hands; nothing here is needed for anything to work.

   data-key="r" or "g i"    this link, button or field answers to that key (data-key-words says what it does)
   data-key-also="x"        it answers to that one, too
   data-focus="id"          pressing it goes to that field instead of following the link
   data-row                 one of the rows that j and k walk through; x selects, shift-x selects up to here
   data-complete            a field whose words are completed from the JSON beside it: {"field": ["value", ...]}
   data-draft               a form whose saving is told in its [data-saved]
   data-limit, data-count   a text with a limit, and the id of what counts it
   data-seconds             a notice whose undo bar runs down
*/
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const seen = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
  const writing = (element) => element?.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

  /* -- keys ------------------------------------------------------------------------------------------------------- */

  let first = ""; // the "g" of "g i", for a second
  let firstTimer = 0;
  let lastSelected = null;

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") return escape(event);
    if (writing(event.target) || document.querySelector("dialog[open]")) return;
    if (moves(event)) return event.preventDefault();
    if (event.shiftKey && event.key.length === 1 && event.key.toLowerCase() !== event.key) return;
    const keys = first ? `${first} ${event.key}` : event.key;
    const target = bearer(keys);
    if (target) {
      event.preventDefault();
      press(target);
    } else if (!first && document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`)) {
      first = event.key;
      clearTimeout(firstTimer);
      firstTimer = setTimeout(() => (first = ""), 1000);
      return;
    }
    first = "";
  });

  const bearer = (keys) => all(`[data-key="${CSS.escape(keys)}"], [data-key-also="${CSS.escape(keys)}"]`).find((element) => seen(element) && !element.disabled);

  function press(element) {
    if (element.hasAttribute("data-keys-open")) return showKeys();
    if (element.dataset.focus) return document.getElementById(element.dataset.focus).focus();
    if (writing(element)) return element.select ? (element.focus(), element.select()) : element.focus();
    if (element.matches("summary")) {
      element.click();
      return focusFirst(element.parentElement);
    }
    element.focus({ preventScroll: true });
    element.click();
  }

  function focusFirst(menu) {
    if (menu.open) all("a, button, input, select", menu.querySelector(".menu__sheet") ?? menu).find(seen)?.focus();
  }

  function moves(event) {
    const rows = all("[data-row]").filter(seen);
    if (!rows.length) return false;
    const here = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
    const key = event.key;
    if (key === "j" || key === "k") {
      const open = rows.findIndex((row) => row.querySelector("[aria-current]"));
      const from = here >= 0 ? here : open;
      const to = from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, from + (key === "j" ? 1 : -1)));
      const link = rows[to].matches("a") ? rows[to] : rows[to].querySelector("a");
      link.focus({ preventScroll: true });
      rows[to].scrollIntoView({ block: "nearest" });
      return true;
    }
    const box = rows[here]?.querySelector("input[type=checkbox]");
    if (!box || key.toLowerCase() !== "x") return false;
    if (event.shiftKey && lastSelected) selectRange(lastSelected, box);
    else box.click();
    lastSelected = box;
    return true;
  }

  function selectRange(from, to) {
    const boxes = all("[data-row] input[type=checkbox]");
    const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
    for (const box of boxes.slice(Math.max(0, start), end + 1)) box.checked = true;
    to.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("[data-row] input[type=checkbox]");
    if (!box) return;
    if (event.shiftKey && lastSelected && lastSelected !== box) selectRange(lastSelected, box);
    lastSelected = box;
  });

  document.addEventListener("change", () => {
    const chosen = all("[data-row] input[type=checkbox]:checked").length;
    for (const place of all("[data-selected-count]")) place.textContent = chosen;
  });

  function escape(event) {
    const menu = event.target.closest?.("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (writing(event.target)) event.target.blur();
    else for (const open of all("details.menu[open]")) open.open = false;
    first = "";
  }

  function showKeys() {
    const dialog = document.getElementById("keys");
    const words = dialog.dataset;
    const found = new Map();
    if (document.querySelector("[data-row]")) {
      found.set("j k", words.move).set("Enter", words.open);
      if (document.querySelector("[data-row] input[type=checkbox]")) found.set("x", words.select).set("shift x", words.range);
    }
    for (const element of all("[data-key]").filter(seen)) {
      if (!found.has(element.dataset.key)) found.set(element.dataset.key, element.dataset.keyWords || element.ariaLabel || element.textContent.trim());
    }
    found.set("Esc", words.escape);
    const list = dialog.querySelector("dl");
    list.replaceChildren();
    for (const [keys, does] of found) {
      const term = document.createElement("dt");
      for (const key of keys.split(" ")) {
        const cap = document.createElement("kbd");
        cap.textContent = key;
        term.append(cap, " ");
      }
      const what = document.createElement("dd");
      what.textContent = does;
      list.append(term, what);
    }
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-keys-open], [data-focus]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    press(opener);
  });

  /* -- menus close when one looks elsewhere --------------------------------------------------------------------------- */

  for (const kind of ["click", "focusin"])
    document.addEventListener(kind, (event) => {
      for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    });

  /* -- the open conversation keeps its mark while htmx swaps only the conversation -------------------------------------- */

  document.addEventListener("htmx:beforeRequest", (event) => {
    const link = event.target.closest?.(".row__link");
    if (!link) return;
    for (const other of all(".row__link[aria-current]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    link.closest("[data-row]").removeAttribute("data-unread");
  });

  /* Back is a new page from the server, so the list is taken to where it was; it loads what it needs on the way. */
  const place = () => `list${location.search}`;
  document.addEventListener("scroll", (event) => event.target.matches?.("[data-list]") && sessionStorage.setItem(place(), Math.round(event.target.scrollTop)), { capture: true, passive: true });
  function findPlace() {
    const list = document.querySelector("[data-list]");
    if (!list) return;
    const wanted = performance.getEntriesByType("navigation")[0]?.type === "navigate" ? 0 : Number(sessionStorage.getItem(place()));
    const further = () => {
      list.scrollTop = wanted;
      if (list.scrollTop >= wanted) list.removeEventListener("htmx:afterSettle", further);
    };
    list.addEventListener("htmx:afterSettle", further);
    further();
    list.querySelector("[aria-current]")?.closest("[data-row]").scrollIntoView({ block: "nearest" });
  }
  addEventListener("load", findPlace);

  /* What could not be swapped is asked for as a page, which says why; when nobody answers at all, a notice does. */
  document.addEventListener("htmx:responseError", (event) => {
    const link = event.detail.elt.closest("a[href]");
    if (link) location.assign(link.href);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (!event.detail.elt.closest("a[href]")) return;
    const live = document.getElementById("notices");
    const notice = document.createElement("p");
    notice.className = "notice notice--error";
    notice.textContent = live.dataset.unreachable;
    live.replaceChildren(notice);
    setTimeout(() => notice.remove(), 10000);
  });

  /* On a phone the page itself scrolls, so a conversation that was opened is taken to its end. */
  function toTheEnd() {
    const thread = document.querySelector(".conversation[data-open] .thread");
    if (thread && !location.hash && matchMedia("(max-width: 759px)").matches) scrollTo(0, document.documentElement.scrollHeight);
  }
  addEventListener("load", toTheEnd);
  document.addEventListener("htmx:load", (event) => event.target.id === "conversation" && toTheEnd());

  /* -- drafts ----------------------------------------------------------------------------------------------------------- */

  const told = { "htmx:beforeRequest": "saving", "htmx:afterRequest": "done", "htmx:sendError": "failed", "htmx:responseError": "failed" };
  for (const [name, state] of Object.entries(told))
    document.addEventListener(name, (event) => {
      const place = event.target.matches?.("textarea") && event.target.closest("form[data-draft]")?.querySelector("[data-saved]");
      if (!place) return;
      const failed = name === "htmx:afterRequest" && !event.detail.successful;
      place.textContent = place.dataset[failed ? "failed" : state];
    });

  /* Once an answer is on its way, no saving may overtake it. */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches?.("form[data-draft]")) return;
    event.target.dataset.sent = "";
    for (const text of event.target.querySelectorAll("textarea")) window.htmx?.trigger(text, "htmx:abort");
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches?.("form[data-draft][data-sent] textarea")) event.preventDefault();
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  document.addEventListener("input", (event) => {
    const { limit, count } = event.target.dataset ?? {};
    const place = count && document.getElementById(count);
    if (!place) return;
    const length = [...letters.segment(event.target.value)].length;
    place.querySelector("output").textContent = length;
    place.querySelector("meter").value = Math.min(length, limit);
    event.target.setAttribute("aria-invalid", String(length > limit));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.target.closest?.("form[data-draft]")?.querySelector("[data-send]:not([disabled])")?.click();
  });

  /* -- the coding desk: the next one is there before the answer has arrived ------------------------------------------------ */

  let shown = null; // what was there before, should the answer not arrive
  document.addEventListener("htmx:beforeRequest", (event) => {
    const next = event.target.matches?.("[data-desk]") && document.querySelector("[data-desk-next]");
    if (!next) return;
    const text = document.querySelector("[data-desk-text]");
    shown = [text, [...text.childNodes]];
    text.replaceChildren(next.content.cloneNode(true));
  });
  for (const name of ["htmx:sendError", "htmx:responseError"])
    document.addEventListener(name, (event) => {
      if (event.target.matches?.("[data-desk]") && shown) shown[0].replaceChildren(...shown[1]);
    });

  /* -- notices ------------------------------------------------------------------------------------------------------------ */

  function runDown(notice) {
    const bar = notice.querySelector("progress");
    const end = performance.now() + bar.max * 1000;
    const timer = setInterval(() => {
      bar.value = (end - performance.now()) / 1000;
      if (bar.value > 0 || notice.matches(":hover, :focus-within")) return; // nobody's reading is cut short
      clearInterval(timer);
      notice.remove();
    }, 100);
  }

  function wake(root) {
    for (const tab of all(".tabs > [aria-current]", root)) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft;
    for (const input of all("[data-complete]:not([role])", root)) complete(input);
    for (const notice of all("[data-seconds]", root)) {
      if (notice.dataset.awake) continue;
      notice.dataset.awake = "yes";
      runDown(notice);
    }
  }
  wake(document);
  document.addEventListener("htmx:load", (event) => wake(event.target.parentElement ?? document));

  /* -- completion of the query language ------------------------------------------------------------------------------------- */

  function complete(input) {
    const box = input.closest(".query");
    const fields = JSON.parse(box.querySelector('script[type="application/json"]').textContent);
    const list = document.createElement("ul");
    let chosen = -1;
    list.className = "suggestions";
    list.id = `${input.id}-suggestions`;
    list.role = "listbox";
    list.ariaLabel = input.ariaLabel;
    list.hidden = true;
    box.append(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-autocomplete", "list");

    const word = () => input.value.slice(0, input.selectionStart).match(/[^\s()]*$/)[0];

    function offers() {
      const typed = word().replace(/^-/, "");
      const [field, value] = typed.split(":", 2);
      if (!typed) return [];
      const whole = value === undefined ? Object.keys(fields).map((name) => `${name}:`) : (fields[field] ?? []).map((one) => `${field}:${one}`);
      return whole.filter((one) => one.startsWith(typed) && one !== typed).slice(0, 8);
    }

    function show() {
      const found = offers();
      chosen = -1;
      list.replaceChildren(...found.map((text, index) => {
        const item = document.createElement("li");
        item.role = "option";
        item.id = `${list.id}-${index}`;
        item.textContent = text;
        item.ariaSelected = "false";
        item.addEventListener("mousedown", (event) => (event.preventDefault(), take(text)));
        return item;
      }));
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(!!found.length));
      input.removeAttribute("aria-activedescendant");
    }

    function hide() {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function take(text) {
      const at = input.selectionStart;
      const typed = word();
      const start = at - typed.length;
      const put = (typed.startsWith("-") ? "-" : "") + text + (text.endsWith(":") ? "" : " ");
      input.setRangeText(put, start, at, "end");
      show();
    }

    input.addEventListener("input", show);
    input.addEventListener("blur", hide);
    input.addEventListener("keydown", (event) => {
      const items = [...list.children];
      if (list.hidden || !items.length) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
        items.forEach((item, index) => (item.ariaSelected = String(index === chosen)));
        items[chosen].scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", items[chosen].id);
      } else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(items[chosen].textContent);
      else if (event.key === "Escape") hide();
      else return;
      event.preventDefault();
    });
  }
})();
