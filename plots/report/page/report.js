// The page comes to life: charts as they scroll into view, the table of claims, buttons that copy and save.

function saveText(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {  // a page opened as a file may have no clipboard of its own
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

for (const button of document.querySelectorAll("button.copy")) {
  const words = button.textContent;
  button.addEventListener("click", async () => {
    await copyText(button.dataset.text ?? button.parentElement.querySelector("code").textContent);
    button.textContent = "Copied";
    button.focus();
    setTimeout(() => { button.textContent = words; }, 1500);
  });
}

const figures = [];
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    seen.unobserve(entry.target);
    try {
      const figure = new ChartFigure(entry.target);
      figure.build();
      figures.push(figure);
      entry.target.dataset.drawn = "";
    } catch (error) {  // the picture takes the chart's place
      entry.target.classList.remove("interactive");
      console.error(error);
    }
  }
}, { rootMargin: "600px" });
for (const element of document.querySelectorAll("figure.interactive")) seen.observe(element);
darkScheme.addEventListener("change", () => figures.forEach((figure) => figure.build()));

const claims = document.getElementById("claims");
if (claims) {
  const table = new ClaimsTable(claims);
  for (const link of document.querySelectorAll("a[data-verdict]"))
    link.addEventListener("click", () => table.pick(link.dataset.paper, link.dataset.verdict));
}

// On a narrow screen the contents would push the results off it.
if (window.matchMedia("(max-width: 1000px)").matches) document.querySelector("nav details").open = false;
