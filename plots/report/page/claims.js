// The table of all claims: filters above it, heads that sort it. Without this script it is a plain table.

class ClaimsTable {
  constructor(table) {
    this.table = table;
    this.rows = [...table.tBodies[0].rows];
    this.order = { column: -1, down: false };
    this.bar = table.closest("section").querySelector(".filters");
    this.paper = this.filter("Paper", this.rows.map((row) => row.dataset.paper));
    this.verdict = this.filter("Verdict", this.rows.map((row) => row.dataset.verdict));
    if (this.rows.some((row) => "unexpected" in row.dataset)) this.verdict.append(new Option("not as expected", "unexpected"));
    this.origin = this.filter("Who", this.rows.map((row) => row.dataset.origin));
    this.finding = this.filter("Finding", this.rows.map((row) => row.dataset.finding));
    this.search = this.field();
    this.count = document.createElement("output");
    this.bar.append(this.count);
    [...table.tHead.rows[0].cells].forEach((head, column) => this.sortable(head, column));
    this.apply();
  }

  labelled(name, control) {
    const label = document.createElement("label");
    label.append(name + " ", control);
    this.bar.append(label);
  }

  filter(name, values) {
    const select = document.createElement("select");
    select.append(new Option("all", ""));
    for (const value of [...new Set(values)].sort()) select.append(new Option(value, value));
    select.addEventListener("change", () => this.apply());
    this.labelled(name, select);
    return select;
  }

  field() {
    const input = document.createElement("input");
    input.type = "search";
    input.addEventListener("input", () => this.apply());
    this.labelled("Search", input);
    return input;
  }

  sortable(head, column) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => this.sort(head, column));
  }

  sort(head, column) {
    this.order = { column, down: this.order.column === column && !this.order.down };
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", this.order.down ? "descending" : "ascending");
    const text = (row) => row.cells[column].textContent;
    const sorted = [...this.rows].sort((a, b) => text(a).localeCompare(text(b), undefined, { numeric: true }));
    if (this.order.down) sorted.reverse();
    this.table.tBodies[0].append(...sorted);
  }

  apply() {
    const words = this.search.value.toLowerCase();
    const wanted = (row) =>
      (!this.paper.value || row.dataset.paper === this.paper.value) &&
      (!this.verdict.value || row.dataset.verdict === this.verdict.value ||
       (this.verdict.value === "unexpected" && "unexpected" in row.dataset)) &&
      (!this.origin.value || row.dataset.origin === this.origin.value) &&
      (!this.finding.value || row.dataset.finding === this.finding.value) &&
      row.textContent.toLowerCase().includes(words);
    let shown = 0;
    for (const row of this.rows) {
      row.hidden = !wanted(row);
      shown += row.hidden ? 0 : 1;
    }
    this.count.textContent = shown + " of " + this.rows.length + " claims";
  }

  /// What a count of the matrix stands for.
  pick(paper, verdict) {
    this.paper.value = paper;
    this.verdict.value = verdict;
    this.origin.value = this.finding.value = this.search.value = "";
    this.apply();
  }
}
