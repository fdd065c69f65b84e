/** Checks and normalises a link of a button or of an entity. Pure. Source: tdlib LinkManager.cpp (check_link). */

/** A link that passed, in its normal form; or why it did not. */
export type CheckedLink = { url: string } | { error: string }

/** @param isHttpsOnly True for web apps, which Telegram opens over https only. */
export function checkLink(link: string, { isHttpsOnly = false } = {}): CheckedLink {
  const given = link.trim()
  const app = /^(tg|ton):(?:\/\/)?/i.exec(given)
  if (isHttpsOnly && (app || !/^https:\/\//i.test(given))) return { error: 'Only HTTPS links are allowed' }
  return app ? checkAppLink(given.slice(app[0].length), (app[1] ?? '').toLowerCase()) : checkWebLink(given)
}

/** The normal form of a link; empty where it is none. */
export function normaliseLink(link: string): string {
  const checked = checkLink(link)
  return 'url' in checked ? checked.url : ''
}

/** The id in `tg://user?id=…`; undefined for any other link. */
export function userIdOfLink(link: string): number | undefined {
  const match = /^tg:(?:\/\/)?user\/?\?([^#]*)/i.exec(link.trim())
  const value = match && new URLSearchParams(match[1]).get('id')
  const id = Number(value)
  return value && /^\d+$/.test(value) && id > 0 && Number.isSafeInteger(id) ? id : undefined
}

function checkAppLink(rest: string, scheme: string): CheckedLink {
  const match = /^([^/?#]*)([\s\S]*)$/.exec(rest)
  const host = (match?.[1] ?? '').toLowerCase()
  if (host === '' || /^http/i.test(rest) || /[@:]/.test(host)) return { error: `Wrong ${scheme} URL` }
  if (!/^[a-z0-9_-]+$/.test(host)) return { error: 'Unallowed characters in URL host' }
  return { url: `${scheme}://${host}${(match?.[2] ?? '').replace(/^\/\?/, '?')}` }
}

function checkWebLink(given: string): CheckedLink {
  const scheme = /^([a-z0-9+.-]+):\/\//i.exec(given)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https' && scheme !== 'tonsite') {
    return { error: 'Unsupported URL protocol' }
  }
  const rest = scheme === undefined ? given : given.slice(scheme.length + 3)
  const [, authority = '', path = ''] = /^([^/?#]*)([\s\S]*)$/.exec(rest) ?? []
  const [, user = '', host = '', port] = /^([^@]*@)?(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority) ?? []
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) > 0 && Number(port) <= 65_535)) {
    return { error: 'Wrong port number specified in the URL' }
  }
  if (host === '' || host === '.') return { error: 'URL host is empty' }
  if (/\s/.test(host)) return { error: 'Disallowed character in URL host' }
  if (!host.includes('.') && !host.startsWith('[')) return { error: 'Wrong HTTP URL' }
  const normalPort = port === undefined ? '' : `:${Number(port)}`
  const query = (path.startsWith('/') ? path : `/${path}`).replace(/ /g, '%20')
  return { url: `${scheme ?? 'http'}://${user}${host.toLowerCase()}${normalPort}${query}` }
}
