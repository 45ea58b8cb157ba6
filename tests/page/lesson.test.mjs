// The page as a lesson, in a real browser: the playground and its proof, folding, addresses, search, paper, no script.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const address = pathToFileURL(process.env.REPORT);
const report = JSON.parse(readFileSync(new URL("report.json", address), "utf8"));

let browser;
before(async () => {
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
});
after(() => browser?.close());

/** The page as it loads, in a browser without a network; what it complains of. */
async function open({ hash = "", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(address.href + hash);
  return { page, complaints, close: () => context.close() };
}

test("computes the report's 40,000 losses to the bit, and says so", async () => {
  const { page, complaints, close } = await open();
  const computed = await page.evaluate((settings) => settings.map(({ matrix, learning_rate, momentum, steps }) => {
    const run = new Run({ matrix: named(matrix), parameter: START, learningRate: learning_rate, momentum });
    return Array.from({ length: steps }, () => run.step());
  }), report.runs.map(({ losses, ...setting }) => setting));
  const equal = report.runs.map(({ losses }, k) => losses.filter((loss, step) => Object.is(Math.fround(loss), computed[k][step])).length);
  assert.deepEqual(equal, [10000, 10000, 10000, 10000]);
  await page.getByRole("button", { name: "Prove it" }).click();
  await page.locator("#proof strong").waitFor();
  assert.equal(await page.locator("#proof strong").textContent(), "40,000 of 40,000");
  assert.equal(await page.locator("#proof li").count(), 4);
  // A wrong bit is seen.
  await page.evaluate(() => (runs[1].bits[5000] ^= 1));
  await page.locator("#prove").click();
  await page.getByText("39,999 of 40,000").waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

/** Everything that moves in the playground. */
const picture = (page) => page.evaluate(() => [
  document.querySelector("#play-loss .curve path").getAttribute("d"),
  [...document.querySelectorAll("#play-errors .curve path")].map((path) => path.getAttribute("d")).join(),
  document.querySelector("#play-residual .cells").innerHTML,
  document.querySelectorAll("#play-map .mark")[1].getAttribute("transform"),
  document.getElementById("factors-now").innerHTML,
  document.getElementById("told").textContent,
]);

test("all of the playground follows each control, by keyboard", async () => {
  const { page, complaints, close } = await open();
  const settled = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.locator("#play-step").focus();
  await page.keyboard.press("PageUp");
  let last = await picture(page);
  for (const id of ["rate-slider", "momentum-slider"]) {
    await page.locator(`#${id}`).focus();
    await page.keyboard.press("ArrowLeft");
    await settled();
    const now = await picture(page);
    now.forEach((part, k) => assert.notEqual(part, last[k], `part ${k} after ${id}`));
    last = now;
  }
  assert.equal(await page.locator("#rate").inputValue(), "0.89");
  await page.locator("#play-map").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await settled();
  assert.notEqual((await picture(page))[3], last[3], "Enter takes the setting on the map");
  await page.getByRole("button", { name: "random, 0.9" }).click();
  await settled();
  assert.match(await page.locator("#told").textContent(), /momentum makes the descent faster/);
  await page.getByRole("button", { name: "diagonal, 0.9" }).click();
  await settled();
  assert.match(await page.locator("#told").textContent(), /√β = 0\.9487 .* slower/);
  assert.deepEqual(complaints, []);
  await close();
});

test("the rings of the playground lie where Rust put the dots of the same setting", async () => {
  const { page, close } = await open();
  const places = (selector) => page.locator(selector).evaluateAll((circles) =>
    circles.map((it) => ["cx", "cy"].map((name) => Number(it.getAttribute(name)).toFixed(1)).join()).sort());
  const dots = await places("#what figure:last-child .c0 circle");
  assert.equal(dots.length, 4);
  assert.deepEqual(await places("#factors-now circle"), dots);
  await close();
});

test("the circle on the map can be dragged", async () => {
  const { page, close } = await open();
  await page.locator("#play-map").scrollIntoViewIfNeeded();
  const { x, y, width, height } = await page.locator("#play-map").boundingBox();
  await page.mouse.move(x + width * 0.4, y + height * 0.5);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.5, y + height * 0.3, { steps: 4 });
  await page.mouse.up();
  const momentum = Number(await page.locator("#momentum").inputValue());
  assert.ok(momentum > 0.5 && momentum < 0.9, String(momentum));
  await close();
});

test("bad input gets one plain sentence beside its field", async () => {
  const { page, complaints, close } = await open();
  await page.getByRole("radio", { name: "typed" }).check();
  for (const [text, told] of [
    ["1 2\n2 4", "no inverse"], ["1 2\n3", "isn't square"], ["1 x\n2 3", "“x” isn't a number"], ["nan 1\n1 1", "“nan” isn't a number"],
    ["1e30 0\n0 1", "too large"], ["0 0\n0 0", "no inverse"], ["", "no number yet"],
  ]) {
    await page.locator("#typed-matrix").fill(text);
    await page.locator("#matrix-fault", { hasText: told }).waitFor({ timeout: 5000 });
  }
  await page.locator("#typed-matrix").fill("2 1\n1 3");
  await page.locator("#matrix-fault").waitFor({ state: "hidden" });
  for (const [id, text, told] of [
    ["rate", "50", "diverges"], ["rate", "-1", "greater than 0"], ["rate", "", "greater than 0"], ["momentum", "1", "less than 1"],
  ]) {
    await page.locator(`#${id}`).fill(text);
    await page.locator(`#${id}-fault`, { hasText: told }).waitFor({ timeout: 5000 });
    await page.locator(`#${id}`).fill("0.5");
    await page.locator(`#${id}-fault`).waitFor({ state: "hidden" });
  }
  assert.deepEqual(complaints, []);
  await close();
});

test("loads folded, and opens what the address names", async () => {
  const { page, close } = await open();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  assert.ok(height < 5000, `${height} px`);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await close();
  const visit = await open({ hash: "#14_run_backward" });
  const pair = visit.page.locator("[id='14_run_backward'] table.code");
  await pair.waitFor();
  const { top } = await visit.page.locator("[id='14_run_backward']").evaluate((it) => it.getBoundingClientRect());
  assert.ok(top > -50 && top < 450, `${top} px`);
  await visit.close();
});

test("an error's text leads to its pair", async () => {
  const { page, close } = await open({ hash: "#idioms" });
  await page.locator("#filter").fill("Trying to backward through the graph a second time");
  assert.ok(await page.locator("[id='13_retain_graph']").isVisible());
  assert.ok(await page.locator("[id='07_aliasing']").isHidden());
  const pairs = await page.locator(".idiom").count();
  assert.match(await page.locator("#found").textContent(), new RegExp(`^\\d+ of ${pairs} pairs`));
  const lost = await page.evaluate(() => [...document.querySelectorAll("#symptoms option")].map(({ value }) => {
    field("filter").value = value;
    filter();
    return document.querySelector(".idiom:not([hidden])") ? "" : value;
  }).filter(Boolean));
  assert.deepEqual(lost, [], "each error that is proposed is found");
  await close();
});

for (const media of ["screen", "print"]) {
  test(`without JavaScript text, outputs and still pictures are all there, on ${media}`, async () => {
    const { page, close } = await open({ javaScriptEnabled: false });
    await page.emulateMedia({ media });
    if (media === "screen") {
      // Open as a reader does, from the outside in.
      for (const id of ["notebook", "why"]) await page.locator(`#${id} > summary`).click();
      await page.locator(".cell .reveal > summary").first().click();
    }
    assert.ok(await page.locator("#play").isHidden());
    for (const place of ["#playground", "#cell-14", "#cell-15", "#cell-18", "#errors", "#maps"]) {
      assert.ok(await page.locator(`${place} .still svg`).first().isVisible(), place);
    }
    for (const text of [".cell .printed", "#cell-12 table.code"]) assert.ok(await page.locator(text).first().isVisible(), text);
    await close();
  });
}
