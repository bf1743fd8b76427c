// Filters the gallery and the findings, and copies names. The page is whole without it.
(function () {
  "use strict";
  // For browsers that keep the clipboard from pages opened as files.
  function copyBySelection(text) {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("not allowed"));
  }

  function copyNames(names, said) {
    const text = names.join("\n") + "\n";
    const byClipboard = navigator.clipboard
      ? navigator.clipboard.writeText(text) : Promise.reject(new Error("no clipboard"));
    byClipboard.catch(() => copyBySelection(text)).then(
      () => { said.textContent = names.length + (names.length === 1 ? " name copied" : " names copied"); },
      () => { said.textContent = "this browser does not let pages copy"; });
  }

  // The findings: one kind or all; the names of all that are shown, or of one check, each once.
  function findings(tools) {
    const kind = document.getElementById("finding-kind"), said = document.getElementById("finding-said");
    const checks = Array.from(document.querySelectorAll("section.check"));
    const namesIn = (parts) => Array.from(new Set(parts.flatMap(
      (part) => Array.from(part.querySelectorAll("[data-name]"), (path) => path.dataset.name))));
    const copyFrom = (button, parts) => {
      button.hidden = false;
      button.addEventListener("click", () => copyNames(namesIn(parts()), said));
    };
    for (const check of checks) copyFrom(check.querySelector("button.names"), () => [check]);
    copyFrom(tools.querySelector("button.names"), () => checks.filter((check) => !check.hidden));
    kind.addEventListener("change", () => {
      for (const check of checks) check.hidden = kind.value !== "" && check.dataset.kind !== kind.value;
    });
    tools.addEventListener("submit", (event) => event.preventDefault());
    tools.hidden = false;
  }

  const findingTools = document.getElementById("finding-tools");
  if (findingTools) findings(findingTools);

  const tools = document.getElementById("tools");
  const gallery = document.getElementById("gallery");
  if (!tools || !gallery) return;

  const part = (name) => document.getElementById(name);
  const filter = part("filter"), truth = part("truth"), size = part("size");
  const copy = part("copy"), shown = part("shown"), heat = part("heat");

  const nameOf = (card) => card.querySelector(".name").title;
  const cards = Array.from(gallery.children, (card) => ({
    card,
    text: (nameOf(card) + "\n" + card.textContent).toLowerCase(),
  }));
  const visible = () => cards.filter(({ card }) => !card.hidden);

  function refresh() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = truth ? truth.value : "";
    for (const { card, text } of cards)
      card.hidden = !words.every((word) => text.includes(word)) ||
        (wanted !== "" && card.dataset.truth !== wanted);
    const count = visible().length;
    shown.textContent = count === cards.length ? "" : count + " of " + cards.length;
  }

  filter.addEventListener("input", refresh);
  if (truth) truth.addEventListener("change", refresh);
  size.addEventListener("input", () => gallery.style.setProperty("--side", size.value + "rem"));
  if (heat) heat.addEventListener("change", () => gallery.classList.toggle("plain", !heat.checked));
  copy.addEventListener("click",
    () => copyNames(visible().map(({ card }) => nameOf(card)), shown));
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.hidden = false;
  refresh();
})();
