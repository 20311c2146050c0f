// Runs before anything else, on pages that wake up and on those that stay still: buttons that copy.
document.documentElement.dataset.script = "on";
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const text = button && document.getElementById(button.dataset.copy)?.textContent;
  if (!text) return;
  await navigator.clipboard.writeText(text);
  button.dataset.copied = "yes";
  setTimeout(() => delete button.dataset.copied, 2000);
});
