/** `hello plugins`: what the bot is made of, and which plugin needs which. */
import { resolve } from 'node:path'
import type { Argv, CommandModule } from 'yargs'
import type { PluginOverview } from '../app/app-overview.js'
import type { CommandTools } from './command-tools.js'

/** A plugin, with how long its start took where that was measured. */
interface ShownPlugin extends PluginOverview {
  readonly startMs?: number
}

/** Builds it; nothing runs. */
export function createPluginsCommand({ env, terminal, watch, done }: CommandTools): CommandModule<any, any> {
  const load = async (cwd: string, isTimed: boolean): Promise<readonly ShownPlugin[]> => {
    const { loadApp } = await import('./load-app.js')
    const directory = resolve(cwd)
    const app = await loadApp(directory)
    if (!isTimed) return app.plugins
    const { measureStarts } = await import('./measure-starts.js')
    const times = await measureStarts(app, { directory, env, terminal, watch })
    return app.plugins.map((plugin) => ({ ...plugin, startMs: times.get(plugin.name) ?? 0 }))
  }
  return {
    command: 'plugins',
    describe: 'Show the plugins of the bot',
    builder: (yargs) =>
      yargs
        .command({
          command: 'list',
          describe: 'List them in the order in which they start',
          builder: (one) =>
            withTime(one)
              .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
              .example('hello plugins list', 'With versions and what each requires')
              .example('hello plugins list --time', 'With how long each took to start'),
          // yargs checks what it is given; its types lose what a nested command declares.
          handler: async ({ cwd, json, time }: any) => {
            const plugins = await load(cwd, time)
            if (json) terminal.print(JSON.stringify(plugins, undefined, 2))
            else for (const line of listOf(plugins)) terminal.print(line)
            done(0)
          },
        })
        .command({
          command: 'graph',
          describe: 'Draw which plugin needs which',
          builder: (one) =>
            withTime(one)
              .option('mermaid', { type: 'boolean', default: false, describe: 'As a flowchart of Mermaid' })
              .example('hello plugins graph --mermaid > plugins.mmd', 'For a page of documentation'),
          handler: async ({ cwd, mermaid, time }: any) => {
            const plugins = await load(cwd, time)
            for (const line of mermaid ? mermaidOf(plugins) : treeOf(plugins)) terminal.print(line)
            done(0)
          },
        })
        .demandCommand(1, 'Say what to do: hello plugins list'),
    handler: () => undefined,
  }
}

const withTime = (yargs: Argv) =>
  yargs.option('time', {
    type: 'boolean',
    default: false,
    describe: 'Start the plugins once, with the database and without Telegram, and say how long each took',
  })

function titleOf({ name, version, startMs }: ShownPlugin): string {
  const title = version === undefined ? name : `${name} ${version}`
  return startMs === undefined ? title : `${title} (${Math.round(startMs)} ms)`
}

function listOf(plugins: readonly ShownPlugin[]): string[] {
  const pad = Math.max(0, ...plugins.map((plugin) => titleOf(plugin).length))
  return plugins.map((plugin) =>
    plugin.requires.length === 0
      ? titleOf(plugin)
      : `${titleOf(plugin).padEnd(pad)}  requires ${plugin.requires.join(', ')}`,
  )
}

/** From those that nobody requires down to what they need; what was shown before is not opened again. */
export function treeOf(plugins: readonly ShownPlugin[]): string[] {
  const shown = new Set<string>()
  const lines: string[] = []
  const show = (name: string, indent: string, branch: string, next: string) => {
    const plugin = plugins.find((one) => one.name === name)
    if (plugin === undefined) return
    const isKnown = shown.has(name) && plugin.requires.length > 0
    lines.push(`${indent}${branch}${titleOf(plugin)}${isKnown ? ' (see above)' : ''}`)
    if (isKnown) return
    shown.add(name)
    for (const [index, required] of plugin.requires.entries()) {
      const isLast = index === plugin.requires.length - 1
      show(required, `${indent}${next}`, isLast ? '└─ ' : '├─ ', isLast ? '   ' : '│  ')
    }
  }
  const roots = plugins.filter(({ name }) => !plugins.some(({ requires }) => requires.includes(name)))
  for (const { name } of roots) show(name, '', '', '')
  return lines
}

function mermaidOf(plugins: readonly ShownPlugin[]): string[] {
  return [
    'flowchart TD',
    ...plugins.map((plugin) => `  ${plugin.name}["${titleOf(plugin)}"]`),
    ...plugins.flatMap(({ name, requires }) => requires.map((required) => `  ${name} --> ${required}`)),
  ]
}
