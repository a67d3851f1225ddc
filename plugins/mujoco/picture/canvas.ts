/** Where a picture is drawn: the nearest of all that is drawn at a pixel stays. */
import type { Colour, PictureSize } from "../../../envs/mod.ts"

export interface Canvas extends PictureSize {
  readonly rgb: Uint8Array
  /** 1 / depth of what is seen at a pixel, which is linear in the picture where depth is not; 0 where nothing is. */
  readonly nearness: Float64Array
  /** Pixels to something of size 1 at depth 1: a point (x, y, z) of the camera is at (width/2 + k·x/z, height/2 − k·y/z). */
  readonly focal: number
}

/** What is nearer to the camera is cut off, in metres. */
export const NEAR = 0.01

const SKY = [221, 230, 240] as const

export const canvasOf = ({ width, height }: PictureSize, fovy: number): Canvas => {
  const rgb = new Uint8Array(3 * width * height)
  for (let i = 0; i < rgb.length; i++) rgb[i] = SKY[i % 3]!
  const focal = height / 2 / Math.tan((fovy * Math.PI) / 360)
  return { width, height, rgb, nearness: new Float64Array(width * height), focal }
}

/** Paints a pixel, unless something nearer is there; what can be seen through hides nothing. */
export const paint = (canvas: Canvas, pixel: number, nearness: number, colour: Colour, light: number): void => {
  if (nearness <= canvas.nearness[pixel]!) return
  const { rgb } = canvas
  const alpha = colour[3]
  const scale = 255 * alpha * light
  const rest = 1 - alpha
  rgb[3 * pixel] = Math.min(scale * colour[0] + rest * rgb[3 * pixel]!, 255)
  rgb[3 * pixel + 1] = Math.min(scale * colour[1] + rest * rgb[3 * pixel + 1]!, 255)
  rgb[3 * pixel + 2] = Math.min(scale * colour[2] + rest * rgb[3 * pixel + 2]!, 255)
  if (alpha >= 1) canvas.nearness[pixel] = nearness
}

/** Corners of a triangle that was cut at the nearest depth: four at most. */
const cut = new Float64Array(12)

/**
 * Draws a triangle, of one colour and light.
 *
 * - Shapes: `corners` holds x, y, z of the camera's axes at `i`, `j` and `k`.
 */
export const triangle = (
  canvas: Canvas,
  corners: Float64Array,
  at: readonly [i: number, j: number, k: number],
  colour: Colour,
  light: number
): void => {
  let count = 0
  for (let c = 0; c < 3; c++) {
    const a = at[c]!
    const b = at[(c + 1) % 3]!
    const za = corners[a + 2]!
    const zb = corners[b + 2]!
    if (za >= NEAR) {
      for (let i = 0; i < 3; i++) cut[3 * count + i] = corners[a + i]!
      count++
    }
    if (za >= NEAR !== zb >= NEAR) {
      const t = (NEAR - za) / (zb - za)
      for (let i = 0; i < 3; i++) cut[3 * count + i] = corners[a + i]! + t * (corners[b + i]! - corners[a + i]!)
      count++
    }
  }
  for (let c = 2; c < count; c++) fill(canvas, 3 * (c - 1), 3 * c, colour, light)
}

/**
 * Fills the triangle of the first corner of `cut` and two others. With e₀, e₁, e₂ the edge functions of a pixel's centre,
 * each the doubled area towards one edge, and E their sum,
 *
 *     1/z = (e₀/z₀ + e₁/z₁ + e₂/z₂) / E,    inside where all e/E ≥ 0
 */
const fill = (canvas: Canvas, j: number, k: number, colour: Colour, light: number): void => {
  const { width, height, focal } = canvas
  const q0 = 1 / cut[2]!
  const q1 = 1 / cut[j + 2]!
  const q2 = 1 / cut[k + 2]!
  const x0 = width / 2 + focal * cut[0]! * q0
  const x1 = width / 2 + focal * cut[j]! * q1
  const x2 = width / 2 + focal * cut[k]! * q2
  const y0 = height / 2 - focal * cut[1]! * q0
  const y1 = height / 2 - focal * cut[j + 1]! * q1
  const y2 = height / 2 - focal * cut[k + 1]! * q2
  const area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
  if (area === 0) return
  const left = Math.max(Math.ceil(Math.min(x0, x1, x2) - 0.5), 0)
  const right = Math.min(Math.floor(Math.max(x0, x1, x2) - 0.5), width - 1)
  const top = Math.max(Math.ceil(Math.min(y0, y1, y2) - 0.5), 0)
  const bottom = Math.min(Math.floor(Math.max(y0, y1, y2) - 0.5), height - 1)
  for (let row = top; row <= bottom; row++) {
    const py = row + 0.5
    for (let column = left; column <= right; column++) {
      const px = column + 0.5
      const e0 = ((x2 - x1) * (py - y1) - (y2 - y1) * (px - x1)) / area
      const e1 = ((x0 - x2) * (py - y2) - (y0 - y2) * (px - x2)) / area
      const e2 = 1 - e0 - e1
      if (e0 < 0 || e1 < 0 || e2 < 0) continue
      paint(canvas, width * row + column, e0 * q0 + e1 * q1 + e2 * q2, colour, light)
    }
  }
}
