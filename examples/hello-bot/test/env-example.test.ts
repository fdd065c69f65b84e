/** The file that people copy says what the bot reads. */
import { readFile } from 'node:fs/promises'
import { envExample } from '@hello/core'
import { expect, test } from 'vitest'
import bot from '../hello.config.js'

test('.env.example is what hello config example prints', async () => {
  const written = await readFile(new URL('../.env.example', import.meta.url), 'utf8')
  expect(written, 'run: npx hello config example > .env.example').toBe(envExample(bot.variables))
})
