import assert from "node:assert/strict"
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import { type Disk, disk, makeFolder, replaceFile } from "../../../../plugins/io/disk.ts"
import { diskFiles } from "../../../../plugins/runs/store/files.ts"
import { inFolder } from "./support.ts"

/** A disk on which the nth of one kind of call fails. */
const failing = (call: "open" | "write" | "sync" | "rename", code: string): Disk => {
  const fail = () => Promise.reject(Object.assign(new Error(code), { code }))
  return {
    ...disk,
    rename: call === "rename" ? fail : disk.rename,
    open: async (path, flags) => {
      if (call === "open") return fail()
      const file = await disk.open(path, flags)
      return {
        writeFile: call === "write" ? fail : (data) => file.writeFile(data),
        sync: call === "sync" ? fail : () => file.sync(),
        chmod: (mode) => file.chmod(mode),
        close: () => file.close()
      }
    }
  }
}

for (const call of ["open", "write", "sync", "rename"] as const)
  test(`replaceFile() leaves the old file, and nothing beside it, where ${call} fails`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "p.onnx")
      writeFileSync(path, "old")
      await assert.rejects(replaceFile(path, "new", failing(call, "ENOSPC")), { code: "ENOSPC" })
      assert.equal(readFileSync(path, "utf8"), "old")
      assert.deepEqual(readdirSync(folder), ["p.onnx"])
    }))

test("replaceFile() keeps permissions, and leaves other names of the old file as they are", () =>
  inFolder(async (folder) => {
    const path = join(folder, "p")
    writeFileSync(path, "old")
    chmodSync(path, 0o640)
    linkSync(path, join(folder, "q"))
    await replaceFile(path, "new")
    assert.equal(readFileSync(path, "utf8"), "new")
    assert.equal(statSync(path).mode & 0o777, 0o640)
    assert.equal(readFileSync(join(folder, "q"), "utf8"), "old")
  }))

test("replaceFile() writes what a link leads to, there or not yet, and the link stays", () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, "b"))
    writeFileSync(join(folder, "b", "there"), "old")
    for (const name of ["there", "not yet"]) {
      symlinkSync(join("b", name), join(folder, name))
      symlinkSync(name, join(folder, `${name} again`))
      await replaceFile(join(folder, `${name} again`), "new")
      assert.equal(readFileSync(join(folder, "b", name), "utf8"), "new")
      assert.equal(readlinkSync(join(folder, name)), join("b", name))
      assert.ok(lstatSync(join(folder, `${name} again`)).isSymbolicLink())
    }
    assert.deepEqual(readdirSync(join(folder, "b")).sort(), ["not yet", "there"])
  }))

test("replaceFile() writes to what is no file as it is, and never replaces a folder", () =>
  inFolder(async (folder) => {
    await replaceFile("/dev/null", "gone")
    assert.ok(statSync("/dev/null").isCharacterDevice())
    mkdirSync(join(folder, "a"))
    await assert.rejects(replaceFile(join(folder, "a"), "new"), { code: "EISDIR" })
    await assert.rejects(replaceFile("/dev/full", "x"), { code: "ENOSPC" })
  }))

test("makeFolder() makes what is missing above, and refuses a path through a file", () =>
  inFolder(async (folder) => {
    await makeFolder(join(folder, "a", "b", "c"))
    await makeFolder(join(folder, "a", "b", "c"))
    assert.ok(statSync(join(folder, "a", "b", "c")).isDirectory())
    writeFileSync(join(folder, "file"), "")
    await assert.rejects(makeFolder(join(folder, "file")), { code: "EEXIST" })
    await assert.rejects(makeFolder(join(folder, "file", "x")), { code: "ENOTDIR" })
    symlinkSync(join(folder, "nowhere", "deep"), join(folder, "dangling"))
    await assert.rejects(makeFolder(join(folder, "dangling")), { code: "EEXIST" })
  }))

test("makeFolder() ends where the folder above is there and takes none", () =>
  inFolder(async (folder) => {
    let asked = 0
    const mkdir = async (path: string): Promise<void> => {
      asked++
      throw Object.assign(new Error(path), { code: path === folder ? "EEXIST" : "ENOENT" })
    }
    await assert.rejects(makeFolder(join(folder, "x"), { ...disk, mkdir }), { code: "ENOENT" })
    assert.equal(asked, 3)
  }))

test("a full disk is told as such, with what to do, and leaves nothing unfinished", () =>
  inFolder(async (folder) => {
    const files = diskFiles(folder, failing("write", "ENOSPC"))
    const error = await Effect.runPromise(Effect.flip(files.write("affinity/a.npy", new Uint8Array(8))))
    assert.equal(error.reason, "not-writable")
    assert.match(
      error.message,
      /a\.npy: want a folder that can be written, got a full disk; make room, then go on with --resume/
    )
    assert.deepEqual(readdirSync(join(folder, "affinity")), [])
  }))

test("what is only read is not told to choose another --out", () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, "summary.json"))
    const error = await Effect.runPromise(Effect.flip(diskFiles(folder).read("summary.json")))
    assert.equal(error.reason, "not-readable")
    assert.match(error.message, /summary\.json: want something that can be read, got a folder$/)
  }))
