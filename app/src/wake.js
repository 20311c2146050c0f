// Wakes the page up. Where that fails, the page stays what it is without script.
const { js, wasm } = document.getElementById("wake").dataset;
let leaving = false;
for (const event of ["beforeunload", "pagehide"]) addEventListener(event, () => (leaving = true));
try {
  const { default: start, hydrate } = await import(js);
  await start({ module_or_path: wasm });
  hydrate();
} catch (error) {
  // Whoever goes on to another page cuts the download off: nothing is wrong then.
  if (!leaving) {
    delete document.documentElement.dataset.script;
    throw error;
  }
}
