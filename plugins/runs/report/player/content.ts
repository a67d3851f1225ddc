/** Episodes of bodies in space, and what draws them, as a page holds both. */
import { gzipSync } from "node:zlib"
import { type Camera, POSE, type Solid } from "../../../../envs/mod.ts"
import type { Played } from "../../../../pipeline/internal.ts"
import { digest } from "../../../io/digest.ts"
import { pack } from "../../../io/packed.ts"
import type { Library } from "./library.ts"

/** An episode, and what it is of. */
export interface Titled {
  readonly title: string
  readonly played: Played
}

/**
 * What `page.js` reads: packed, compressed, as base64. A form that many bodies have, of other episodes too, is there once.
 *
 * - Shapes: `poses` `[bodies][12][frames]`, so that what rests takes no room; `cameras` `[frames][7]`: from, to, fovy.
 */
export const contentText = (library: Library, episodes: readonly Titled[]): string => {
  const solids = makeSolids()
  const shown = episodes.map(({ title, played: { bodies, steps, secondsPerFrame, poses, cameras } }) => ({
    title,
    steps,
    secondsPerFrame,
    bodies: bodies.map((body) => (body.kind === "plane" ? body : { ...body, solid: solids.numberOf(body.solid) })),
    poses: byBody(poses, POSE * bodies.length),
    cameras: Float32Array.from(cameras.flatMap(({ from, to, fovy }: Camera) => [...from, ...to, fovy]))
  }))
  return gzipSync(pack({ library, episodes: shown, solids: solids.all })).toString("base64")
}

/** Columns of the matrix one after another. */
const byBody = (rows: Float32Array, width: number): Float32Array => {
  const count = rows.length / width
  return rows.map((_, i) => rows[(i % count) * width + Math.floor(i / count)]!)
}

const makeSolids = () => {
  const all: { readonly points: Float32Array; readonly faces: Int32Array }[] = []
  const known = new Map<Solid | string, number>()
  const numberOf = (solid: Solid): number => {
    const before = known.get(solid)
    if (before !== undefined) return before
    const form = { points: Float32Array.from(solid.points), faces: solid.faces }
    const content = digest(pack(form))
    const number = known.get(content) ?? all.push(form) - 1
    known.set(solid, number).set(content, number)
    return number
  }
  return { all, numberOf }
}
