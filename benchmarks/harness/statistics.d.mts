/** For what is written in TypeScript beside it. */
export function median(numbers: readonly number[]): number | undefined
