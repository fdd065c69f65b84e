/** Asks people what they want to be called, and remembers it. */
import {
  buttonAnswer,
  defineContract,
  defineConversation,
  definePlugin,
  defineState,
  defineTexts,
  textAnswer,
  z,
} from '@hello/core'
import { Markup } from '@hello/core/telegraf'
import { personalData } from '@hello/plugin-users'

const contract = defineContract({
  name: 'naming',
  updateServices: { nickname: defineState({ per: 'person', schema: z.string() }) },
  texts: defineTexts({
    en: {
      menu: 'Choose what I call you',
      ask: 'What shall I call you?',
      invalid: 'A name has 1 to 40 letters. What shall I call you?',
      sure: 'Shall I call you {{name}}?',
      yes: 'Yes',
      no: 'No',
      done: 'Nice to meet you, {{name}}!',
      cancelled: 'Then it stays as it is.',
      kept: 'The name that I call you: {{name}}',
    },
    ru: {
      menu: 'Выбрать, как вас называть',
      ask: 'Как вас называть?',
      invalid: 'В имени от 1 до 40 букв. Как вас называть?',
      sure: 'Называть вас {{name}}?',
      yes: 'Да',
      no: 'Нет',
      done: 'Приятно познакомиться, {{name}}!',
      cancelled: 'Тогда всё остаётся как есть.',
      kept: 'Имя, которым я вас называю: {{name}}',
    },
  }),
})

const sure = buttonAnswer(z.enum(['yes', 'no']))

const callMe = defineConversation(contract, 'call-me', {
  data: z.object({ name: z.string().default('') }),
  expiresAfter: '10m',
  steps: {
    name: {
      ask: (ctx) => ctx.outbox.reply(ctx.t('ask')),
      answer: textAnswer(z.string().trim().min(1).max(40)),
      invalid: (ctx) => ctx.outbox.reply(ctx.t('invalid')),
      accept: (_ctx, name, data) => {
        data.name = name
      },
      next: 'sure',
    },
    sure: {
      ask: (ctx, { name }) => {
        const buttons = [sure.button(ctx, ctx.t('yes'), 'yes'), sure.button(ctx, ctx.t('no'), 'no')]
        return ctx.outbox.reply(ctx.t('sure', { name }), Markup.inlineKeyboard(buttons))
      },
      answer: sure,
      next: (_ctx, answer) => (answer === 'yes' ? 'done' : 'name'),
    },
  },
  done: async (ctx, { name }) => {
    await ctx.services.nickname.set(name)
    await ctx.outbox.reply(ctx.t('done', { name }))
  },
  cancelled: (ctx) => ctx.outbox.reply(ctx.t('cancelled')),
})

export const naming = definePlugin(contract, {
  conversations: [callMe],
  contributions: (contribute) => [
    contribute(personalData, ({ nickname, translate }) => ({
      describe: async ({ telegramId }, language) => {
        const name = await nickname.of({ personId: telegramId }).get()
        return name === undefined ? [] : [translate(language)('kept', { name })]
      },
    })),
  ],
  commands: { callme: { description: (t) => t('menu'), handle: (ctx) => callMe.start(ctx) } },
})
