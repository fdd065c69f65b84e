/** Shows addresses that may hold a password, also those that cannot be read. Where in doubt it shows nothing. */

import { quote } from './rule.js'

/** An address that may be shown, also where it cannot be read: `postgres://user:[secret]@host/database`. */
export function maskPassword(text: string): string {
  const masked = text
    .replace(/^([^:]*:\/\/[^:@/]*:).*@/s, '$1[secret]@')
    .replace(/([?&]password=)[^&]*/gi, '$1[secret]')
  return shown.test(masked)
    ? JSON.stringify(masked)
    : `${text.length} characters, not shown since they may hold a password`
}

// Scheme, user without or with a masked password, host, port, and nothing that could be a password in the wrong place.
const shown = /^[a-z0-9+.-]+:\/\/([^@:/]*(:\[secret\])?@)?(\[[^\]@]*\]|[^@:/?#]*)(:\d*)?([/?#][^@]*)?$/i

/** An address that should hold no password, as it is shown: masked only where somebody put one in. */
export function quoteUrl(text: string): string {
  return text.includes('@') ? maskPassword(text) : quote(text)
}
