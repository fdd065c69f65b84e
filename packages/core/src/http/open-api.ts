/** The OpenAPI document of the routes, made of their schemas. Loaded with fastify alone. */
import type { FastifyInstance, FastifySchema } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { defaultOpenApiPath, type OpenApiOptions } from './http-options.js'
import type { PluginRoute } from './route-table.js'

const errorBody = z.object({
  detail: z.string(),
  status_code: z.int(),
  errors: z
    .array(z.object({ in: z.enum(['params', 'query', 'body']), path: z.string(), message: z.string() }))
    .optional(),
  id: z.string().optional(),
})

/** Registers what collects the routes that follow, and the path that serves the document. Call what it gives once all are there. */
export async function addOpenApi(app: FastifyInstance, options: OpenApiOptions): Promise<() => void> {
  const { default: swagger } = await import('@fastify/swagger')
  const { path = defaultOpenApiPath, title = 'Bot', version = '1.0.0', description } = options
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, ...(description !== undefined && { description }) },
      components: {
        securitySchemes: {
          'mini-app': {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: '`tma ` and the raw `initData` of the Mini App',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
  })
  let document = ''
  const schema = { hide: true } as FastifySchema
  app.get(path, { schema, config: { plugin: 'core' } }, async (_, reply) =>
    reply.type('application/json; charset=utf-8').send(document),
  )
  return () => {
    document = JSON.stringify(app.swagger())
  }
}

/** What the document says of a route besides its request. */
export function openApiSchemaOf({ definition, plugin }: PluginRoute): FastifySchema {
  const { response, status = 200, auth, summary, description, tags = [plugin.name] } = definition
  return {
    response: {
      ...(response && { [status]: response }),
      default: errorBody,
    },
    tags: [...tags],
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description }),
    ...(auth !== undefined && { security: [{ 'mini-app': [] }] }),
  }
}
