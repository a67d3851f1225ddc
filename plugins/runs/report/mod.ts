export { draw } from "./draw.ts"
export { type Html, html, raw } from "./html.ts"
export { report } from "./report.ts"
