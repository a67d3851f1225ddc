/** An environment as bodies in space: what there is, and where it is. Whoever draws it, a page say, moves it himself. */

/** A point, or a direction, of the world, whose z is up: metres. */
export type Point = readonly [x: number, y: number, z: number]

/** Red, green, blue and opacity, from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, alpha: number]

/** From where one looks; the world's z is up in the picture. */
export interface Camera {
  readonly from: Point
  /** What is in the middle of the picture. */
  readonly to: Point
  /** The angle that the picture's height spans, in degrees. */
  readonly fovy: number
}

/** A surface as triangles, seen from both sides: points `[n][3]` in metres, and for each triangle the numbers of three of them. */
export interface Solid {
  readonly points: Float64Array
  readonly faces: Int32Array
}

/** Something that keeps its form. */
export type Body =
  | {
      readonly kind: "solid"
      readonly solid: Solid
      /** How many times it is larger, along its own axes. */
      readonly scale: Point
      readonly colour: Colour
    }
  | {
      /** A floor or a wall. Its front is where its own z points; it is not seen from behind. */
      readonly kind: "plane"
      /** Half its sides along its own x and y; 0 is no end. */
      readonly half: readonly [x: number, y: number]
      readonly colour: Colour
    }

/** Numbers of a pose: where a body's own origin is, then its axes as the columns of a matrix, row by row. */
export const POSE = 12

/** What is seen of an environment. */
export interface Scene {
  /** What there is, the same in every state. */
  readonly bodies: () => readonly Body[]
  /**
   * Writes where the bodies are in this state, and tells from where to look at them.
   *
   * - Shapes: `poses` is `[bodies][12]`.
   */
  readonly place: (state: Float64Array, at: number, poses: Float64Array) => Camera
}
