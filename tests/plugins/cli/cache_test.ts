import assert from "node:assert/strict"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { pgex } from "../../support/pgex.ts"

test("pgex cache shows the folder of compiled plans, and clears it; pgex doctor says it too", () => {
  const PGEX_CACHE = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    const folder = join(PGEX_CACHE, "native")
    const variables = { PGEX_CACHE, PGEX_CACHE_LIMIT: "2GB", CC: "no-such-compiler" }
    const show = (): unknown => JSON.parse(pgex(["cache", "show", "--json"], "", variables).stdout)
    assert.deepEqual(show(), { folder, files: 0, bytes: 0, limit: 2e9 })
    assert.ok(!existsSync(folder))

    mkdirSync(folder)
    const [library, mine] = [join(folder, `${"0".repeat(64)}.so`), join(folder, "mine.txt")]
    writeFileSync(library, "some bytes")
    writeFileSync(mine, "")
    assert.deepEqual(show(), { folder, files: 1, bytes: 10, limit: 2e9 })
    const doctor = pgex(["doctor"], "", variables).stdout
    assert.ok(doctor.includes(`1 compiled plan, 0 MB of at most 2000 MB, ${folder}`))
    assert.match(doctor, /missing {2}C compiler .*CC=no-such-compiler, and no such program; without it: no native/)

    const cleared = pgex(["cache", "clear"], "", variables)
    assert.equal(cleared.code, 0)
    assert.match(cleared.stdout, /removed: 1 compiled plan,/)
    assert.deepEqual([existsSync(library), existsSync(mine)], [false, true])

    const wrong = pgex(["cache", "show", "--json"], "", { PGEX_CACHE, PGEX_CACHE_LIMIT: "-1" })
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /^pgex: Cannot read PGEX_CACHE_LIMIT: .* got "-1"; write for example/)
    assert.equal(JSON.parse(wrong.stdout).error._tag, "NativeError")
  } finally {
    rmSync(PGEX_CACHE, { recursive: true })
  }
})
