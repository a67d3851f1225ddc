/** Of programs, what sessions and layouts use and no user of the package needs. */
export { binaries, type Computed, unaries } from "./elementwise.ts"
export { failed } from "./primitive.ts"
export { broadcastShape, sameShape } from "./shape.ts"
