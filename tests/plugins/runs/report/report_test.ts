import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { report } from "../../../../plugins/runs/report/mod.ts"
import { full } from "./full.ts"
import { least } from "./least.ts"

/** The one script of a page without episodes. */
const script = /<script type="module">[\s\S]*?<\/script>/g

test("report() is one self-contained page: nothing is fetched, and only its own script runs, by its digest", () => {
  const page = report(full)
  assert.ok(page.startsWith("<!doctype html>"))
  const [own = "", ...others] = page.match(script) ?? []
  assert.deepEqual(others, [])
  const outside = page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, "").replace(own, "")
  assert.ok(!/https?:|url\(|@import|<script|<link|<img|\bsrc=|\son\w+=/i.test(outside))
  assert.ok(!/https?:(?!\/\/www.w3.org\/2000\/svg)|fetch\(|import\(|eval/.test(own))
  const digest = createHash("sha256")
    .update(own.slice(own.indexOf(">") + 1, -"</script>".length))
    .digest("base64")
  assert.ok(
    page.includes(`default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'sha256-${digest}';`)
  )
})

test("report() gives the same text for the same data", () => assert.equal(report(full), report(full)))

test("report() draws a picture for each part that has data, and leaves the others out", () => {
  assert.equal(report(full).match(/<svg/g)?.length, 7)
  assert.equal(report(least).match(/<svg/g), null)
})

test("report() shows the numbers behind each picture", () => {
  const page = report(full)
  for (const text of [
    "−.13",
    "0.1234",
    "321",
    "0.7 (0.63 to 0.77)",
    "0.07 (0.063 to 0.077)",
    "400, 410",
    "groups by sdp (this run's)",
    "405, 2 policies",
    "5 draws, 333 to 444",
    "The best of all partitions: length=0.5, length=1.",
    "15.5 (13.95 to 17.05)",
    "Left out: one policy told its task, as every policy of this run is told its task.",
    "25%",
    "Peak: 80",
    "read with care"
  ]) {
    assert.ok(page.includes(text), text)
  }
})

test("report() escapes what tasks and titles are called", () => {
  const page = report(least)
  assert.ok(page.includes("Run &lt;1&gt;") && page.includes("Two tasks &amp; &quot;one&quot; group"))
})

test("report() never writes NaN into a picture", () => {
  const pictures =
    report(full)
      .match(/<svg[\s\S]*?<\/svg>/g)
      ?.join("") ?? ""
  assert.ok(!pictures.includes("NaN"))
})

test("report() shows films as images of their own, which cannot reach the page", () => {
  const picture = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert("1")</script></svg>`
  const page = report({
    ...full,
    recordings: [
      {
        task: 1,
        policy: "group 1",
        own: true,
        frames: [
          { step: 0, picture },
          { step: 9, picture }
        ],
        steps: 9,
        total: -2.5,
        ended: true
      }
    ]
  })
  assert.equal(page.match(/<img /g)?.length, 2)
  assert.ok([...page.matchAll(/\bsrc="([^"]*)"/g)].every(([, src]) => src?.startsWith("data:image/svg+xml,%3Csvg")))
  assert.ok(!page.replace(script, "").includes("<script"))
  assert.ok(page.includes("ended after 9 steps, return -2.5"))
})
