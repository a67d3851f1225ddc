/** Content that was read is remembered: all items of a job have the same setting, with the policy that they start from. */
import { Effect } from "effect"
import type { KeptFiles } from "../../runs/store/internal.ts"

/** What is named by its content never changes; results are looked for under a name that is known before them. */
const NAMED_BY_CONTENT = /(^|\/)content\//

/** The files, and in memory up to `room` bytes of what was read last. */
export const rememberingFiles = (files: KeptFiles, room: number): KeptFiles => {
  const known = new Map<string, Uint8Array>()
  let held = 0
  const forget = (path: string): void => {
    held -= known.get(path)?.length ?? 0
    known.delete(path)
  }
  const remember = (path: string, bytes: Uint8Array): void => {
    forget(path)
    if (bytes.length > room / 4 || !NAMED_BY_CONTENT.test(path)) return
    known.set(path, bytes)
    held += bytes.length
    for (const oldest of known.keys()) {
      if (held <= room) break
      forget(oldest)
    }
  }
  return {
    ...files,
    read: (path, largest) =>
      Effect.suspend(() => {
        const bytes = known.get(path)
        const found = bytes === undefined ? files.read(path, largest) : Effect.succeed(bytes)
        return Effect.tap(found, (read) => Effect.sync(() => remember(path, read)))
      })
  }
}
