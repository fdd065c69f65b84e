/** Does the steps of a Dockerfile in folders of this machine, where no Docker is: each stage is a folder, with its own /app. It knows what our Dockerfile uses, and refuses the rest. */
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { DockerfileParser } from 'dockerfile-ast'
import { Failure } from '../progress.mjs'
import { openTerminal } from './terminal.mjs'

/**
 * @typedef {object} BuiltImage
 * @property {string} root what would be `/` beside the files of the base image
 * @property {string} workdir where its command runs, below root
 * @property {Record<string, string>} env
 * @property {string[]} entrypoint
 * @property {string[]} command
 * @property {string} healthcheck as a shell runs it
 * @property {string} user
 */

/**
 * @param {{ dockerfile: string, context: string, target: string, npmrc: string }} options `target`: an empty folder;
 *   `npmrc`: there while something runs, as a build with `--mount=type=secret` has it, and in no stage after
 * @returns {Promise<BuiltImage>} the last stage
 */
export async function buildByHand({ dockerfile, context, target, npmrc }) {
  const instructions = DockerfileParser.parse(await readFile(dockerfile, 'utf8')).getInstructions()
  const allowed = await readAllowed(`${dockerfile}.dockerignore`)
  const stages = new Map()
  let stage
  for (const one of instructions) {
    const keyword = one.getKeyword()
    const words = one.getArguments().map((argument) => argument.getValue())
    if (keyword === 'FROM') {
      stage = newStage(join(target, words.at(-1)))
      stages.set(words.at(-1), stage)
      await mkdir(stage.root, { recursive: true })
    } else if (stage !== undefined) {
      const does = steps[keyword]
      if (does === undefined) throw new Failure(`${keyword} is nothing that these steps can do.`)
      await does(stage, one, words, { context, allowed, stages, npmrc })
    }
  }
  return stage
}

const newStage = (root) => ({
  root,
  workdir: root,
  env: {},
  entrypoint: [],
  command: [],
  healthcheck: '',
  user: 'root',
})

const nothing = () => undefined
const steps = {
  ARG: nothing,
  EXPOSE: nothing,
  STOPSIGNAL: nothing,
  WORKDIR: async (stage, _, [path]) => {
    stage.workdir = join(stage.root, path)
    await mkdir(stage.workdir, { recursive: true })
  },
  ENV: (stage, one) => {
    for (const property of one.getProperties()) stage.env[property.getName()] = property.getValue()
  },
  USER: (stage, _, [user]) => {
    stage.user = user
  },
  ENTRYPOINT: (stage, one) => {
    stage.entrypoint = JSON.parse(one.getArgumentsContent())
  },
  CMD: (stage, one) => {
    stage.command = JSON.parse(one.getArgumentsContent())
  },
  HEALTHCHECK: (stage, one) => {
    stage.healthcheck = one.getRawArgumentsContent().replace(/^[\s\S]*?CMD /, '')
  },
  RUN: async (stage, one, _, { npmrc }) => {
    const line = one.getRawArgumentsContent().replace(/^(--\S+\s+)+/, '')
    const settings = join(stage.workdir, '.npmrc')
    await cp(npmrc, settings)
    await openTerminal(stage.workdir, stage.env).type('sh', '-c', line)
    await rm(settings)
  },
  COPY: async (stage, one, words, { context, allowed, stages }) => {
    const from = one
      .getFlags()
      .find((flag) => flag.getName() === 'from')
      ?.getValue()
    const paths = words.filter((word) => !word.startsWith('--'))
    const destination = paths.pop()
    const source = from === undefined ? context : stages.get(from).root
    for (const path of paths) {
      if (from === undefined && !allowed(path))
        throw new Failure(`.dockerignore keeps ${path} out of the context.`)
      const to = join(stage.workdir, destination, destination.endsWith('/') ? basename(path) : '')
      await cp(join(source, path), to, { recursive: true, verbatimSymlinks: true })
    }
  },
}

/** A list that lets nothing in but what it names after an exclamation mark. */
async function readAllowed(path) {
  const lines = (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines[0] !== '*' || !lines.slice(1).every((line) => line.startsWith('!')))
    throw new Failure(`${path} does not keep everything out but what it names.`)
  const names = lines.slice(1).map((line) => line.slice(1))
  return (wanted) => names.some((name) => wanted === name || wanted.startsWith(`${name}/`))
}

/** Every file below a folder, as its path from there with `/`. @param {string} folder @returns {Promise<string[]>} */
export async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
}
