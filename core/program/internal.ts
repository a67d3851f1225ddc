/** Of programs, what sessions and layouts use and no user of the package needs. */
export { failed } from "./primitive.ts"
export { broadcastShape, sameShape } from "./shape.ts"
