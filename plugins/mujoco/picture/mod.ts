/** Pictures of simulations, drawn by the CPU: no window, no graphics card, the same pixels wherever the numbers are. */

export type { Camera, Point } from "./camera.ts"
export type { Colour } from "./canvas.ts"
export { draw, type Pose, type Shape } from "./draw.ts"
export { type Mark, type Scene, sceneOf } from "./scene.ts"
export { type Pictures, pictures, type Showing } from "./showing.ts"
