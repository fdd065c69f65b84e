/** What the package gives: the plugin, and the types of its service for plugins that require it. */
export type { Counts } from './counts.js'
export { myPlugin } from './plugin.js'
