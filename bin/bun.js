// bun itself, for the scripts of package.json.
import { launch } from "./launch.js"

launch(process.argv.slice(2))
