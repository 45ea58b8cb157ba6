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

/** Opens all that loads folded. */
const unfold = (page) =>
  page.evaluate(() => document.querySelectorAll("details:not(.values)").forEach((box) => (box.open = true)));

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
  await unfold(page);
  const places = await page.locator(".plot").count();
  await page.waitForFunction((count) => document.querySelectorAll(".plot .axes text").length > count, places);
  return { page, complaints };
}

for (const colorScheme of SCHEMES) {
  test(`loads without complaint or request and fits every width, ${colorScheme}`, async () => {
    const { page, complaints } = await open({ width: WIDTHS[0], colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const content = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(content <= width, `${content} px of content in ${width} px`);
      const right = (selector) => page.locator(selector).last().evaluate((it) => Math.round(it.getBoundingClientRect().right));
      assert.equal(await right(".verdicts li"), await right(".verdicts"), `the last row of cards at ${width} px`);
    }
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test(`has no serious violation of accessibility, ${colorScheme}`, async () => {
    const { page } = await open({ colorScheme });
    // It can't tell contrast over the shadow where lines go on.
    await page.addStyleTag({ content: "pre { background-image: none !important }" });
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
      getComputedStyle(document.querySelector("#losses .axes text")).fill,
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
  assert.match(await told.textContent(), /^Step 8,000: loss \d/);
  const last = await plot.screenshot();
  await page.locator("[data-stretch=film-losses2]").check();
  assert.ok(!last.equals(await plot.screenshot()), "stretched colours look the same");
  await page.context().close();
});

test("the slider's steps lie between the notebook's pictures as well", async () => {
  const { page } = await open();
  const steps = await page.evaluate(() =>
    JSON.parse(document.getElementById("data").textContent).charts["film-losses1"].frames.map(({ step }) => step));
  for (const step of [0, 2000, 4000, 6000, 8000]) assert.ok(steps.includes(step), `step ${step}`);
  assert.ok(steps.filter((step) => step > 0 && step < 2000).length >= 50, steps.join(" "));
  await page.context().close();
});

test("each curve can be switched off and on", async () => {
  const { page } = await open();
  const curves = page.locator("#losses .curve path");
  assert.equal(await curves.count(), 4);
  const switches = page.locator("figure:has(#losses) [data-curve]");
  for (const index of [0, 1, 2, 3]) {
    await switches.nth(index).uncheck();
    assert.equal(await curves.count(), 3);
    await switches.nth(index).check();
    assert.equal(await curves.count(), 4);
  }
  await page.context().close();
});

/** The numbers on a chart's horizontal axis. */
const ticks = async (page, id) => {
  const labels = await page.locator(`#${id} .axes text:not(.y, .bar, [transform])`).allTextContents();
  return labels.slice(0, -1).map((label) => Number(label.replaceAll(",", "")));
};

test("the loss has a logarithmic axis that can be switched off", async () => {
  const { page } = await open();
  const labels = async () => (await page.locator("#losses .axes .y").allTextContents()).join(" ");
  assert.match(await labels(), /10⁻¹² .*10⁰/);
  await page.locator("figure:has(#losses) [data-log]").uncheck();
  assert.doesNotMatch(await labels(), /10⁻/);
  await page.context().close();
});

test("the charts tell the values of the report at the pointer", async () => {
  const { page } = await open();
  const told = async (id, x, y) => {
    const { width, height } = await page.locator(`#${id}`).boundingBox();
    await page.locator(`#${id}`).hover({ position: { x: width * x, y: height * y } });
    return page.locator(`#${id} .readout`).innerText();
  };
  const { charts } = await page.evaluate(() => JSON.parse(document.getElementById("data").textContent));
  const { runs } = JSON.parse(readFileSync(new URL("report.json", address), "utf8"));
  runs.forEach(({ losses }, k) => (charts.losses.curves[k].values = losses.map((loss) => Number(loss.toPrecision(5)))));
  for (const [id, chart] of [["losses", charts.losses], ["errors-plot", charts["errors-losses2"]]]) {
    const text = await told(id, 0.5, 0.5);
    const step = Number(/step ([\d,]+)/.exec(text)[1].replace(",", ""));
    for (const { name, values } of chart.curves) {
      assert.ok(text.includes(`${name.replace(/\s+/g, " ")}: ${String(values[step]).replace("-", "−")}`), `${name} in ${text}`);
    }
  }
  const [, column, row, value] = /column (\d), row (\d)\s+(\S+)/.exec(await told("film-losses1", 0.3, 0.7));
  const difference = charts["film-losses1"].frames[0].values;
  assert.equal(Number(value.replace("−", "-")), difference[row * 4 + Number(column)]);
  assert.match(await told("map-random", 0.4, 0.5), /contraction 0\.\d+ a step\s+stable below \d/);
  assert.match(await told("map-random", 0.8, 0.8), /diverged/);
  await page.context().close();
});

test("a chart zooms where it is dragged over and by keyboard, and shows all again", async () => {
  const { page } = await open();
  const plot = page.locator("#losses");
  await plot.scrollIntoViewIfNeeded();
  const all = await ticks(page, "losses");
  assert.ok(all.includes(0) && all.includes(9000), all.join());
  const { x, y, width, height } = await plot.boundingBox();
  await page.mouse.move(x + width * 0.3, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.5, y + height / 2, { steps: 5 });
  await page.mouse.up();
  const zoomed = await ticks(page, "losses");
  assert.ok(Math.min(...zoomed) > 2000 && Math.max(...zoomed) < 5500, zoomed.join());
  await page.mouse.dblclick(x + width / 2, y + height / 2);
  assert.deepEqual(await ticks(page, "losses"), all);
  await plot.focus();
  await page.keyboard.press("+");
  assert.notDeepEqual(await ticks(page, "losses"), all);
  await page.keyboard.press("0");
  assert.deepEqual(await ticks(page, "losses"), all);
  await page.context().close();
});

test("arrow keys move the readout", async () => {
  const { page } = await open();
  for (const [id, key] of [["losses", "ArrowRight"], ["map-random", "ArrowUp"], ["film-losses1", "ArrowDown"]]) {
    const readout = page.locator(`#${id} .readout`);
    await page.locator(`#${id}`).focus();
    await page.keyboard.press(key);
    const first = await readout.innerText();
    await page.keyboard.press(key);
    assert.notEqual(await readout.innerText(), first, id);
    await page.keyboard.press("Escape");
    assert.ok(await readout.isHidden(), id);
  }
  await page.context().close();
});

test("each chart has its values as a table", async () => {
  const { page } = await open();
  for (const [id, text] of [["losses", "10,000|9,999"], ["errors-plot", "999"], ["map-diag", "diverged"], ["film-losses2", "3"]]) {
    const table = page.locator(`#${id} ~ .values`).first();
    await table.locator("summary").click();
    await table.locator("td").first().waitFor();
    assert.ok(await table.locator("td").count() >= 16, id);
    assert.match(await table.innerText(), new RegExp(text), id);
  }
  await page.context().close();
});

test("each run's errors can be shown", async () => {
  const { page } = await open();
  const seen = new Set();
  for (const radio of await page.locator("input[name=run]").all()) {
    await radio.check();
    seen.add(await page.locator("#errors-plot .curve path").first().getAttribute("d"));
  }
  assert.equal(seen.size, 4);
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
