// What a reader does with the report page, done in a real browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { dirname } from "node:path";
import { colourOf, drawing, figure, launch, open, pixels, report, settled, table } from "./browser.mjs";

let browser, page, context, problems, requests, chart;
before(async () => {
  browser = await launch();
  ({ page, context, problems, requests } = await open(browser));
  chart = await figure(page, "first-figure-1");
});
after(async () => browser?.close());

const button = (k) => chart.locator("button.curve").nth(k);
const pressed = async (k) => (await button(k).getAttribute("aria-pressed")) === "true";
const showAll = () => chart.locator("button.all").click();
const linePixels = async (k, panel = 0) => pixels(chart, panel, await colourOf(button(k), "--light"));

test("every curve is drawn in the colour of its name, in every panel", async () => {
  assert.equal(await chart.locator(".plot canvas").count(), 2);
  for (const panel of [0, 1])
    for (const k of [0, 1, 2]) assert.ok((await linePixels(k, panel)) > 100, `curve ${k} in panel ${panel}`);
});

test("the three curves have three colours, and a label has the same one in another experiment", async () => {
  const colours = await Promise.all([0, 1, 2].map((k) => colourOf(button(k), "--light")));
  assert.equal(new Set(colours).size, 3);
  const other = await figure(page, "second-figure-1");
  const twin = other.locator("button.curve", { hasText: "gamma 10" });
  assert.equal(await colourOf(twin, "--light"), colours[2]);
  assert.ok((await pixels(other, 0, colours[2])) > 100);
  await chart.scrollIntoViewIfNeeded();
});

test("a click hides a curve in every panel and shows it again", async () => {
  await button(1).click();
  assert.equal(await pressed(1), false);
  assert.equal(await linePixels(1, 0), 0);
  assert.equal(await linePixels(1, 1), 0);
  assert.ok((await linePixels(0)) > 100);
  await button(1).click();
  assert.equal(await pressed(1), true);
  assert.ok((await linePixels(1)) > 100);
});

test("a double click isolates a curve, a second one shows all again", async () => {
  await button(2).dblclick();
  assert.deepEqual(await Promise.all([0, 1, 2].map(pressed)), [false, false, true]);
  assert.equal(await linePixels(0), 0);
  assert.ok((await linePixels(2)) > 100);
  await button(2).dblclick();
  assert.deepEqual(await Promise.all([0, 1, 2].map(pressed)), [true, true, true]);
  assert.ok((await linePixels(0)) > 100);
});

test("the keyboard reaches the names: Space hides, Enter isolates, and the focus is seen", async () => {
  await chart.locator(".plot").nth(1).focus();
  await page.keyboard.press("Tab");
  const focused = await page.evaluate(() => document.activeElement.textContent);
  assert.equal(focused, "gamma 1");
  assert.notEqual(await button(0).evaluate((node) => getComputedStyle(node).outlineStyle), "none");
  await page.keyboard.press("Space");
  assert.equal(await pressed(0), false);
  assert.equal(await linePixels(0), 0);
  await page.keyboard.press("Space");
  assert.equal(await pressed(0), true);
  await page.keyboard.press("Enter");
  assert.deepEqual(await Promise.all([0, 1, 2].map(pressed)), [true, false, false]);
  await showAll();
});

test("the logarithmic axis can be switched off and on again", async () => {
  const log = chart.locator("button.log[data-axis=y]").first(), other = await drawing(chart, 1), before = await drawing(chart);
  assert.equal(await log.getAttribute("aria-pressed"), "true");
  await log.click();
  assert.equal(await log.getAttribute("aria-pressed"), "false");
  assert.equal(await drawing(chart), other);  // the second panel shows the same quantity on a linear axis
  await log.click();
  assert.equal(await drawing(chart), before);
});

test("the horizontal axis can be the training time", async () => {
  const before = await drawing(chart), axis = chart.locator("select.axis");
  await axis.selectOption("train_seconds");
  assert.equal(await chart.locator(".x-name").first().textContent(), "training time [s]");
  assert.notEqual(await drawing(chart), before);
  assert.ok((await linePixels(2)) > 100);
  await axis.selectOption("");
  assert.equal(await chart.locator(".x-name").first().textContent(), "sweep");
  assert.equal(await drawing(chart), before);
});

test("the pointer reads the values of the picture's data", async () => {
  const over = await chart.locator(".u-over").first().boundingBox();
  await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
  await settled(page);
  const tip = chart.locator(".tip").first();
  assert.equal(await tip.isVisible(), true);
  assert.equal(await tip.locator(".at").textContent(), "sweep 15");  // the middle of 0 ... 30
  const { names, rows } = table(readFileSync(dirname(report) + "/figures/first-quick/first.csv", "utf8"));
  const column = names.indexOf("gamma 3: train_loss median");
  const shown = await tip.locator(".row", { hasText: "gamma 3" }).locator("b").textContent();
  assert.equal(parseFloat(shown), Number(Number(rows[15][column]).toPrecision(4)));
  await page.mouse.move(0, 0);
  await settled(page);
  assert.equal(await tip.isVisible(), false);
});

test("dragging zooms, and the button resets", async () => {
  const before = await drawing(chart), over = await chart.locator(".u-over").first().boundingBox();
  await page.mouse.move(over.x + 0.2 * over.width, over.y + 20);
  await page.mouse.down();
  await page.mouse.move(over.x + 0.5 * over.width, over.y + 22, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(0, 0);
  assert.notEqual(await drawing(chart), before);
  await chart.locator("button.reset").click();
  assert.equal(await drawing(chart), before);
});

test("arrow keys read the values aloud, plus and 0 zoom and reset", async () => {
  const before = await drawing(chart), plot = chart.locator(".plot").first();
  await plot.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  assert.match(await chart.locator(".readout").textContent(), /^sweep 1: (gamma \d+ [\d.]+(; )?){3}$/);
  await page.keyboard.press("+");
  assert.notEqual(await drawing(chart), before);
  await page.keyboard.press("0");
  assert.equal(await drawing(chart), before);
});

test("the numbers are saved as CSV and the command is copied", async () => {
  const [download] = await Promise.all([page.waitForEvent("download"), chart.locator("button.csv").click()]);
  assert.equal(download.suggestedFilename(), "first.csv");
  const { names, rows } = table(readFileSync(await download.path(), "utf8"));
  assert.deepEqual(names, ["quantity", "curve", "iteration", "train_seconds", "median", "low", "high"]);
  assert.equal(rows.length, 2 * 3 * 31);  // panels, curves, iterations 0 ... 30
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chart.locator("button.copy").click();
  await page.getByText("Copied").waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /bcdbench run .*first\.toml/);
});

test("what the paper prints is hollow, has its source, goes with its name, and stays off another axis", async () => {
  const other = await figure(page, "second-figure-1");
  const name = other.locator("button.curve", { hasText: "printed" });
  const grey = await colourOf(name, "--light");
  const seen = () => pixels(other, 0, grey);
  assert.ok((await seen()) > 30);
  await name.click();
  assert.equal(await seen(), 0);
  await name.click();
  assert.ok((await seen()) > 30);
  await other.locator("select.axis").selectOption("train_seconds");
  assert.equal(await seen(), 0);
  await other.locator("select.axis").selectOption("");
  assert.match(await other.locator("figcaption").textContent(), /Hollow marks, printed: Table 1 of the paper\./);
  const [download] = await Promise.all([page.waitForEvent("download"), other.locator("button.csv").click()]);
  const lines = readFileSync(await download.path(), "utf8").split("\n");
  assert.equal(lines.filter((line) => line.includes("printed (Table 1 of the paper)")).length, 2);
  await chart.scrollIntoViewIfNeeded();
});

test("the claims are filtered by verdict and paper, by the matrix too, and sorted", async () => {
  const shown = () => page.locator("#claims tbody tr:visible").count();
  assert.equal(await shown(), 3);
  await page.locator(".filters").getByLabel("Verdict").selectOption("fails");
  assert.equal(await shown(), 1);
  await page.locator(".matrix a[data-paper=second2001][data-verdict=holds]").click();
  assert.equal(await shown(), 1);
  assert.match(await page.locator("#claims tbody tr:visible").textContent(), /second2001/);
  await page.locator(".filters").getByLabel("Verdict").selectOption("");
  await page.locator(".filters").getByLabel(/^Paper/).selectOption("");
  await page.getByRole("button", { name: "Verdict" }).click();
  await page.getByRole("button", { name: "Verdict" }).click();
  assert.match(await page.locator("#claims tbody tr").last().textContent(), /fails/);
  assert.equal(await page.locator("#claims th[aria-sort=descending]").count(), 1);
});

test("a phone shows the page without scrolling sideways, light and dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const phone = await open(browser, { viewport: { width: 390, height: 844 }, colorScheme, hasTouch: true });
    const small = await figure(phone.page, "first-figure-1");
    const variable = colorScheme === "dark" ? "--dark" : "--light";
    assert.ok((await pixels(small, 0, await colourOf(small.locator("button.curve").first(), variable))) > 100);
    assert.ok((await phone.page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
    assert.deepEqual(phone.problems, []);
    await phone.context.close();
  }
});

test("paper gets the pictures and no controls", async () => {
  await page.emulateMedia({ media: "print" });
  assert.equal(await chart.locator(".chart").isVisible(), false);
  assert.equal(await chart.locator("img.static").isVisible(), true);
  assert.ok((await chart.locator("img.static").evaluate((image) => image.naturalWidth)) > 300);
  assert.equal(await page.locator("button:visible").filter({ hasNotText: "↕" }).and(page.locator("figure button, button.copy")).count(), 0);
  await page.emulateMedia({ media: "screen" });
});

test("without scripts the page has its pictures and plain tables", async () => {
  const plain = await open(browser, { javaScriptEnabled: false });
  assert.equal(await plain.page.locator("#first-figure-1 img.static").isVisible(), true);
  assert.equal(await plain.page.locator("#first-figure-1 .chart").isVisible(), false);
  assert.equal(await plain.page.locator("#claims tbody tr:visible").count(), 3);
  assert.equal(await plain.page.locator("button:visible").count(), 0);
  await plain.context.close();
});

test("links within the page lead somewhere, and the files that it names lie beside it", async () => {
  const lost = await page.evaluate(() => [...document.querySelectorAll("a[href^='#']")]
    .filter((link) => !document.getElementById(decodeURIComponent(link.hash.slice(1)))).map((link) => link.hash));
  assert.deepEqual(lost, []);
  const files = await page.evaluate(() => [...document.querySelectorAll("a[href]:not([href^='#'])")].map((link) => link.getAttribute("href")));
  assert.ok(files.length > 10);
  for (const file of files) readFileSync(dirname(report) + "/" + file);
});

test("nothing but the file itself was asked for, and the console is silent", () => {
  assert.deepEqual(requests.filter((address) => !/^(data:|blob:)/.test(address)), ["file://" + report]);
  assert.deepEqual(problems, []);
});
