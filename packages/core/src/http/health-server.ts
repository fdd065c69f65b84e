/** The server on HEALTH_PORT: two questions, each answered with a status and the result of every check as JSON. Plain `node:http`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Logger } from '../logger.js'

/** What one check found. Nothing secret stands in it, and nothing of an error but that there was one. */
export interface HealthCheck {
  readonly status: 'ok' | 'failed'
  /** Figures that tell why, with their unit in the name. */
  readonly [figure: string]: string | number | boolean | undefined
}

/** An answer: failed where any of its checks is. */
export type HealthReport = Readonly<Record<string, HealthCheck>>

/** Who knows the answers. Neither ever rejects. */
export interface HealthQuestions {
  /** Whether the process works; where it does not, only a restart helps. */
  live(): Promise<HealthReport>
  /** Whether it can do its work now. */
  ready(): Promise<HealthReport>
}

/** Builds it; `listen` opens it. */
export function createHealthServer(questions: HealthQuestions, logger: Logger): Server {
  const asked: Readonly<Record<string, () => Promise<HealthReport>>> = {
    '/health/live': () => questions.live(),
    '/health/ready': () => questions.ready(),
  }
  const limits = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000 }
  const server = createServer(limits, (request, response) => {
    const ask = asked[pathOf(request)]
    if (ask === undefined) return refuse(response, 404)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
    void ask().then((report) => send(response, report))
  })
  server.on('error', (error) => logger.error({ err: error }, 'The health server failed'))
  return server
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.replace(/\?.*$/s, '')

function send(response: ServerResponse, checks: HealthReport): void {
  const isOk = Object.values(checks).every(({ status }) => status === 'ok')
  const body = JSON.stringify({ status: isOk ? 'ok' : 'failed', checks })
  response.writeHead(isOk ? 200 : 503, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    // Who asks every few seconds needs no connection in between, and a stop waits for none.
    connection: 'close',
  })
  response.end(body)
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end()
}
