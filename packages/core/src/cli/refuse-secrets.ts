/** Refuses a secret on the command line, where every user of the machine can read it (`ps`), and the history of the shell keeps it. Pure. */
import { databasePasswords } from '../config/database-url.js'
import { UsageError } from '../errors.js'

const secretOption = /^--?(?:bot-?)?(?:token|password|secret|webhook-?secret|database-?url)(?:=|$)/i
const tokenForm = /\b\d{6,}:[A-Za-z0-9_-]{30,}/

/** @throws UsageError USAGE: the secret itself is not shown. */
export function refuseSecrets(argv: readonly string[]): void {
  const found = argv.some(
    (word, index) =>
      secretOption.test(word) ||
      tokenForm.test(word) ||
      // Whoever takes an address says so better, with the variable that is meant.
      (hasPassword(word) && !word.startsWith('--admin-url') && argv[index - 1] !== '--admin-url'),
  )
  if (!found) return
  throw new UsageError(
    'USAGE',
    'A token, a password or another secret stands on the command line, where others can read it. Set a variable (BOT_TOKEN, DATABASE_URL, WEBHOOK_SECRET), name a file with its _FILE twin, or write it into .env.',
  )
}

function hasPassword(word: string): boolean {
  const url = /postgres(?:ql)?:\/\/\S+/.exec(word)?.[0]
  return url !== undefined && databasePasswords(url).some((password) => password !== '')
}
