// What a form does better with a script: questions that do not apply are hidden, and the characters left are told. Without
// it everything is shown, and the kiosk leaves out what does not apply.
"use strict";

(() => {
  const form = document.querySelector("form");
  const dependent = [...form.querySelectorAll("[data-when]")];

  function chosen(name) {
    return [...form.querySelectorAll("input:checked")].filter((i) => i.name === name && !i.closest("[hidden]")).map((i) => i.value);
  }

  function draw() {
    dependent.forEach((d) => {
      const values = d.dataset.is.split(" ");
      d.hidden = !chosen(d.dataset.when).some((v) => values.includes(v));
    });
  }

  const text = document.getElementById("text"), left = document.getElementById("left");

  function count() {
    const n = Number(text.dataset.most) - [...text.value.trim()].length;
    left.textContent = n < 200 ? text.dataset.left.replace("{n}", n) : "";
  }

  form.addEventListener("change", draw);
  draw();
  if (text) {
    text.addEventListener("input", count);
    count();
  }
  // The page came back with something to mend: that is read first.
  const problems = document.getElementById("problems");
  if (problems) problems.focus();
  document.body.dataset.ready = "true";
})();
