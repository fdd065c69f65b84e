/** The plugin: what it needs and gives (its contract), and what it does. */
import { type CommandContext, defineContract, definePlugin, defineTexts, z } from '@hello/core'
import { Counts } from './counts.js'
import { migrations } from './migrations.js'

const contract = defineContract({
  name: 'my-plugin',
  core: '>=0.1.0 <1',
  options: z.object({
    /** What an answer begins with. @default 'Asked' */
    word: z.string().min(1).default('Asked'),
  }),
  updateServices: { myPluginCounts: Counts },
  migrations,
  texts: defineTexts({
    en: { menu: 'Count how often this chat has asked', asked: '{{word}}: {{count}}' },
    ru: { menu: 'Посчитать, сколько раз спросил этот чат', asked: '{{word}}: {{count}}' },
  }),
})

/** Counts how often each chat asks. */
export const myPlugin = definePlugin(contract, {
  commands: { my_plugin: { description: (t) => t('menu'), handle: ask } },
})

async function ask(ctx: CommandContext<typeof contract>) {
  const count = await ctx.services.myPluginCounts.add(ctx.msg.chat.id)
  await ctx.outbox.reply(ctx.t('asked', { word: ctx.options.word, count }))
}
