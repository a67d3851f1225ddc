/** MAML-TRPO on 2D navigation beside PyTorch's torch.func: how fast, and what adapting to unseen goals comes to. */
import { adaptedGoals, type MetaCourse } from "../meta_training.ts"
import type { Work } from "../suite.ts"

/** Seeds unless `--seeds` says otherwise. */
const SEEDS = 3

const course: MetaCourse = { goals: 10, unseen: 50, episodes: 20, iterations: 20, hidden: [32, 32] }

/** A row of `algorithms`: the settings are `maml-trpo`'s defaults on both sides. */
export const mamlWork: Work = {
  work: `MAML-TRPO Navigation2D-v0, ${course.goals} goals, ${course.iterations} iterations`,
  unit: "steps/s",
  rounds: SEEDS,
  cold: true,
  seeded: true,
  ...adaptedGoals(course, 5)
}
