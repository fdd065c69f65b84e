/** A program of the older kind, whose `require` gets the same modules: no class exists twice. */
const { createApp, defineContract, definePlugin } = require('@hello/core')
const { users } = require('@hello/plugin-users')

const consumer = definePlugin(defineContract({ name: 'consumer', requires: [users] }), {})
const app = createApp({ plugins: [users(), consumer()] })

import('@hello/core').then((imported) => {
  if (imported.createApp !== createApp)
    throw new TypeError('require and import have given two copies of @hello/core')
  process.stdout.write(`${app.pluginNames.join(', ')}\n`)
})
