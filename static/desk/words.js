// The article's own words: title, points and lead. Where somebody else has changed one meanwhile, both are shown.
const form = document.querySelector("#article-words");

form?.addEventListener("kept", () => {
  for (const hidden of form.querySelectorAll("[name^=initial-]")) hidden.value = form.elements[hidden.name.slice("initial-".length)].value;
  for (const panel of form.querySelectorAll(".both")) panel.hidden = true;
});

form?.addEventListener("refused", ({ detail: { texts = {}, now = {} } }) => {
  for (const panel of form.querySelectorAll(".both")) {
    const both = texts[panel.dataset.of];
    panel.hidden = !both;
    if (!both) continue;
    panel.querySelector(".theirs").innerHTML = both.theirs;
    panel.querySelector(".mine").innerHTML = both.mine;
    // Seen now, so that it may be saved.
    form.elements[`initial-${panel.dataset.of}`].value = now[panel.dataset.of];
  }
});
