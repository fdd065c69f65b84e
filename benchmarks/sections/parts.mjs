/** The parts of Hello: each measured alone, and the whole job taken apart by a profile, so that every microsecond has a place. */
import { fileURLToPath } from 'node:url'
import { sharesOf } from '../harness/layers.mjs'
import { endAll, forkFile, messageWith, startPeer } from '../harness/peer.mjs'
import { measureRounds } from '../harness/rounds.mjs'
import { mediansOf } from '../harness/statistics.mjs'
import { selectPeers } from '../peers/peers.mjs'

const people = 1_000
const inFlight = 32

/**
 * `alone`: what `parts/measure.ts` gives; `cpuMicros`: of the whole job; `layers`: which part of it each has, by share.
 */
export async function measureParts({ isQuick, builds, databases, cpuWatch, mayRepeat, say }) {
  const alone = await measureAlone(builds.parts, isQuick)
  say('parts alone')
  return { alone, ...(await takeApart({ isQuick, databases, cpuWatch, mayRepeat })) }
}

async function measureAlone(file, isQuick) {
  const api = forkFile('bot-api.mjs')
  const children = [api]
  try {
    const { apiRoot } = await messageWith(api, 'apiRoot')
    const child = forkFile(file, {
      execArgv: ['--expose-gc'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        BOT_API: apiRoot,
        BENCHMARKS: fileURLToPath(new URL('../package.json', import.meta.url)),
        QUICK: isQuick ? '1' : '0',
      },
    })
    children.unshift(child)
    return (await messageWith(child, 'results')).results
  } finally {
    await endAll(children)
  }
}

/** The round with the profile says which share each part has, and rounds without one how much there is to share. */
async function takeApart({ isQuick, databases, cpuWatch, mayRepeat }) {
  const [hello] = selectPeers(['hello'])
  const database = await databases.create({ isBare: false })
  let started
  try {
    started = await startPeer(hello, { databaseUrl: database.url, isWebhook: true, cpuWatch })
    const size = { count: isQuick ? 2_000 : 5_000, inFlight, people }
    await started.round(size)
    const measure = () => started.round(size)
    const figures = await measureRounds([hello], { rounds: 3, measure, mayRepeat })
    const profile = await started.profile(size)
    return {
      cpuMicros: mediansOf(figures.get(hello.name)).cpuMicros,
      layers: [...sharesOf(profile)].map(([name, share]) => ({ name, share })),
    }
  } finally {
    await started?.stop()
    await database.drop()
  }
}
