import assert from "node:assert/strict"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { keepToOwner, packagesOf } from "../../../../../plugins/sessions/tfjs/setup/place.ts"

test("a build of TensorFlow into which a group or everybody can put code is none, until that is mended", () => {
  const [cache, before] = [mkdtempSync(join(tmpdir(), "pgex-place-")), process.env.PGEX_CACHE]
  const folder = join(cache, "tensorflow-cpu")
  try {
    process.env.PGEX_CACHE = cache
    mkdirSync(folder, { mode: 0o700 })
    writeFileSync(join(folder, "build.json"), JSON.stringify({ build: "cpu", tensorflow: "1", tfjs: "1" }))
    assert.equal(packagesOf("cpu"), join(folder, "packages"))
    for (const mode of [0o775, 0o757, 0o720]) {
      chmodSync(folder, mode)
      assert.equal(packagesOf("cpu"), undefined)
      keepToOwner(folder)
      assert.equal(statSync(folder).mode & 0o777, mode & 0o755)
      assert.equal(packagesOf("cpu"), join(folder, "packages"))
    }
  } finally {
    if (before === undefined) delete process.env.PGEX_CACHE
    else process.env.PGEX_CACHE = before
    rmSync(cache, { recursive: true })
  }
})
