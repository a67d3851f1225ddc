/** Packs out of real wheels: from an index of both forms, from disk, by pip; and what is refused. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { after, test } from "node:test"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type AssetError, type GetOptions, getPack, type Pack, packModel, packs } from "../../../plugins/mujoco/mod.ts"
import { right } from "../../support/right.ts"
import { legs, makeWheel, noPython, robot, serve } from "./wheel_support.ts"

const options = { skip: noPython }
const cache = (): string => mkdtempSync(join(tmpdir(), "pgex-assets-"))
const get = (pack: Pack, given: GetOptions) => Effect.runPromise(getPack(pack, given))
const refusal = (pack: Pack, given: GetOptions): Promise<AssetError> =>
  Effect.runPromise(Effect.flip(getPack(pack, given)))

for (const form of ["json", "html"] as const)
  test(
    `a pack is fetched from an index that answers in ${form}, once, with what its models name and the licence`,
    options,
    async () => {
      const made = makeWheel("walker", "1.2.3")
      const index = await serve(made, form)
      const folder = cache()
      const variables = { PGEX_CACHE: folder, PIP_INDEX_URL: index.url.replace("//", "//me:secret@") }
      const told: number[] = []
      const got = await get(made.pack, { variables, progress: (bytes) => Effect.sync(() => void told.push(bytes)) })
      assert.deepEqual([got.already, got.files, told.at(-1)], [false, 4, made.bytes.length])
      assert.equal(readFileSync(got.licence, "utf8"), "do as you like")
      assert.ok(!existsSync(join(got.folder, "walker/code.py")))
      const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`
      assert.deepEqual(index.asked, [
        { path: "/simple/walker/", authorization: basic },
        { path: "/files/walker-1.2.3-py3-none-any.whl", authorization: basic }
      ])
      index.close()
      // From here on without a network.
      assert.equal((await get(made.pack, { variables })).already, true)
      const { main, files } = right(packModel(made.pack, "walker/robot.xml", variables))
      assert.equal(main, "walker/robot.xml")
      const text = (path: string) => Buffer.from(files.get(path) ?? "").toString()
      assert.deepEqual([...files.keys()], ["walker/robot.xml", "walker/parts/legs.xml"])
      assert.deepEqual([text("walker/robot.xml"), text("walker/parts/legs.xml")], [robot, legs])
      assert.deepEqual(readdirSync(dirname(got.folder)), ["walker-1.2.3"])
    }
  )

test("a wheel on disk needs no index", options, async () => {
  const { pack, path } = makeWheel("walker", "1.2.3")
  assert.equal((await get(pack, { wheel: path, variables: { PGEX_CACHE: cache() } })).files, 4)
})

test("where the index does not answer, pip is asked with its own settings", options, async () => {
  const { pack, path } = makeWheel("walker", "1.2.3")
  const variables = {
    ...process.env,
    PGEX_ASSETS: cache(),
    PIP_INDEX_URL: "http://127.0.0.1:9/simple",
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: dirname(path)
  }
  const said: string[] = []
  const got = await get(pack, { variables, say: (line) => Effect.sync(() => void said.push(line)) })
  assert.equal(got.files, 4)
  assert.match(said.join(), /127\.0\.0\.1:9.*asking pip/)
})

test(
  "a wheel of another version, of another project, cut, changed, or none is refused, and nothing is left",
  options,
  async () => {
    const { pack, bytes } = makeWheel("walker", "1.2.3")
    const folder = cache()
    const variables = { PGEX_CACHE: folder }
    const given = async (content: Uint8Array | undefined): Promise<string> => {
      const path = join(folder, "given.whl")
      if (content !== undefined) writeFileSync(path, content)
      const { message, reason } = await refusal(pack, { wheel: path, variables })
      rmSync(path, { force: true })
      assert.deepEqual(readdirSync(folder), [])
      return `${reason}: ${message}`
    }
    assert.match(
      await given(makeWheel("walker", "1.2.4").bytes),
      /^other-wheel: .*want the wheel of walker 1\.2\.3, got that of walker 1\.2\.4/
    )
    assert.match(await given(makeWheel("hopper", "1.2.3").bytes), /^other-wheel: .*hopper 1\.2\.3/)
    const changed = Uint8Array.from(bytes)
    changed[40] = changed[40]! ^ 1
    assert.match(await given(changed), new RegExp(`^wrong-sum: .*${pack.sha256}, got [0-9a-f]{64}`))
    assert.match(await given(bytes.subarray(0, 300)), /^wrong-sum: .*300 bytes that are no wheel/)
    assert.match(await given(undefined), /^not-found: .*given\.whl/)
  }
)

test("a pack that is not there names the command; a damaged one the file", options, async () => {
  const { pack, path } = makeWheel("walker", "1.2.3")
  const variables = { PGEX_CACHE: cache() }
  const read = (): AssetError => {
    const model = packModel(pack, "walker/robot.xml", variables)
    assert.ok(E.isLeft(model))
    return model.left
  }
  assert.equal(read().reason, "missing")
  assert.match(read().message, /pgex assets get walker/)
  const { folder } = await get(pack, { wheel: path, variables })
  const spoil = (name: string, spoiling: (file: string) => void): string => {
    const file = join(folder, name)
    const before = readFileSync(file)
    spoiling(file)
    const { reason, message } = read()
    writeFileSync(file, before)
    return `${reason}: ${message}`
  }
  assert.match(
    spoil("walker/parts/legs.xml", (file) => writeFileSync(file, "<mujoco/>")),
    /^damaged: .*walker\/parts\/legs\.xml.*other bytes.*remove .*pgex assets get walker/
  )
  assert.match(spoil("walker/robot.xml", rmSync), /^damaged: .*walker\/robot\.xml.*no such file/)
  // Who changes a file and its digest changes the list.
  assert.match(
    spoil("walker-1.2.3.dist-info/RECORD", (file) => writeFileSync(file, "")),
    /^damaged: .*RECORD/
  )
  assert.ok(E.isRight(packModel(pack, "walker/robot.xml", variables)))
})

test("a cache that cannot be written is told, and nothing is half there", options, async () => {
  const { pack, path } = makeWheel("walker", "1.2.3")
  const file = join(cache(), "file")
  writeFileSync(file, "")
  const { reason, message } = await refusal(pack, { wheel: path, variables: { PGEX_CACHE: file } })
  assert.equal(reason, "system")
  assert.match(message, /PGEX_ASSETS/)
})

/** A disk of 32 pages of 4 KiB, where the system lets us mount one. */
const small = cache()
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=128k", "none", small]).status === 0
after(() => {
  if (isMounted) spawnSync("umount", [small])
})
const disk = { skip: noPython || (!isMounted && "no disk can be mounted here") }

test(
  "a disk that is full while a pack is unpacked is told, nothing is half there, and with room it works",
  disk,
  async () => {
    const { pack, path } = makeWheel("walker", "1.2.3")
    const variables = { PGEX_ASSETS: join(small, "assets") }
    // A pack of four files: of what is left at last, room for its folder, one file, two, three.
    const filler = join(small, "filler")
    const refused = async (pages: number): Promise<AssetError> => {
      writeFileSync(filler, new Uint8Array(4096 * (32 - pages)))
      const error = await refusal(pack, { wheel: path, variables })
      assert.deepEqual(existsSync(variables.PGEX_ASSETS) ? readdirSync(variables.PGEX_ASSETS) : [], [])
      return error
    }
    for (const pages of [0, 1, 2, 3]) {
      const { reason, message } = await refused(pages)
      assert.equal(reason, "system")
      assert.match(message, /want a cache folder .* with room for it, got a full disk; mend that, or set PGEX_ASSETS/)
    }
    rmSync(filler)
    const got = await get(pack, { wheel: path, variables })
    assert.deepEqual([got.already, got.files], [false, 4])
    assert.ok(E.isRight(packModel(pack, "walker/robot.xml", variables)))
  }
)

test("the packs' names fit each other", () => {
  for (const [id, pack] of Object.entries(packs)) {
    assert.equal(pack.id, id)
    assert.equal(pack.wheel, `${pack.project}-${pack.version}-py3-none-any.whl`)
    assert.match(`${pack.sha256} ${pack.recordSha256}`, /^[0-9a-f]{64} [0-9a-f]{64}$/)
  }
})
