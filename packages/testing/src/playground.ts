/** The files of the chat page, which stand beside this module both in src and in dist. */
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'

const pages: Readonly<Record<string, { file: string; contentType: string }>> = {
  '/': { file: 'page.html', contentType: 'text/html; charset=utf-8' },
  '/playground.css': { file: 'page.css', contentType: 'text/css; charset=utf-8' },
  '/playground.js': { file: 'page.js', contentType: 'text/javascript; charset=utf-8' },
}

// Nothing from elsewhere, nothing inline: what people type cannot become code.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Answers with a file of the page; false when the path is none of them. */
export function answerPage(path: string, response: ServerResponse): boolean {
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (!page) return false
  const body = readFileSync(new URL(`./playground/${page.file}`, import.meta.url))
  response.writeHead(200, {
    'content-type': page.contentType,
    'content-length': body.length,
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  response.end(body)
  return true
}
