/** The page of runs beside each other, in a real browser, with names that would be scripts if they were not texts. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { pathToFileURL } from "node:url"
import { compared, type Side } from "../../../plugins/sweeps/internal.ts"
import { comparedPage } from "../../../plugins/sweeps/report/mod.ts"
import { browser, keepPhoto, noChromium, violations } from "../../support/chromium.ts"
import { type FigureSeen, faintTexts, isWhole, seenFigures } from "../../support/figures.ts"

const HOSTILE = `<img src=x onerror="console.error(1)"></title><script>console.error(2)</script>"' &amp;`

const side = (label: string, k: number): Side => ({
  label,
  runs: [0, 1, 2].map((seed) => ({
    name: `seed=${seed},${label}`,
    path: label,
    state: "finished",
    startedAt: "2026-01-01T00:00:00.000Z",
    seed,
    config: { seed, grouping: { k }, family: { id: label } },
    headline: HOSTILE,
    returns: [
      { method: "groups by worth", perSeed: [10 * k + seed, 10 * k + seed + 1] },
      { method: HOSTILE, perSeed: [seed] }
    ]
  }))
})

const sides = [side("plain", 2), side(HOSTILE, 3)]
const page = comparedPage(compared(sides), sides)

const folder = mkdtempSync(join(tmpdir(), "pgex-compared-"))
after(() => rmSync(folder, { recursive: true }))

test("runs beside each other are one page: settings and results that differ, in pictures that axe-core accepts; names are texts", {
  skip: noChromium
}, async () => {
  const file = join(folder, "compared.html")
  writeFileSync(file, page)
  const { page: tab, complaints, close } = await browser(1200, 900)
  try {
    await tab.goto(pathToFileURL(file).href)
    const figures: readonly FigureSeen[] = await tab.evaluate(seenFigures)
    assert.equal(figures.length, 2)
    for (const seen of figures) assert.ok(isWhole(seen), JSON.stringify(seen))
    await tab.evaluate(`for (const details of document.querySelectorAll("details")) details.open = true`)
    for (const colorScheme of ["light", "dark"] as const) {
      await tab.emulateMedia({ colorScheme })
      await keepPhoto(tab, `compared-${colorScheme}`)
      assert.deepEqual(await violations(tab), [])
      assert.deepEqual(await tab.evaluate(faintTexts), [])
    }
    assert.equal(await tab.locator("img, script:not([type=module])").count(), 0)
    assert.ok((await tab.locator("main").textContent())?.includes(HOSTILE))
    assert.equal(await tab.locator("h3").nth(1).textContent(), HOSTILE)
    assert.deepEqual(complaints, [])
  } finally {
    await close()
  }
})

test("the page has the settings that differ, every side's mean and interval, and the difference of two", () => {
  const cells = [...page.matchAll(/<td(?: class="n")?>([^<]*)<\/td>/g)].map(([, text]) => text)
  assert.ok(cells.includes("grouping.k") && !cells.includes("seed"))
  // Of runs with 20.5, 21.5 and 22.5, and 10 more: Student's t of 2 freedoms, 4.3027, times s/√3, 0.5774.
  const [at] = [cells.indexOf("groups by worth")]
  assert.deepEqual(cells.slice(at, at + 3), [
    "groups by worth",
    "21.5 (19.02 to 23.98, 3 seeds)",
    "31.5 (29.02 to 33.98, 3 seeds)"
  ])
  assert.ok(cells.includes("-10 (-10 to -10, 3 seeds)"))
  assert.equal(comparedPage(compared(sides), sides), page)
})
