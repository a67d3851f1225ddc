/** The player of episodes: in a real browser, beside the pictures that the CPU draws of the same scenes. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { pathToFileURL } from "node:url"
import type { Page } from "playwright-core"
import { type Body, type Camera, POSE } from "../../../../envs/mod.ts"
import type { Played, Recording } from "../../../../pipeline/internal.ts"
import { draw } from "../../../../plugins/mujoco/mod.ts"
import { box, sphere } from "../../../../plugins/mujoco/picture/solids.ts"
import { report } from "../../../../plugins/runs/report/mod.ts"
import { library } from "../../../../plugins/runs/report/player/library.ts"
import { type Browser, browser, noChromium } from "../../../support/chromium.ts"
import { least } from "./least.ts"

const FRAMES = 11
const camera: Camera = { from: [0.5, -4, 1.5], to: [0, 0, 0.5], fovy: 45 }
const bodies: readonly Body[] = [
  { kind: "plane", half: [0, 0], colour: [0.3, 0.5, 0.4, 1] },
  { kind: "solid", solid: box, scale: [0.4, 0.3, 0.5], colour: [0.8, 0.2, 0.1, 1] },
  { kind: "solid", solid: sphere, scale: [0.3, 0.3, 0.3], colour: [0.2, 0.3, 0.9, 0.6] }
]

/** A box slides along and turns about z, a clear ball waits. */
const posesAt = (frame: number): readonly number[] => {
  const [c, s] = [Math.cos(0.2 * frame), Math.sin(0.2 * frame)]
  return [
    [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1],
    [0.2 * frame - 1, 0.5, 0.5, c, -s, 0, s, c, 0, 0, 0, 1],
    [0.6, -0.5, 0.3, 1, 0, 0, 0, 1, 0, 0, 0, 1]
  ].flat()
}

const played: Played = {
  bodies,
  steps: Array.from({ length: FRAMES }, (_, f) => 3 * f),
  secondsPerFrame: 0.03,
  poses: Float32Array.from(Array.from({ length: FRAMES }, (_, f) => posesAt(f)).flat()),
  cameras: new Array<Camera>(FRAMES).fill(camera)
}
const picture = `<svg xmlns="http://www.w3.org/2000/svg"/>`
const recording = (task: number): Recording => ({
  task,
  policy: "group 1",
  own: true,
  frames: [{ step: 0, picture }],
  steps: 30,
  total: 1,
  ended: false,
  played
})
const page = report({ ...least, recordings: [recording(0), recording(1)] })

const folder = mkdtempSync(join(tmpdir(), "pgex-player-"))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, "report.html")
writeFileSync(file, page)

const skip = library() === undefined ? "three is not installed" : noChromium
/** A browser that draws without a graphics card may take its time. */
const options = { skip }

let chromium: Browser | undefined
after(() => chromium?.close())

/** The report in the one browser of these tests, opened anew. */
const opened = async (use: (page: Page) => Promise<void>): Promise<void> => {
  chromium ??= await browser(700, 700)
  const { page } = chromium
  await page.goto(pathToFileURL(file).href)
  await page.locator("[data-player]").waitFor()
  await use(page)
  assert.deepEqual(chromium.complaints, [])
}

const STAGE = `[data-part="stage"]`
const part = (page: Page, name: string) => page.locator(`[data-part="${name}"]`)
const told = (page: Page) => part(page, "time").textContent()
const step = async (page: Page) => (await told(page))?.split(" ")[1]

/** What a photo looks like so small: red, green and blue of each pixel, 60 x 40. */
const small = async (page: Page, png: Buffer): Promise<readonly number[]> => {
  const seen = await page.evaluate(`(async () => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob("${png.toString("base64")}"), (c) => c.charCodeAt(0))]))
    const canvas = new OffscreenCanvas(60, 40)
    const context = canvas.getContext("2d")
    context.imageSmoothingQuality = "high"
    context.drawImage(image, 0, 0, 60, 40)
    return Array.from(context.getImageData(0, 0, 60, 40).data).filter((_, i) => i % 4 < 3)
  })()`)
  assert.ok(Array.isArray(seen))
  return seen
}

/** The CPU's picture of a frame, every pixel of which is a mean of 10 x 10. */
const drawn = (frame: number): readonly number[] => {
  const all = posesAt(frame)
  const shapes = bodies.map((body, i) => {
    const [x, y, z, ...turn] = all.slice(POSE * i, POSE * (i + 1))
    return { ...body, pose: { position: [x!, y!, z!] as const, turn } }
  })
  const { rgb } = draw(shapes, camera, { width: 600, height: 400 })
  return Array.from({ length: 60 * 40 * 3 }, (_, i) => {
    const [row, column, c] = [Math.floor(i / 180), Math.floor(i / 3) % 60, i % 3]
    let sum = 0
    for (let y = 0; y < 10; y++)
      for (let x = 0; x < 10; x++) sum += rgb[3 * (600 * (10 * row + y) + 10 * column + x) + c]!
    return sum / 100
  })
}

/** Rows of the small picture where the page's floor fades into the sky. */
const HORIZON = [8, 9]

test("an episode is played, from its first frame to its last, and no error is told", options, () =>
  opened(async (page) => {
    assert.equal(await told(page), "step 0 of 30, 0.00 s")
    const first = await page.locator(STAGE).screenshot()
    await part(page, "play").click()
    await page.getByText("step 30 of 30, 0.30 s").waitFor()
    await page.getByRole("button", { name: "Play" }).waitFor()
    assert.notDeepEqual(await page.locator(STAGE).screenshot(), first)
  })
)

test("keys step, jump and pause; a list and buttons keep theirs", options, () =>
  opened(async (page) => {
    await part(page, "frame").focus()
    const steps: (string | undefined)[] = []
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "End", "ArrowRight", "Home"]) {
      await page.keyboard.press(key)
      steps.push(await step(page))
    }
    assert.deepEqual(steps, ["3", "6", "3", "30", "30", "0"])
    await part(page, "forward").focus()
    await page.keyboard.press(" ")
    assert.equal(await step(page), "3")
    await part(page, "task").focus()
    await page.keyboard.press("ArrowDown")
    assert.equal(await step(page), "0")
    assert.match(String(await page.locator(STAGE).getAttribute("aria-label")), /^length=1, group 1, step 0/)
  })
)

test("everything to press has a name for who hears the page, and the slider says where it is", options, () =>
  opened(async (page) => {
    const names = await page.evaluate(
      `Array.from(document.querySelectorAll("[data-player] :is(button, input, select, canvas)"), (e) => e.ariaLabel ?? e.labels?.[0]?.textContent ?? e.textContent)`
    )
    assert.ok(Array.isArray(names))
    assert.equal(names.length, 7)
    assert.ok(
      names.every((name) => /\w/.test(name)),
      JSON.stringify(names)
    )
    await part(page, "frame").focus()
    await page.keyboard.press("ArrowRight")
    assert.equal(await part(page, "frame").getAttribute("aria-valuetext"), "step 3 of 30, 0.03 s")
  })
)

test("the page shows what the CPU draws, where it draws it", options, () =>
  opened(async (page) => {
    await page.emulateMedia({ colorScheme: "light" })
    await part(page, "frame").focus()
    for (const [key, frame] of [
      ["Home", 0],
      ["End", FRAMES - 1]
    ] as const) {
      await page.keyboard.press(key)
      const seen = await small(page, await page.locator(STAGE).screenshot())
      const off = drawn(frame).flatMap((x, i) => (HORIZON.includes(Math.floor(i / 180)) ? [] : Math.abs(x - seen[i]!)))
      const mean = off.reduce((a, b) => a + b) / off.length
      const far = off.filter((x) => x > 40).length / off.length
      // Edges are smoothed there, light falls a little otherwise; a body elsewhere would be far off in a twentieth of the numbers.
      assert.ok(mean < 4 && far < 0.005, `mean ${mean}, ${far} of the numbers far off`)
    }
  })
)

test("a page without episodes has no player, and without scripts the pictures are there", () => {
  const { played: _, ...still } = recording(0)
  assert.ok(!report({ ...least, recordings: [still] }).includes("data-player"))
  assert.match(page, /<img src="data:image\/svg\+xml/)
  if (library() !== undefined) assert.match(page, /<figure class="player" data-player hidden/)
})
