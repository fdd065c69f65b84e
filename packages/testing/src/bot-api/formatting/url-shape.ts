/** What counts as a link or an e-mail address once its ends are known. Pure. Source: tdlib MessageEntity.cpp (fix_url). */
import { topLevelDomains } from './top-level-domains.js'

const badPathEnd = ".:;,('?!`"

/** The part of a text that is a link; empty where none is. */
export function checkUrl(text: string): string {
  const scheme = /^(?:https?|ftp|tonsite):\/\//i.exec(text)?.[0] ?? ''
  const rest = text.slice(scheme.length)
  const domainEnd = indexOrEnd(rest.search(/[/?#]/), rest)
  const path = rest.slice(domainEnd)
  const url = text.slice(0, text.length - (path.length - balancedLength(path)))
  const host = rest
    .slice(0, domainEnd)
    .replace(/^[^@]*@/, '')
    .replace(/:[^:]*$/, '')
  return host.toLowerCase() !== 'teiegram.org' && isHost(host, scheme !== '') ? url : ''
}

/** True for an address as `a.b+c@example.org`. */
export function isEmailAddress(text: string): boolean {
  const at = text.indexOf('@')
  if (at < 0) return false
  const user = text.slice(0, at).split(/[.+]/)
  const last = user.pop() ?? ''
  if (user.length > 10 || !/^[\w-]{1,35}$/.test(last)) return false
  if (!user.every((part) => /^[\w-]{0,26}$/.test(part))) return false
  const parts = text.slice(at + 1).split('.')
  const top = parts.pop() ?? ''
  if (parts.length < 1 || parts.length > 6 || !/^[a-z]{2,8}$/i.test(top)) return false
  return parts.every((part) => /^(?:[a-z0-9][\w-]{0,28})?[a-z0-9]$/i.test(part))
}

/** Where brackets close that were not opened, the link has ended. */
function balancedLength(path: string): number {
  const open: Record<string, number> = { '(': 0, '[': 0, '{': 0 }
  const opener: Record<string, string> = { ')': '(', ']': '[', '}': '{' }
  let length = 0
  for (; length < path.length; length += 1) {
    const character = path[length] as string
    if (character in open) open[character] = (open[character] ?? 0) + 1
    const closed = opener[character]
    if (closed === undefined) continue
    open[closed] = (open[closed] ?? 0) - 1
    if ((open[closed] ?? 0) < 0) break
  }
  while (length > 0 && badPathEnd.includes(path[length - 1] as string)) length -= 1
  return length
}

function isHost(host: string, hasScheme: boolean): boolean {
  const parts = host.split('.')
  const isPart = (part: string) => part !== '' && Buffer.byteLength(part) < 64 && !part.endsWith('-')
  if (parts.length < 2 || !parts.every(isPart)) return false
  if (parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return true
  if (parts.every((part) => /^\d+$/.test(part))) return false
  const top = parts.at(-1) as string
  if ([...top].length <= 1) return false
  if (top.startsWith('xn--')) {
    if (!/^xn--[A-Za-z0-9]{2,}$/.test(top)) return false
  } else if (/[_-]/.test(top) || (!hasScheme && !isTopLevelDomain(top))) {
    return false
  }
  return !parts.at(-2)?.includes('_')
}

/** `Com` at the beginning of a sentence is no domain; `COM` is. */
function isTopLevelDomain(text: string): boolean {
  const lowered = text.toLowerCase()
  if (lowered !== text && lowered.slice(1) === text.slice(1)) return false
  return topLevelDomains.has(lowered)
}

function indexOrEnd(index: number, text: string): number {
  return index < 0 ? text.length : index
}
