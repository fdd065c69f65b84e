/** Greets people by name, and tells everybody else what to do. */
import {
  type CommandContext,
  defineContract,
  definePlugin,
  defineTexts,
  type HandlerContext,
  message,
} from '@hello/core'
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'
import { naming } from './naming.js'

const contract = defineContract({
  name: 'greeting',
  requires: [users, analytics, naming],
  texts: defineTexts({
    en: {
      menu: 'Say hello',
      hello: 'Hello, {{name}}!',
      helloAgain: 'Hello again, {{name}}!',
      hint: 'Send /start to get a greeting!',
    },
    ru: {
      menu: 'Поздороваться',
      hello: 'Привет, {{name}}!',
      helloAgain: 'С возвращением, {{name}}!',
      hint: 'Отправьте /start, и я поздороваюсь!',
    },
  }),
})

export const greeting = definePlugin(contract, {
  commands: { start: { description: (t) => t('menu'), handle: greet } },
  handlers: { updates: ['message'], install: (bot) => bot.on(message('text'), hint) },
})

async function greet(ctx: CommandContext<typeof contract>) {
  const user = await ctx.services.users.remember(ctx.from)
  const isFirst = user.status === 'new'
  if (isFirst) await ctx.services.users.setStatus(user.id, 'active')
  await ctx.services.analytics.track('greeted', { returning: !isFirst }, { userId: user.id })
  const name = (await ctx.services.nickname.get()) ?? user.displayName
  await ctx.outbox.reply(ctx.t(isFirst ? 'hello' : 'helloAgain', { name }))
}

async function hint(ctx: HandlerContext<typeof contract>) {
  await ctx.outbox.reply(ctx.t('hint'))
}
