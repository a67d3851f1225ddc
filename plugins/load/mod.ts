/** Plugins: the contract, and how they are found, checked and loaded. */
export { contractVersion, definePlugin, type Plugin } from "./define.ts"
export { type Issue, PluginError } from "./error.ts"
export { keyword, rebase } from "./find.ts"
export { calling } from "./guard.ts"
export { type Loaded, type LoadedPlugin, loadPlugin, loadPlugins, type PluginReceipt, readModule } from "./load.ts"
export { pluginIssues } from "./validate.ts"
