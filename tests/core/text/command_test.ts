import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { test } from "node:test"
import fc from "fast-check"
import { pathWord, shellWord } from "../../../core/text/command.ts"

test("a shell reads a quoted word as it was, whatever signs it has", () => {
  const word = fc.string({ unit: "grapheme" }).filter((w) => !w.includes("\0") && w.isWellFormed())
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
      const script = `printf '%s\\0' ${["", ...words].map(shellWord).join(" ")}`
      assert.equal(execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }), `\0${words.join("\0")}\0`)
    }),
    { numRuns: 30 }
  )
  assert.equal(shellWord("runs/quick-0"), "runs/quick-0")
  assert.equal(shellWord("$HOME/it's"), `'$HOME/it'\\''s'`)
})

test("a path that begins like a flag is not one", () => {
  assert.equal(pathWord("--resume"), "./--resume")
  assert.equal(pathWord("my run"), "'my run'")
})
