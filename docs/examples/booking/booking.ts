/** Books a table: asks for how many, makes sure, and asks for a contact. */
import {
  buttonAnswer,
  defineContract,
  defineConversation,
  definePlugin,
  message,
  messageAnswer,
  textAnswer,
  z,
} from '@hello/core'
import { Markup } from '@hello/core/telegraf'

const contract = defineContract({ name: 'booking' })

const sure = buttonAnswer(z.enum(['yes', 'no']))

// #region conversation
const booking = defineConversation(contract, 'booking', {
  data: z.object({ guests: z.number().default(0) }),
  expiresAfter: '10m',
  steps: {
    guests: {
      ask: (ctx) => ctx.outbox.reply('For how many?'),
      answer: textAnswer(z.coerce.number().int().min(1).max(20)),
      invalid: (ctx) => ctx.outbox.reply('Send a number from 1 to 20.'),
      accept: (_ctx, guests, data) => {
        data.guests = guests
      },
      next: (_ctx, guests) => (guests > 8 ? 'sure' : 'phone'),
    },
    sure: {
      ask: (ctx, { guests }) =>
        ctx.outbox.reply(
          `Really ${guests}?`,
          Markup.inlineKeyboard([sure.button(ctx, 'Yes', 'yes'), sure.button(ctx, 'No', 'no')]),
        ),
      answer: sure,
      next: (_ctx, answer) => (answer === 'yes' ? 'phone' : 'guests'),
    },
    phone: {
      ask: (ctx) => ctx.outbox.reply('Send me your contact.'),
      answer: messageAnswer(message('contact'), (ctx) => ctx.message.contact.phone_number),
      accept: (ctx, phone, { guests }) => ctx.outbox.reply(`A table for ${guests}. We call ${phone}.`),
      next: 'done',
    },
  },
})
// #endregion

// #region plugin
export const tables = definePlugin(contract, {
  conversations: [booking],
  commands: { book: { description: 'Book a table', handle: (ctx) => booking.start(ctx) } },
})
// #endregion
