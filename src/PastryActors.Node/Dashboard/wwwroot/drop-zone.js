// Where files and folders are dropped, or chosen, to be inserted.

import { h, text } from "./dom.js";
import { uploads } from "./uploads.js";

/** Files of one drop: a folder with more is a work for "pastry put -r". */
const FILES_MAX = 10000;

class DropZone extends HTMLElement {
  #k = h("select", { id: "replicas" }, h("option", { value: "" }, "usual"), [1, 2, 3, 4, 5, 6, 8].map(k => h("option", { value: k }, String(k))));
  #said = h("p", { class: "bad-text", role: "alert" });
  #files = h("input", { type: "file", multiple: true, class: "sr", id: "choose-files", tabindex: "-1", "aria-label": "Files to insert", onchange: event => this.#chosen(event.target) });
  #folder = h("input", { type: "file", webkitdirectory: true, class: "sr", id: "choose-folder", tabindex: "-1", "aria-label": "Folder to insert", onchange: event => this.#chosenFolder(event.target) });

  connectedCallback() {
    this.replaceChildren(
      h("p", { class: "lead" }, "Drop files or folders here"),
      h("div", { class: "line centre" },
        h("button", { type: "button", class: "primary", onclick: () => this.#files.click() }, "Choose files"),
        h("button", { type: "button", onclick: () => this.#folder.click() }, "Choose a folder"),
        h("label", { for: "replicas" }, "replicas"), this.#k),
      this.#files, this.#folder, this.#said);
    this.addEventListener("dragover", event => {
      event.preventDefault();
      this.classList.add("over");
    });
    this.addEventListener("dragleave", () => this.classList.remove("over"));
    this.addEventListener("drop", event => {
      event.preventDefault();
      this.classList.remove("over");
      this.#dropped([...event.dataTransfer.items]);
    });
  }

  #chosen(input) {
    uploads.add([...input.files].map(file => ({ name: file.name, file })), this.#k.value);
    input.value = "";
  }

  #chosenFolder(input) {
    const entries = [...input.files].map(file => ({ path: file.webkitRelativePath.split("/").slice(1).join("/"), file }));
    const name = input.files[0]?.webkitRelativePath.split("/")[0];
    if (name) this.#addFolder(name, entries);
    input.value = "";
  }

  // The items of a drop are gone after the event: all entries are taken before anything is awaited.
  async #dropped(items) {
    const entries = items.filter(item => item.kind === "file").map(item => item.webkitGetAsEntry?.() ?? item.getAsFile());
    text(this.#said, "");
    try {
      for (const entry of entries) {
        if (entry instanceof File) uploads.add([{ name: entry.name, file: entry }], this.#k.value);
        else if (entry.isFile) uploads.add([{ name: entry.name, file: await fileOf(entry) }], this.#k.value);
        else this.#addFolder(entry.name, await walk(entry, "", []));
      }
    } catch (fault) {
      text(this.#said, `That could not be read: ${fault.message}`);
    }
  }

  #addFolder(name, entries) {
    text(this.#said, entries.length === 0 ? "That folder is empty." : entries.length > FILES_MAX ? `That folder has more than ${FILES_MAX} files; pastry put -r takes it.` : "");
    if (!this.#said.textContent) uploads.addFolder(name, entries, this.#k.value);
  }
}

const fileOf = entry => new Promise((resolve, reject) => entry.file(resolve, reject));

async function walk(folder, prefix, found) {
  const reader = folder.createReader();
  // A reader gives some entries at a time, and none when all were given.
  for (let batch; (batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))).length > 0;) {
    for (const entry of batch) {
      if (entry.isDirectory) await walk(entry, `${prefix}${entry.name}/`, found);
      else found.push({ path: prefix + entry.name, file: await fileOf(entry) });
      if (found.length > FILES_MAX) return found;
    }
  }
  return found;
}

customElements.define("drop-zone", DropZone);
