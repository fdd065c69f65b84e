/** Checks the address of the Bot API server: every call sends the token there. */

import { quoteUrl } from './mask-password.js'
import { rule } from './rule.js'
import { isLoopbackHttp } from './webhook.js'

/**
 * A schema of `https://api.telegram.org` or another Bot API server, without a slash at its end. http is taken on this
 * machine alone (127.0.0.1, localhost, [::1]): anywhere else the token would travel in the open. Faults: CONFIG_API_ROOT.
 */
export const apiRoot = rule((text, fail) => {
  const refuse = (problem: string, fix: string) =>
    fail({ code: 'CONFIG_API_ROOT', problem, got: quoteUrl(text), expected: 'https://api.telegram.org', fix })
  if (!URL.canParse(text)) return refuse('is not a URL', 'Write it with https:// and the name of the host.')
  const url = new URL(text)
  if (url.protocol !== 'https:' && !isLoopbackHttp(url)) {
    return refuse(
      'is not https',
      'Every call carries the token: begin it with https://, or use a server on this machine.',
    )
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return refuse('has more than a host and a path', 'Remove user, password, ? and #.')
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
})
