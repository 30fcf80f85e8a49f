// Opening the report in Chromium, and looking at what a reader sees: the pixels of a chart, the words of a tooltip.
import { chromium } from "playwright-core";

const program = process.env.BROWSER_PROGRAM;
export const report = process.env.REPORT;

export const launch = () => chromium.launch({ executablePath: program, args: ["--headless", "--no-sandbox", "--disable-gpu"] });

/// The report in a page of its own. problems: everything the console complained about; requests: every address that was asked for.
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, colorScheme: "light", acceptDownloads: true, ...options });
  const page = await context.newPage();
  const problems = [], requests = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) problems.push(message.text()); });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto("file://" + report);
  return { page, context, problems, requests };
}

/// Brings a figure into view; its charts are drawn then. Returns it.
export async function figure(page, id) {
  const element = page.locator("#" + id);
  await element.scrollIntoViewIfNeeded();
  await page.locator(`#${id}[data-drawn]`).waitFor();
  await settled(page);
  return element;
}

/// Charts are drawn between two frames.
export const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/// How many pixels of a panel's canvas have the colour, give or take what smoothing does.
export async function pixels(element, panel, colour) {
  await settled(element.page());
  return element.locator(".plot canvas").nth(panel).evaluate((canvas, hex) => {
    const wanted = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] > 200 && wanted.every((v, c) => Math.abs(v - data[i + c]) < 12)) ++count;
    return count;
  }, colour);
}

/// The whole canvas of a panel as text, to compare with another one.
export async function drawing(element, panel = 0) {
  await settled(element.page());
  return element.locator(".plot canvas").nth(panel).evaluate((canvas) => canvas.toDataURL());
}

/// The colour of a curve's button, as the page says.
export const colourOf = (button, variable) =>
  button.evaluate((node, name) => getComputedStyle(node).getPropertyValue(name).trim(), variable);

/// The fields of a CSV file of numbers with a quoted header.
export function table(text) {
  const [head, ...lines] = text.trim().split("\n");
  return { names: head.slice(1, -1).split('","'), rows: lines.map((line) => line.split(",")) };
}
