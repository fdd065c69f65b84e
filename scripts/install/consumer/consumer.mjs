/** A program in plain JavaScript that has installed the packages. */
import { createApp, defineContract, definePlugin } from '@hello/core'
import { users } from '@hello/plugin-users'

const consumer = definePlugin(defineContract({ name: 'consumer', requires: [users] }), {})
const app = createApp({ plugins: [users(), consumer()] })
process.stdout.write(`${app.pluginNames.join(', ')}\n`)
