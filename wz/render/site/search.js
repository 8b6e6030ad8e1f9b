"use strict";
// Finds cases by title, unit, category, area and id. The rows come from search/<year>.js, fetched when first needed.
(function () {
  const words = document.getElementById("words");
  const found = document.getElementById("found");
  const count = document.getElementById("count");
  const latest = document.getElementById("latest");
  const years = words.dataset.years.split(",");
  const SHOWN = 100;
  let rows = [];
  let loading = null;

  window.wzFound = (_year, some) => { rows = rows.concat(some); };

  function load() {
    if (loading === null) {
      loading = years.reduce((before, year) => before.then(() => new Promise((done) => {
        const script = document.createElement("script");
        script.src = "search/" + year + ".js";
        script.onload = script.onerror = done;
        document.head.append(script);
      })), Promise.resolve());
    }
    return loading;
  }

  function element(name, classes, text) {
    const made = document.createElement(name);
    made.className = classes;
    made.textContent = text;
    return made;
  }

  function item([id, title, category, unit, _area, answered, rating]) {
    const link = document.createElement("a");
    link.href = "cases/" + id + ".html";
    const facts = element("span", "facts", "");
    facts.append(element("span", "tag", category), element("span", "", unit), element("span", "", answered + " 答复"));
    if (rating) facts.append(element("span", "", "评价：" + rating));
    link.append(element("span", "title", title), facts);
    const one = document.createElement("li");
    one.append(link);
    return one;
  }

  async function search() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    history.replaceState(null, "", wanted.length ? "#" + encodeURIComponent(words.value) : location.pathname);
    latest.hidden = wanted.length > 0;
    if (wanted.length === 0) {
      found.replaceChildren();
      count.textContent = "";
      return;
    }
    await load();
    if (wanted.join(" ") !== words.value.toLowerCase().split(/\s+/).filter(Boolean).join(" ")) return;
    const fits = rows.filter((row) => {
      const text = row.join(" ").toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
    count.textContent = fits.length ? "找到" + fits.length + "件" + (fits.length > SHOWN ? "，显示最新的" + SHOWN + "件" : "") : "没有找到";
    found.replaceChildren(...fits.slice(0, SHOWN).map(item));
  }

  let waiting = 0;
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  document.getElementById("search").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  if (location.hash.length > 1) {
    try {
      words.value = decodeURIComponent(location.hash.slice(1));
    } catch (_error) {
      words.value = "";
    }
    search();
  }
})();
