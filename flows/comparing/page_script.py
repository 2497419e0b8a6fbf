"""The filters of the page: articles tell by `data-` attributes what they are about."""

SCRIPT = """
"use strict";
(function () {
  const controls = document.getElementById("controls");
  const articles = Array.from(document.querySelectorAll("article"));
  const count = document.getElementById("count");
  const value = function (name) {
    const field = controls.elements[name];
    return field ? field.value : "";
  };
  const has = function (article, key, what) {
    return article.dataset[key].split(" ").includes(what);
  };
  function fits(article) {
    for (const key of ["set", "label", "kind"]) {
      if (value(key) && article.dataset[key] !== value(key)) return false;
    }
    for (const key of ["right", "wrong", "missing"]) {
      if (value(key) && !has(article, key, value(key))) return false;
    }
    if (value("one") && value("other")) {
      const places = article.dataset.places.split(" ");
      if (places[value("one")] === places[value("other")]) return false;
    }
    const wanted = value("text").trim().toLowerCase();
    return !wanted || article.textContent.toLowerCase().includes(wanted);
  }
  function show() {
    let shown = 0;
    for (const article of articles) {
      article.hidden = !fits(article);
      shown += article.hidden ? 0 : 1;
    }
    count.textContent = shown + " of " + articles.length + " spans";
  }
  controls.hidden = false;
  controls.addEventListener("input", show);
  controls.addEventListener("reset", function () { setTimeout(show); });
  controls.addEventListener("submit", function (event) { event.preventDefault(); });
  show();
})();
"""
