/** What others measured on Meta-World's ten tasks, to be seen beside what is measured here. */

/** Success by environment steps. */
export interface PublicCurve {
  readonly name: string
  readonly source: string
  /** Environment steps over all ten tasks, and the share of episodes that succeeded: means over tasks and seeds. */
  readonly points: readonly (readonly [steps: number, success: number])[]
}

/** Each 200,375 steps, from the second look on. */
const every = (successes: readonly number[]): PublicCurve["points"] => successes.map((s, i) => [200_375 * (i + 2), s])

const widths =
  "figures/fig3_mt10.svg of https://github.com/rainx0r/mtrl at f5c121f (R. McLean et al. 2025, Multi-Task Reinforcement Learning \
Enables Parameter Scaling): the vertices of its curves, means of the middle half of the seeds and smoothed by a spline"

/** Multi-task SAC whose actor and critics have a head a task on three hidden layers, by their width; batches of 1280. */
export const publicCurves: readonly PublicCurve[] = [
  {
    name: "3 x 256",
    source: widths,
    points: every([
      0.1, 0.159, 0.186, 0.242, 0.305, 0.361, 0.397, 0.425, 0.465, 0.478, 0.503, 0.517, 0.535, 0.556, 0.57, 0.583,
      0.601, 0.604, 0.608, 0.608, 0.619, 0.63, 0.64, 0.634
    ])
  },
  {
    name: "3 x 512",
    source: widths,
    points: every([
      0.129, 0.166, 0.246, 0.293, 0.351, 0.411, 0.456, 0.499, 0.541, 0.577, 0.603, 0.631, 0.656, 0.665, 0.675, 0.684,
      0.682, 0.686, 0.708, 0.706, 0.698, 0.71, 0.718, 0.721
    ])
  },
  {
    name: "3 x 1024",
    source: widths,
    points: every([
      0.142, 0.243, 0.325, 0.377, 0.452, 0.498, 0.539, 0.575, 0.623, 0.665, 0.668, 0.681, 0.7, 0.72, 0.726, 0.724, 0.73,
      0.737, 0.743, 0.739, 0.739, 0.74, 0.747, 0.755
    ])
  }
]
