/** The options of the users plugin. */
import { fromEnvironment, z } from '@hello/core'

const telegramId = z.int().positive()

const idsInText = z
  .string()
  .regex(/^\s*(\d+(\s*,\s*\d+)*)?\s*$/, 'expected ids of people with commas between, such as 42, 1087')
  .transform((text) => (text.trim() === '' ? [] : text.split(',').map(Number)))
  .pipe(z.array(telegramId))

const telegramIds = z
  .union([z.array(telegramId), idsInText])
  .optional()
  .transform((ids) => ids ?? [])

/** See the file's purpose. */
export const usersOptions = z.object({
  /** Telegram ids of owners. They are owners whatever the database says, and can be neither demoted nor banned. */
  ownerTelegramIds: fromEnvironment(
    'OWNER_TELEGRAM_IDS',
    telegramIds.describe('Telegram ids of the owners of the bot, with commas between.'),
  ),
  /** Telegram ids of people who are admins at least. */
  adminTelegramIds: fromEnvironment(
    'ADMIN_TELEGRAM_IDS',
    telegramIds.describe('Telegram ids of its admins, with commas between.'),
  ),
  /** The languages that `/language` offers (BCP 47), in this order. */
  languages: z
    .array(z.string().regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/))
    .min(1)
    .max(50)
    .default(['en', 'ru']),
  /** After how many days of silence active people count as churned. 0: never. */
  churnAfterDays: z.int().min(0).max(3650).default(30),
})

/** As the plugin's code has them. */
export type UsersOptions = z.output<typeof usersOptions>
