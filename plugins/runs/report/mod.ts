export { draw, groupColour, textWidth } from "./draw.ts"
export { figure, type Html, html, raw, table } from "./html.ts"
export { pageOf } from "./page/page.ts"
export { report } from "./report.ts"
