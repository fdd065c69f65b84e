/** What `hello start` loads where starts are measured. */
import { createGreeter } from './greeting.mjs'

export default createGreeter()
