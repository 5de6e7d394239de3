// Where scripts run, shows the button that copies the number or code on the page, and says aloud that it did.

const text = document.getElementById("copy-text");
const button = document.getElementById("copy-button");
const done = document.getElementById("copy-done");

async function copy() {
  // Browsers have a clipboard on https and on this same machine only; elsewhere the older way is left.
  if (navigator.clipboard) return navigator.clipboard.writeText(text.textContent);
  getSelection().selectAllChildren(text);
  if (!document.execCommand("copy")) throw new Error("The browser copies nothing here");
}

button.addEventListener("click", async () => {
  try {
    await copy();
    done.textContent = button.dataset.copied;
  } catch {
    getSelection().selectAllChildren(text);
    done.textContent = button.dataset.failed;
  }
});
button.hidden = false;
