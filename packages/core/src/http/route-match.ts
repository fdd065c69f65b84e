/** Which methods a path has: for the answer 405, where fastify knows only that this one does not fit. Pure. */
import type { PluginRoute } from './route-table.js'

/** The methods of the routes that fit an address, in alphabetical order; none where it leads nowhere. */
export function methodsAt(url: string, routes: readonly Pick<PluginRoute, 'method' | 'path'>[]): string[] {
  const path = url.replace(/[?#;].*$/s, '')
  const methods = new Set<string>()
  for (const route of routes) {
    if (!fits(path.split('/'), route.path.split('/'))) continue
    methods.add(route.method)
    if (route.method === 'GET') methods.add('HEAD')
  }
  return [...methods].sort()
}

function fits(segments: readonly string[], pattern: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '*'
  if (isOpen ? segments.length < pattern.length : segments.length !== pattern.length) return false
  return pattern.every((part, index) => {
    if (part === '*') return true
    const segment = segments[index] as string
    return part.startsWith(':') ? segment !== '' : segment === part
  })
}
