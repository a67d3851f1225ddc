/** Pictures of simulations, drawn by the CPU: no window, no graphics card, the same pixels wherever the numbers are. */

export { draw, type Pose, type Shape } from "./draw.ts"
export { type Mark, type Pictures, pictureOf, pictures, type Showing } from "./showing.ts"
export { type Visible, visibleOf } from "./visible.ts"
