// Sets the theme before the first paint, remembers it, and keeps open pages alike. A plain script on purpose.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const remembered = () => {
    try { return localStorage.getItem("rapport.theme"); } catch { return null; }
  };
  const apply = () => {
    root.dataset.bsTheme = remembered() ?? (dark.matches ? "dark" : "light");
    document.dispatchEvent(new CustomEvent("theme:change"));
  };
  const toggle = () => {
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try { localStorage.setItem("rapport.theme", next); } catch { /* private window: for this page only */ }
    root.dataset.bsTheme = next;
    document.dispatchEvent(new CustomEvent("theme:change"));
  };
  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", (event) => { if (event.key === "rapport.theme") apply(); });
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-theme-toggle]")) toggle(); });
})();
