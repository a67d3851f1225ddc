/** Meta-World's MT10 and the MT1 of its tasks, without Python. */
export { metaworldMt10, metaworldTasks } from "./environments.ts"
export { metaworldFamilies } from "./families.ts"
