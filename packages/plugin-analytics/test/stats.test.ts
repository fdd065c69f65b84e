import { createApp, defineContract, definePlugin } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { expect, inject, test } from 'vitest'
import { analytics } from '../src/index.js'

const greeting = definePlugin(defineContract({ name: 'greeting', requires: [users] }), {
  commands: {
    start: {
      description: 'Begin',
      handle: async (ctx) => {
        await ctx.services.users.remember(ctx.from)
        await ctx.outbox.reply('Hello!')
      },
    },
  },
})

/** The first bytes of a PNG, and its width and height at their place in the header (PNG, 11.2.2 IHDR). */
function sizeOf(picture: Uint8Array) {
  const bytes = Buffer.from(picture)
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
}

test('shows an admin a picture and the numbers of today, in their language', async () => {
  const app = createApp({ plugins: [users(), analytics(), greeting()] })
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
  const [olga, bob] = [
    bot.createPerson({ firstName: 'Ольга', languageCode: 'ru' }),
    bot.createPerson({ firstName: 'Bob' }),
  ]
  bob.sends('/start')
  await bob.sees('Hello!')
  bob.sends('/stats')
  await bob.sees('You may not do this.')
  await app.stop()

  const again = createApp({ plugins: [users({ adminTelegramIds: [olga.id] }), analytics(), greeting()] })
  await again.start({ env: bot.env, logDestination: { write: () => undefined } })
  try {
    olga.sends('/stats week')
    const shown = await olga.sees(/Активных: 1 \(новых: 1, вернувшихся: 0\)/)
    expect(shown.caption).toContain('Сегодня: 1 (новых: 1)')
    expect(shown.caption).toContain('Команды: /start 1')
    const { file_id: fileId } = (shown.photo ?? []).at(-1) as { file_id: string }
    const link = await again.telegram.getFileLink(fileId)
    const picture = new Uint8Array(await (await fetch(link)).arrayBuffer())
    expect(sizeOf(picture)).toEqual([1920, 960])
    olga.sends('/stats tomorrow')
    await olga.sees(/^Отправьте \/stats — за 30 дней/)
    olga.sends('/stats year')
    await olga.sees(/^Активных: 2/)
  } finally {
    await again.stop()
  }
})
