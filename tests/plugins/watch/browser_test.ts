/** The page in a real browser: it grows with the run, and nothing on it runs but its own script. */
import assert from "node:assert/strict"
import { appendFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { browser, keepPhoto, noChromium, violations } from "../../support/chromium.ts"
import { HOSTILE, runs, serving } from "./support.ts"

test("the page grows with its run, shows hostile names as text, and has no mistakes", {
  skip: noChromium
}, async () => {
  const { folder, remove } = await runs()
  const { url, close } = await serving(folder)
  const { page, complaints, close: closeBrowser } = await browser(1000, 900)
  after(async () => {
    await closeBrowser()
    await close()
    remove()
  })
  await page.goto(url)
  await page.getByRole("link", { name: HOSTILE }).click()
  await page.getByText("Told").waitFor()
  assert.match(await page.locator("#log").innerHTML(), /&lt;img src=x/)
  assert.equal(await page.locator("main img").count(), 0)
  const run = join(folder, HOSTILE)
  const row = { stage: "meta-training", step: 9, task: HOSTILE, metric: "meanReturn", value: 5 }
  appendFileSync(join(run, "events.jsonl"), `${JSON.stringify(row)}\n`)
  appendFileSync(
    join(run, "progress.jsonl"),
    `${JSON.stringify({ time: "2026-01-01T00:00:00Z", stage: "one more", done: 3, total: 7, unit: "subsets" })}\n`
  )
  await page.getByText("3/7 subsets").waitFor()
  await page.locator('#curves svg[aria-label^="Learning curves of 4 tasks"]').waitFor()
  assert.equal(await page.title(), `${HOSTILE}: pgex watch`)
  assert.deepEqual(await violations(page), [])
  await keepPhoto(page, "watch-run")
  await page.goto(`${url}/run?name=whole`)
  await page.locator('#affinity svg[aria-label*="3 by 3 tasks"]').waitFor()
  assert.deepEqual(await violations(page), [])
  await keepPhoto(page, "watch-whole")
  assert.deepEqual(complaints, [])
})
