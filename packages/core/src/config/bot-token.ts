/** Checks a bot token by its form and never shows it: a message has its length and the bot's id, which is public. */

import { isStringifiedNothing, rule } from './rule.js'

const tokenForm = /^\d{6,}:[A-Za-z0-9_-]{30,}$/

/** A schema of the token that @BotFather gives. Faults: CONFIG_TOKEN_INVALID, and CONFIG_TOKEN_MISSING for `undefined`. */
export const botToken = rule((text, fail) => {
  if (isStringifiedNothing(text)) return fail(missingBotToken)
  if (tokenForm.test(text)) return text
  const inside = /(\d{6,}):[A-Za-z0-9_-]{30,}/.exec(text)
  const botId = (inside ?? /^(\d+):/.exec(text))?.[1]
  return fail({
    code: 'CONFIG_TOKEN_INVALID',
    problem: 'is not a bot token',
    got: `${text.length} characters${botId === undefined ? '' : `, bot id ${botId}`}`,
    expected: 'the id of the bot, a colon, and 30 or more of A-Z a-z 0-9 _ -',
    fix:
      inside === null
        ? 'Copy the token from the message of @BotFather.'
        : 'There is more than the token in it: copy the token alone, without spaces or the words around it.',
  })
})

/** The fault of a bot without a token. */
export const missingBotToken = {
  code: 'CONFIG_TOKEN_MISSING',
  problem: 'is missing',
  expected: 'the token of the bot',
  fix: 'Ask @BotFather for it and set BOT_TOKEN, or BOT_TOKEN_FILE to a file that holds it.',
} as const
