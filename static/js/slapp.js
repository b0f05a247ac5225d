/** A file may be dropped on the box around its field. `[data-slapp]` holds an input of type file and, hidden, the sentence that says so. */

/** Start listening. */
export function startaSlapp() {
  for (const ruta of document.querySelectorAll("[data-slapp]")) {
    const falt = ruta.querySelector('input[type="file"]');
    ruta.querySelector("[data-slapp-text]")?.removeAttribute("hidden");
    const over = (ja) => ruta.classList.toggle("over", ja);
    for (const namn of ["dragenter", "dragover"]) {
      ruta.addEventListener(namn, (event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        over(true);
      });
    }
    ruta.addEventListener("dragleave", (event) => {
      if (!ruta.contains(event.relatedTarget)) over(false);
    });
    ruta.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      over(false);
      falt.files = event.dataTransfer.files;
      falt.focus();
    });
  }
}
