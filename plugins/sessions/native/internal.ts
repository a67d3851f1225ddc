/** Of the native session, what tells of this machine without opening one: the compiler, the cache. */
export { trust } from "./cache_folder.ts"
export { clear, describeUsage, usage } from "./cache_usage.ts"
export { findCompiler } from "./compiler.ts"
export type { NativeError } from "./failure.ts"
export { findFfi } from "./ffi.ts"
export { execute } from "./process.ts"
