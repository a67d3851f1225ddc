import type { Loaded } from "./add.ts"

/** The code of plugins in use, by `plugin NAME`: beside this package, what a run's numbers depend on. */
export const versionsOf = ({ plugins }: Pick<Loaded, "plugins">): Readonly<Record<string, string>> =>
  Object.fromEntries(plugins.map(({ name, sha256 }) => [`plugin ${name}`, sha256]))
