/** Paths that stay within the directory that they count from. */
import { readlink, realpath } from "node:fs/promises"
import { dirname, isAbsolute, join, relative, sep } from "node:path"

/** Whether a path names a file below the folder that it counts from, as far as its text tells. */
export const isBelow = (path: string): boolean =>
  path !== "" &&
  !isAbsolute(path) &&
  !/\\|\0|^[A-Za-z]:/.test(path) &&
  path.split("/").every((part) => !/^\.{0,2}$/.test(part))

/** Where a path leads to outside of `root`, by its text or by a link on its way; what is not there yet leads nowhere. */
export const leavesBy = async (root: string, path: string): Promise<string | undefined> => {
  if (!isBelow(path)) return path
  const real = await realpath(join(root, path)).catch(() => undefined)
  if (real === undefined) {
    const target = await readlink(join(root, path)).catch(() => undefined)
    if (target !== undefined) return target
    const around = dirname(path)
    return around === "." ? undefined : leavesBy(root, around)
  }
  const way = relative(await realpath(root), real)
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way) ? real : undefined
}
