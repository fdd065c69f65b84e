/** A program in strict TypeScript that has installed the packages. */
import { type App, createApp, defineContract, definePlugin } from '@hello/core'
import { users } from '@hello/plugin-users'

const contract = defineContract({ name: 'consumer', requires: [users] })

const consumer = definePlugin(contract, {
  commands: {
    whoami: {
      description: 'Say who I am',
      async handle(ctx) {
        const user = await ctx.services.users.remember(ctx.from)
        const name: string = user.displayName
        await ctx.outbox.reply(name)
      },
    },
  },
})

export const incomplete = () => {
  // @ts-expect-error the plugin that it requires is missing
  createApp({ plugins: [consumer()] })
}

const app: App = createApp({ plugins: [users(), consumer()] })
process.stdout.write(`${app.pluginNames.join(', ')}\n`)
