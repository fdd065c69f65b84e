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
    const stats = async (words: string) => {
      olga.sends(`/stats ${words}`)
      // What draws it is loaded for the first picture.
      const { caption = '', photo = [] } = await olga.sees(/^Активных: /, { timeoutMs: 20_000 })
      const link = await again.telegram.getFileLink((photo as { file_id: string }[]).at(-1)?.file_id ?? '')
      return { caption, picture: new Uint8Array(await (await fetch(link)).arrayBuffer()) }
    }
    const week = await stats('week')
    expect(week.caption).toContain('Активных: 1 (новых: 1, вернувшихся: 0)')
    expect(week.caption).toContain('Сегодня: 1 (новых: 1)')
    expect(week.caption).toContain('Команды: /start 1')
    expect(sizeOf(week.picture)).toEqual([1920, 960])
    olga.sends('/stats tomorrow')
    await olga.sees(/^Отправьте \/stats week — за 7 дней, \/stats month/)
    const [month, same, year] = [await stats('month'), await stats(''), await stats('Year')]
    for (const { caption } of [month, same, year]) expect(caption).toContain('Активных: 2 (новых: 2')
    expect(same.picture).toEqual(month.picture)
    expect(year.picture).not.toEqual(month.picture)
    expect(week.picture).not.toEqual(month.picture)
  } finally {
    await again.stop()
  }
})
