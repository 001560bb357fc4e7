// Folds the menu before it is painted on a narrow screen; without scripts it stays open.
for (const menu of document.querySelectorAll("[data-menu]")) {
  menu.open = !window.matchMedia("(max-width: 60rem)").matches;
}
