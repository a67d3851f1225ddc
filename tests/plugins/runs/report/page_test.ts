/** Reports in a real browser: what is seen, heard and pressed. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { pathToFileURL } from "node:url"
import { gunzipSync } from "node:zlib"
import { report } from "../../../../plugins/runs/report/mod.ts"
import { picturesText } from "../../../../plugins/runs/report/player/content.ts"
import { type Browser, browser, keepPhoto, noChromium, violations } from "../../../support/chromium.ts"
import { type FigureSeen, faintTexts, isWhole, seenFigures } from "../../../support/figures.ts"
import { everything } from "./full.ts"

const options = { skip: noChromium }
const folder = mkdtempSync(join(tmpdir(), "pgex-report-"))
const file = join(folder, "report.html")
writeFileSync(file, report(everything))

let chromium: Browser | undefined
before(async () => {
  if (noChromium !== false) return
  chromium = await browser(1200, 900)
  await chromium.page.goto(pathToFileURL(file).href)
})
after(async () => {
  await chromium?.close()
  rmSync(folder, { recursive: true })
})

const opened = (): Browser => chromium ?? assert.fail("no browser")

test(
  "every figure has marks with values, texts on its axes, a name, and its numbers in a table; nothing complains",
  options,
  async () => {
    const { page, complaints } = opened()
    const figures: readonly FigureSeen[] = await page.evaluate(seenFigures)
    assert.equal(figures.length, 12)
    for (const seen of figures) assert.ok(isWhole(seen), JSON.stringify(seen))
    assert.deepEqual(complaints, [])
  }
)

for (const scheme of ["light", "dark"] as const)
  test(
    `axe-core finds nothing to mend in ${scheme} colours, and every text in a picture stands out`,
    options,
    async () => {
      const { page } = opened()
      await page.emulateMedia({ colorScheme: scheme })
      await page.evaluate(`for (const details of document.querySelectorAll("details")) details.open = true`)
      await keepPhoto(page, `report-${scheme}`)
      assert.deepEqual(await violations(page), [])
      const faint: readonly string[] = await page.evaluate(faintTexts)
      assert.deepEqual(faint, [])
      await page.evaluate(`for (const details of document.querySelectorAll("details")) details.open = false`)
    }
  )

test(
  "keys go through a figure's values and tell each, to eyes and to ears; the pointer tells what it is on",
  options,
  async () => {
    const { page } = opened()
    const bubble = page.locator(".bubble")
    const figure = page.locator('svg.plot[aria-label^="Mean return by how policies"]')
    await figure.focus()
    const told: string[] = []
    for (const key of ["Home", "ArrowRight", "ArrowDown", "End", "ArrowRight", "ArrowLeft"]) {
      await figure.press(key)
      const text = (await bubble.textContent()) ?? ""
      assert.equal(await figure.getAttribute("aria-valuetext"), text)
      told.push(text)
    }
    assert.deepEqual(told, [
      "the best of all partitions: 430.5 (387.4 to 473.6)",
      "random groups: 420.5 (378.4 to 462.6)",
      "groups by sdp: 405 (364.5 to 445.5)",
      "groups by sdp, seed 2 of 2: 410",
      "groups by sdp, seed 2 of 2: 410",
      "groups by sdp, seed 1 of 2: 400"
    ])
    await figure.press("Escape")
    assert.equal(await bubble.isVisible(), false)
    const cell = page.locator('svg.plot[aria-label^="Centred affinity"] [data-mark="rect"] rect').nth(1)
    await cell.hover()
    assert.equal(await bubble.textContent(), "length=1 with length=0.5: -0.125")
    await page.mouse.move(2, 2)
    assert.equal(await bubble.isVisible(), false)
  }
)

test(
  "any policy is played on any task: a task's own first, stepped, scrubbed by keys and pointer, to its end",
  options,
  async () => {
    const { page } = opened()
    const part = (name: string) => page.locator(`[data-part="${name}"]`)
    const now = async () => (await part("time").textContent())?.split(" ")[1]
    const policiesOf = async (task: string) => {
      await part("task").selectOption(task)
      return part("policy").locator("option").allTextContents()
    }
    assert.deepEqual(await policiesOf("length=1"), ["group 1", "θ★"])
    assert.equal(await part("worth").textContent(), "Return 9; ended after 10 steps.")
    await part("policy").selectOption("θ★")
    assert.equal(await part("worth").textContent(), "Return -2.5; ended after 10 steps.")
    await part("frame").focus()
    const steps: (string | undefined)[] = []
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home"]) {
      await page.keyboard.press(key)
      steps.push(await now())
    }
    assert.deepEqual(steps, ["2", "4", "2", "10", "0"])
    const box = (await part("frame").boundingBox()) ?? assert.fail("no slider")
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    assert.ok(["4", "6"].includes((await now()) ?? ""))
    assert.match((await part("stage").getAttribute("src")) ?? "", /^data:image\/svg\+xml,.*rect%20x%3D%22[23]0%22/)
    await part("play").click()
    await page.getByText("step 10 of 10, 0.20 s").waitFor()
    assert.match((await part("stage").getAttribute("alt")) ?? "", /^length=1, θ★, step 10 of 10/)
    assert.deepEqual(await policiesOf("length=0.5"), ["group 1"])
  }
)

test("pictures that would take more than two million signs are shown in part, the first and the last among them", () => {
  let x = 1
  const noise = () => Array.from({ length: 3000 }, () => (x = (x * 48271) % 2147483647).toString(36)).join("")
  const played = { steps: [...Array(200).keys()], secondsPerFrame: 0.04, pictures: Array.from({ length: 200 }, noise) }
  const text = picturesText([{ task: "a", policy: "b", own: true, worth: "", played }])
  assert.ok(text.length < 2e6 && text.length > 5e5)
  const [shown] = JSON.parse(gunzipSync(Buffer.from(text, "base64")).subarray(4).toString()).episodes
  const { steps, pictures, secondsPerFrame } = shown
  assert.deepEqual(
    [steps[0], steps.at(-1), pictures[0], pictures.at(-1)],
    [0, 199, played.pictures[0], played.pictures[199]]
  )
  assert.ok(steps.length === pictures.length && secondsPerFrame > 0.04)
})

test("Tab comes to every figure and everything to press, in the order of the page", options, async () => {
  const { page } = opened()
  const stops = `Array.from(document.querySelectorAll("svg.plot, summary"))`
  const wanted: number = await page.evaluate(`(${stops}[0].focus(), ${stops}.length)`)
  const reached = [0]
  // Between them are tables that scroll.
  while (reached.length < wanted) {
    await page.keyboard.press("Tab")
    const stop: number = await page.evaluate(`${stops}.indexOf(document.activeElement)`)
    if (stop >= 0) reached.push(stop)
  }
  assert.deepEqual(reached, [...reached.keys()])
})

test(
  "a narrow window shows it without scrolling sideways, and paper without what only screens have",
  options,
  async () => {
    const { page } = opened()
    await page.setViewportSize({ width: 390, height: 844 })
    assert.equal(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`), true)
    await keepPhoto(page, "report-narrow")
    await page.setViewportSize({ width: 1200, height: 900 })
    await page.locator("svg.plot").first().focus()
    await page.keyboard.press("End")
    await page.emulateMedia({ media: "print", colorScheme: "light" })
    assert.equal(await page.locator(".bubble").isVisible(), false)
    const pdf = await page.pdf({ format: "A4" })
    assert.ok(pdf.length > 10_000)
    assert.deepEqual(opened().complaints, [])
  }
)
