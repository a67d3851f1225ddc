/** Pages about many runs. It loads what draws: the command imports it where it is asked for a page. */
export { comparedPage } from "./page.ts"
