/** Kept values in a map. */
import { memoryFiles } from "../../../plugins/runs/store/files.ts"
import { keptIn } from "../../../plugins/runs/store/internal.ts"

export const memoryKept = () => {
  const files = new Map<string, Uint8Array>()
  return { files, kept: keptIn(memoryFiles(files), "here") }
}
