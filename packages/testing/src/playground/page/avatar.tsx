/** A round picture made of a name's first letter and a colour of its own. */

const colours = 7

/** See the file's purpose. */
export function Avatar({ id, name, isSmall = false }: { id: number; name: string; isSmall?: boolean }) {
  const letter = [...name.trim()][0]?.toUpperCase() ?? '?'
  return (
    <span class={`avatar colour-${Math.abs(id) % colours}${isSmall ? ' small' : ''}`} aria-hidden="true">
      {letter}
    </span>
  )
}
