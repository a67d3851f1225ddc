/** All bytes of a file in a run's directory, whose kind and size are looked at first: anybody may have put it there. */
import { readFile, stat } from "node:fs/promises"
import { runStoreError } from "../../../core/service/run_store.ts"

/** The largest file that a run directory has, in bytes: more cannot be read at once. */
const LARGEST = 2 ** 31 - 1

/** The largest of its JSON files, in bytes: parsed they take many times as much. */
export const LARGEST_JSON = 64 * 2 ** 20

/** Errors, thrown: `RunStoreError` damaged for a pipe or a device, and for more than `largest` bytes; the system's. */
export const sizedRead = async (path: string, largest = LARGEST): Promise<Uint8Array> => {
  const { size, ...found } = await stat(path).then((s) => ({
    size: s.size,
    isFile: s.isFile(),
    isFolder: s.isDirectory()
  }))
  const damaged = (want: string, got: string) => runStoreError({ reason: "damaged", path, want, got })
  // A folder is told as the system tells it.
  if (!found.isFile && !found.isFolder) throw damaged("a file", "a pipe or a device")
  const most = Math.min(largest, LARGEST)
  if (size > most) throw damaged(`at most ${most} bytes`, `${size}`)
  return readFile(path)
}
