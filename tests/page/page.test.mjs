// The report page in a real browser. tests/page.rs makes the page and starts this with its path in REPORT and the
// browser's in CHROMIUM.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const address = pathToFileURL(process.env.REPORT).href;
const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const WIDTHS = [375, 768, 1280];
const SCHEMES = ["light", "dark"];

let browser;
before(async () => {
  // A container's root user has no sandbox.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
});
after(() => browser?.close());

/** The page, open and drawn, in a browser without a network; what it complains of and asks for. */
async function open({ width = 1280, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, offline: true });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (url !== address && !/^(data|blob):/.test(url)) complaints.push(`asked for ${url}`);
  });
  await page.goto(address);
  const places = await page.locator(".plot").count();
  await page.waitForFunction((count) => document.querySelectorAll(".plot .main-svg").length >= count, places);
  return { page, complaints };
}

for (const colorScheme of SCHEMES) {
  test(`loads without complaint or request and fits every width, ${colorScheme}`, async () => {
    const { page, complaints } = await open({ width: WIDTHS[0], colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const content = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(content <= width, `${content} px of content in ${width} px`);
    }
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test(`has no serious violation of accessibility, ${colorScheme}`, async () => {
    const { page } = await open({ colorScheme });
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => (await axe.run()).violations);
    const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    const told = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    assert.deepEqual(told, []);
    await page.context().close();
  });
}

test("is dark where the reader's system is", async () => {
  const ground = async (colorScheme) => {
    const { page } = await open({ colorScheme });
    const colours = await page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.querySelector("#losses .xtitle")).fill,
    ]);
    await page.context().close();
    return colours;
  };
  const [light, dark] = [await ground("light"), await ground("dark")];
  assert.notEqual(light[0], dark[0]);
  assert.notEqual(light[1], dark[1], "the charts' text follows");
});

test("the slider changes the picture, by keyboard too", async () => {
  const { page } = await open();
  const plot = page.locator("#film-losses2");
  const told = page.locator("#film-losses2-output");
  await page.locator("#film-losses2-slider").focus();
  assert.match(await told.textContent(), /^Step 0: loss 0\.8492/);
  const first = await plot.screenshot();
  await page.keyboard.press("ArrowRight");
  assert.match(await told.textContent(), /^Step 1: /);
  const second = await plot.screenshot();
  assert.ok(!first.equals(second), "step 1 looks like step 0");
  await page.keyboard.press("End");
  assert.match(await told.textContent(), /^Step 8000: loss \d/);
  const last = await plot.screenshot();
  await page.locator("[data-stretch=film-losses2]").check();
  assert.ok(!last.equals(await plot.screenshot()), "stretched colours look the same");
  await page.context().close();
});

test("the slider's steps lie between the notebook's pictures as well", async () => {
  const { page } = await open();
  const steps = await page.evaluate(() =>
    JSON.parse(document.getElementById("data").textContent).films["film-losses1"].map(({ step }) => step));
  for (const step of [0, 2000, 4000, 6000, 8000]) assert.ok(steps.includes(step), `step ${step}`);
  assert.ok(steps.filter((step) => step > 0 && step < 2000).length >= 50, steps.join(" "));
  await page.context().close();
});

test("each curve can be switched off and on", async () => {
  const { page } = await open();
  const curves = page.locator("#losses .scatterlayer .trace");
  assert.equal(await curves.count(), 4);
  const switches = page.locator("[data-curve]");
  for (const index of [0, 1, 2, 3]) {
    await switches.nth(index).uncheck();
    assert.equal(await curves.count(), 3);
    await switches.nth(index).check();
    assert.equal(await curves.count(), 4);
  }
  await page.context().close();
});

test("the loss has a logarithmic axis that can be switched off", async () => {
  const { page } = await open();
  const type = () => page.evaluate(() => document.getElementById("losses")._fullLayout.yaxis.type);
  assert.equal(await type(), "log");
  await page.locator("[data-log=losses]").uncheck();
  assert.equal(await type(), "linear");
  await page.context().close();
});

test("the charts tell values and zoom", async () => {
  const { page } = await open();
  for (const id of ["losses", "errors-plot", "map-random", "film-losses1"]) {
    const plot = page.locator(`#${id} .nsewdrag`).first();
    await plot.scrollIntoViewIfNeeded();
    await plot.hover();
    await page.locator(`#${id} .hoverlayer`).getByText(/\d/).first().waitFor();
  }
  const range = () => page.evaluate(() => document.getElementById("losses")._fullLayout.xaxis.range.map(Number));
  const before = await range();
  const plot = page.locator("#losses .nsewdrag").first();
  await plot.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await plot.boundingBox();
  await page.mouse.move(x + width * 0.2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.4, y + height / 2, { steps: 5 });
  await page.mouse.up();
  const [low, high] = await range();
  assert.ok(low > before[0] && high < before[1], `${before} before, ${low},${high} after`);
  await page.context().close();
});

test("each run's errors can be shown", async () => {
  const { page } = await open();
  const drawn = () => page.evaluate(() => document.getElementById("errors-plot").data.map(({ name }) => name).join());
  const seen = new Set();
  for (const radio of await page.locator("input[name=run]").all()) {
    await radio.check();
    seen.add(await drawn());
  }
  assert.equal(seen.size, 4, [...seen].join("\n"));
  await page.context().close();
});

test("links lead somewhere, ids are unique, and no text box is empty", async () => {
  const { page } = await open();
  const faults = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
    const links = [...document.querySelectorAll("a[href^='#']")].map((link) => link.hash.slice(1));
    const dead = links.filter((id) => !document.getElementById(id));
    const empty = [...document.querySelectorAll("main pre")].filter((pre) => !pre.textContent.trim());
    return { twice, dead, empty: empty.map((pre) => pre.closest("article").id) };
  });
  assert.deepEqual(faults, { twice: [], dead: [], empty: [] });
  await page.context().close();
});
