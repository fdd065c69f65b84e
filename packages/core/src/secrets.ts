/** Hides known secrets in text that leaves the process. Exact strings on the finished line, so no field and no message is forgotten. */

/** Knows the secrets of one app and takes them out of text. */
export interface SecretRedactor {
  /**
   * Makes a secret known. Its percent-encoded and JSON-escaped forms are hidden too. Adding it twice changes nothing.
   * One of fewer than {@link shortestSecretLength} characters is not kept: hiding every `a` would ruin the logs
   * and, by the gaps, show the secret.
   */
  add(secret: string): void
  /** The text with `[secret]` in place of every known secret, the longest first. Never throws. */
  redact(text: string): string
}

/** Secrets below this many UTF-16 units are not hidden. */
export const shortestSecretLength = 4

/** Builds a redactor that knows nothing yet. One per app: two apps in a process do not share secrets. */
export function createSecretRedactor(): SecretRedactor {
  const forms = new Set<string>()
  let anyForm: RegExp | undefined
  return {
    add(secret) {
      if (secret.length < shortestSecretLength) return
      for (const form of formsOf(secret)) forms.add(form)
      anyForm = matchAny(forms)
    },
    redact(text) {
      if (anyForm === undefined) return text
      // A search for a fixed string is many times cheaper than the pattern, and nearly every line is clean.
      for (const form of forms) if (text.includes(form)) return text.replace(anyForm, '[secret]')
      return text
    },
  }
}

function formsOf(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1)
  // A string inside JSON inside a JSON line is escaped twice.
  return [secret, escaped, JSON.stringify(escaped).slice(1, -1), ...percentForms(secret)]
}

function percentForms(secret: string): string[] {
  // encodeURIComponent refuses a lone surrogate, so the secret is first made well-formed.
  const encoded = encodeURIComponent(Buffer.from(secret, 'utf8').toString('utf8'))
  const strict = encoded.replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const lowerCase = (text: string) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
  return [encoded, strict, lowerCase(encoded), lowerCase(strict)]
}

function matchAny(forms: ReadonlySet<string>): RegExp {
  const longestFirst = [...forms].sort((a, b) => b.length - a.length)
  return new RegExp(longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g')
}
