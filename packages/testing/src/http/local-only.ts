/** Keeps other sites away from the page and its control API: DNS rebinding and cross-origin requests. */
import type { IncomingMessage } from 'node:http'

/** The reason to refuse a request; undefined for one that comes from this machine and this origin. */
export function refusalOf(request: IncomingMessage): string | undefined {
  const host = request.headers.host ?? ''
  if (!isLoopbackHost(host)) {
    return `This page answers on loopback names only (found: "${host}"). Open it as http://localhost:<port>/.`
  }
  if (request.method === 'GET' || request.method === 'HEAD') return undefined
  const { origin } = request.headers
  // Browsers name the origin of every POST; scripts and curl send none.
  if (origin !== undefined && origin !== `http://${host}`) {
    return `The origin "${origin}" may not use the control API of http://${host}.`
  }
  const contentType = request.headers['content-type'] ?? ''
  if (origin !== undefined && !/^application\/json\b/i.test(contentType)) {
    return `Send JSON with content-type application/json (found: "${contentType}").`
  }
  const site = request.headers['sec-fetch-site']
  return site === 'cross-site' || site === 'same-site'
    ? 'Other sites may not use the control API.'
    : undefined
}

function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return name === 'localhost' || name === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
}
