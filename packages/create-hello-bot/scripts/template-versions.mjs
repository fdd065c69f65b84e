/** The versions that a new project asks for: those that this repository is built and tested with. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** Overrides of this repository that a project needs as well; the others are about its own tools. */
const overriddenInProjects = ['cookie', 'strip-json-comments']

/** @param {string} root of the repository */
export function readVersions(root) {
  const { catalog, allowBuilds, overrides } = parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))
  const workspace = readdirSync(join(root, 'packages')).map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
    return [name, version]
  })
  return {
    catalog,
    workspace: Object.fromEntries(workspace),
    installRules: {
      allowedScripts: Object.keys(allowBuilds).filter((name) => allowBuilds[name]),
      overrides: Object.fromEntries(overriddenInProjects.map((name) => [name, overrides[name]])),
    },
  }
}

/**
 * Puts versions in place of `workspace:^`, `workspace:*` and `catalog:`, and a range of what follows them: `catalog:^`.
 *
 * @param {string} text a package.json
 * @param {ReturnType<typeof readVersions>} versions
 */
export function fillVersions(text, { catalog, workspace }) {
  return text.replaceAll(
    /"(?<name>[^"]+)": "(?<from>workspace|catalog):(?<range>[\^~*]?)"/g,
    (_, name, from, range) => {
      const version = (from === 'workspace' ? workspace : catalog)[name]
      if (version === undefined)
        throw new TypeError(`A template asks for ${name}, which the ${from} does not have.`)
      return `"${name}": "${range === '*' ? '^' : range}${version}"`
    },
  )
}
