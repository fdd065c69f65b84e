/** Serves the playground's page, which the build puts into dist/playground: beside this module where it is built, and beside `src` where it runs from sources. */
import { existsSync, readFileSync } from 'node:fs'
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
  const body = readPage(page.file)
  response.writeHead(body ? 200 : 503, {
    'content-type': body ? page.contentType : 'text/plain; charset=utf-8',
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  response.end(body ?? 'The page has not been built. Run: npm run build\n')
  return true
}

function readPage(file: string): Buffer | undefined {
  const found = ['./playground/', '../dist/playground/']
    .map((folder) => new URL(`${folder}${file}`, import.meta.url))
    .find((place) => existsSync(place))
  return found && readFileSync(found)
}
