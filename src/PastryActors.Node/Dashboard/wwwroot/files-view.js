// Files: insert them, find them, see who holds them, get them, give them up.

import { Repeater, ask, fileUrl, send } from "./api.js";
import { confirmed } from "./confirm.js";
import { h, keyed, text } from "./dom.js";
import { bytes, moment, number } from "./format.js";
import { uploads } from "./uploads.js";
import "./drop-zone.js";
import "./file-holders.js";
import "./upload-list.js";

const PERIOD_MS = 5000;
/** Rows shown at once; the search finds the others. */
const SHOWN_MAX = 100;

class FilesView extends HTMLElement {
  #search = h("input", { type: "search", id: "file-search", placeholder: "name or fileId", autocomplete: "off", spellcheck: "false", oninput: () => this.#show() });
  #list = h("ul", { class: "files", id: "files" });
  #words = h("p", { class: "quiet", role: "status" }, "asking for the list …");
  #files = [];
  #finished = 0;
  #repeat = new Repeater(signal => this.#look(signal), PERIOD_MS);
  #onUploads = () => this.#uploaded();

  connectedCallback() {
    this.replaceChildren(
      h("section", { class: "card", "aria-labelledby": "insert-title" }, h("h2", { id: "insert-title" }, "Insert"), h("drop-zone"), h("upload-list")),
      h("section", { class: "card", "aria-labelledby": "files-title" },
        h("div", { class: "line between" }, h("h2", { id: "files-title" }, "Files"), h("label", { class: "sr", for: "file-search" }, "Search"), this.#search),
        this.#words, this.#list));
    uploads.addEventListener("change", this.#onUploads);
    this.#repeat.start();
  }

  disconnectedCallback() {
    uploads.removeEventListener("change", this.#onUploads);
    this.#repeat.stop();
  }

  #uploaded() {
    const finished = uploads.items.filter(item => item.state === "done").length;
    if (finished > this.#finished) this.#repeat.start();
    this.#finished = finished;
  }

  async #look(signal) {
    this.#files = (await ask("/files", signal)).files.reverse();
    this.#show();
  }

  #show() {
    const wanted = this.#search.value.trim().toLowerCase();
    let found = this.#files.filter(f => f.name.toLowerCase().includes(wanted) || f.fileId.startsWith(wanted));
    // A fileId that this owner did not insert can still be asked for.
    if (found.length === 0 && /^[0-9a-f]{40}$/.test(wanted)) found = [{ fileId: wanted, name: wanted, stranger: true }];
    const shown = found.slice(0, SHOWN_MAX);
    keyed(this.#list, shown, f => f.fileId, f => this.#make(f), (row, f) => this.#update(row, f));
    text(this.#words, this.#files.length === 0 ? "Nothing was inserted with this node's key yet." :
      found.length === 0 ? "No file has this in its name. A whole fileId finds anyone's file." :
        found.length > shown.length ? `${number(shown.length)} of ${number(found.length)} files; search for the others` : `${number(found.length)} ${found.length === 1 ? "file" : "files"}`);
  }

  #make(f) {
    const button = h("button", { type: "button", "aria-expanded": "false", onclick: () => this.#toggle(row, f, button) }, "Holders");
    const row = h("li", {},
      h("div", { class: "file" },
        h("span", { class: "name" }), h("span", { class: "quiet facts" }),
        h("div", { class: "buttons" }, button, h("a", { class: "button", href: fileUrl(f.fileId, true), download: true }, "Download"),
          h("a", { class: "button", href: `#/ring?key=${f.fileId}` }, "Trace"),
          f.stranger ? null : h("button", { type: "button", class: "danger-quiet", onclick: () => this.#reclaim(f, row) }, "Reclaim"))),
      h("p", { class: "bad-text", role: "alert" }));
    return row;
  }

  #update(row, f) {
    const [name, facts] = row.firstChild.children;
    text(name, f.name);
    name.title = f.fileId;
    text(facts, f.stranger ? "not inserted with this node's key" : `${bytes(f.size)} · ${f.k} replicas · ${moment(f.inserted)}`);
  }

  #toggle(row, f, button) {
    const open = row.querySelector("file-holders");
    if (open) open.remove();
    else row.append(h("file-holders", { file: f.fileId }));
    button.setAttribute("aria-expanded", String(!open));
  }

  async #reclaim(f, row) {
    const words = `"${f.name}" (${bytes(f.size)}) is released on all its nodes. It cannot be read again, by anyone, and its fileId cannot be used again.`;
    if (!await confirmed("Reclaim this file?", words, "Reclaim")) return;
    try {
      await send(fileUrl(f.fileId), { method: "DELETE" });
      this.#files = this.#files.filter(one => one !== f && one.fileId !== f.fileId);
      this.#show();
    } catch (refused) {
      text(row.querySelector("[role=alert]"), `It was not reclaimed: ${refused.message}`);
    }
  }
}

customElements.define("files-view", FilesView);
