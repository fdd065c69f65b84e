/** What the compiler promises of typed button data. */
import { expectTypeOf, test } from 'vitest'
import { type CallbackContext, defineCallbackData, defineContract, definePlugin, z } from '../src/index.js'

const contract = defineContract({ name: 'shop' })
const page = defineCallbackData('page', {
  page: z.int().min(1),
  sort: z.enum(['name', 'price']).default('name'),
})
const close = defineCallbackData('close')

test('a handler in the behaviour has the values of the data of its callback', () => {
  definePlugin(contract, {
    callbacks: {
      page: {
        data: page,
        handle: (ctx) => {
          expectTypeOf(ctx.data).toEqualTypeOf<{ page: number; sort: 'name' | 'price' }>()
          expectTypeOf(ctx.payload).toEqualTypeOf<string>()
        },
      },
      close: { data: close, handle: (ctx) => expectTypeOf(ctx.data).toEqualTypeOf<Record<string, never>>() },
      plain: {
        handle(ctx) {
          expectTypeOf(ctx.payload).toEqualTypeOf<string>()
          // @ts-expect-error a callback without data has its payload alone
          ctx.data
        },
      },
    },
  })
})

test('a handler outside of the behaviour names the data', () => {
  function show(ctx: CallbackContext<typeof contract, typeof page>) {
    expectTypeOf(ctx.data.sort).toEqualTypeOf<'name' | 'price'>()
  }
  function plain(ctx: CallbackContext<typeof contract>) {
    expectTypeOf(ctx.payload).toEqualTypeOf<string>()
  }
  definePlugin(contract, { callbacks: { page: { data: page, handle: show }, plain: { handle: plain } } })
  // @ts-expect-error the handler expects data that the callback has not
  definePlugin(contract, { callbacks: { close: { data: close, handle: show } } })
  // @ts-expect-error the handler expects data and the callback has none
  definePlugin(contract, { callbacks: { plain: { handle: show } } })
})

test('a callback stands under the prefix of its data', () => {
  const never = () => {
    // @ts-expect-error the prefix is "page"
    definePlugin(contract, { callbacks: { pages: { data: page, handle() {} } } })
  }
  expectTypeOf(never).returns.toEqualTypeOf<void>()
})

test('a button is made with the values of its fields', () => {
  page.pack({ page: 1 })
  page.button('Next', { page: 2, sort: 'price' })
  close.pack()
  const never = () => {
    // @ts-expect-error a value is missing
    page.pack({ sort: 'price' })
    // @ts-expect-error all values are missing
    page.button('Next')
    // @ts-expect-error a value of a wrong type
    page.pack({ page: '1' })
    // @ts-expect-error none of the enum
    page.pack({ page: 1, sort: 'colour' })
  }
  expectTypeOf(never).returns.toEqualTypeOf<void>()
})
