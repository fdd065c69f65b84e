/** What the workspace consists of, read from its package.json files. Node built-ins only. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** Where these scripts note what is done; gone with `node_modules`, as it should be. */
export const notesDirectory = join(root, 'node_modules', '.hello')

/** @typedef {{ name: string, directory: string, manifest: Record<string, any> }} WorkspacePackage */

/** Every package of the workspace, each after those that it needs. @returns {WorkspacePackage[]} */
export function readPackages() {
  const packages = ['packages', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => join(root, folder, name))
      .filter((directory) => existsSync(join(directory, 'package.json')))
      .map((directory) => ({ directory, manifest: readManifest(directory) })),
  )
  return orderByNeed(
    packages.map(({ directory, manifest }) => ({ name: manifest.name, directory, manifest })),
  )
}

/** @param {string} directory */
export function readManifest(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
}

/**
 * Orders packages so that each comes after those of them that it needs. Pure.
 *
 * @param {WorkspacePackage[]} packages
 * @returns {WorkspacePackage[]}
 */
export function orderByNeed(packages) {
  const byName = new Map(packages.map((one) => [one.name, one]))
  const ordered = new Set()
  const visit = (one, path) => {
    if (ordered.has(one)) return
    if (path.includes(one.name))
      throw new Error(`Packages need each other in a ring: ${[...path, one.name].join(' → ')}`)
    for (const name of neededBy(one)) if (byName.has(name)) visit(byName.get(name), [...path, one.name])
    ordered.add(one)
  }
  for (const one of packages) visit(one, [])
  return [...ordered]
}

/** Names of every package that this one needs, whether to run or to be built. @param {WorkspacePackage} one */
export function neededBy({ manifest }) {
  return Object.keys({ ...manifest.peerDependencies, ...manifest.dependencies, ...manifest.devDependencies })
}
