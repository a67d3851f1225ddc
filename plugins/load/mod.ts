/** Plugins: the contract, and how they are found, checked and loaded. */
export type { Loaded, LoadedPlugin, PluginReceipt } from "./add.ts"
export { contractVersion, definePlugin, type Plugin } from "./define.ts"
export { type Issue, PluginError } from "./error.ts"
export { keyword, rebase } from "./find.ts"
export { calling } from "./guard.ts"
export { loadPlugin, loadPlugins, readModule } from "./load.ts"
export { type LoggerPlugin, type Logging, loggedStore } from "./loggers.ts"
export { pluginIssues } from "./validate.ts"
