/** Looking at runs while they run. */
export { watchedFolder } from "./folder.ts"
export { type Serving, serve } from "./server.ts"
