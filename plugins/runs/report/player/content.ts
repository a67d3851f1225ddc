/** Episodes, and what draws them, as a page holds both. */
import { gzipSync } from "node:zlib"
import { type Camera, POSE, type Solid } from "../../../../envs/mod.ts"
import type { Played, PlayedPictures } from "../../../../pipeline/internal.ts"
import { digest } from "../../../io/digest.ts"
import { pack } from "../../../io/packed.ts"
import type { Library } from "./library.ts"

/** An episode, what it is of, and what came of it. */
export interface Titled<P> {
  readonly task: string
  readonly policy: string
  readonly own: boolean
  readonly worth: string
  readonly played: P
}

const text = (content: unknown): string => gzipSync(pack(content)).toString("base64")

/**
 * What `bodies.js` reads: packed, compressed, as base64. A form that many bodies have, of other episodes too, is there once.
 *
 * - Shapes: `poses` `[bodies][12][frames]`, so that what rests takes no room; `cameras` `[frames][7]`: from, to, fovy.
 */
export const bodiesText = (library: Library, episodes: readonly Titled<Played>[]): string => {
  const solids = makeSolids()
  const shown = episodes.map(({ played: { bodies, steps, secondsPerFrame, poses, cameras }, ...titles }) => ({
    ...titles,
    steps,
    secondsPerFrame,
    bodies: bodies.map((body) => (body.kind === "plane" ? body : { ...body, solid: solids.numberOf(body.solid) })),
    poses: byBody(poses, POSE * bodies.length),
    cameras: Float32Array.from(cameras.flatMap(({ from, to, fovy }: Camera) => [...from, ...to, fovy]))
  }))
  return text({ library, episodes: shown, solids: solids.all })
}

/** Signs that pictures take in a page at most. */
export const LARGEST = 2e6

/** What `pictures.js` reads, likewise; of more than a page should hold every other picture, or fewer. */
export const picturesText = (episodes: readonly Titled<PlayedPictures>[]): string => {
  const content = text({ episodes: episodes.map(({ played, ...titles }) => ({ ...titles, ...played })) })
  const fits = content.length <= LARGEST || episodes.every(({ played }) => played.steps.length <= 2)
  return fits ? content : picturesText(episodes.map((e) => ({ ...e, played: halved(e.played) })))
}

/** Every other frame, the first and the last among them. */
const halved = ({ steps, secondsPerFrame, pictures }: PlayedPictures): PlayedPictures => {
  const kept = <T>(all: readonly T[]): readonly T[] => all.filter((_, i) => i % 2 === 0 || i === all.length - 1)
  return { steps: kept(steps), secondsPerFrame: 2 * secondsPerFrame, pictures: kept(pictures) }
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
