/** Ways in which a file on somebody's disk is broken, each decided by a seed. */

export const damages = [
  'empty',
  'cut',
  'garbled',
  'nulls',
  'utf-16',
  'latin-1',
  'huge line',
  'deep nesting',
  'lines twice',
  'lines shuffled',
  'other types',
  'deep value',
  'long value',
] as const
export type Damage = (typeof damages)[number]

const megabyte = 1024 * 1024

/** The broken content. JSON stays JSON where the damage is one of meaning, so that it gets past the parser. */
export function breakText(content: Buffer, damage: Damage, seed: number): Buffer {
  const random = randomOf(seed)
  const at = Math.floor(random() * content.length)
  const insert = (piece: string) =>
    Buffer.concat([content.subarray(0, at), Buffer.from(piece), content.subarray(at)])
  const text = () => content.toString('utf8')
  switch (damage) {
    case 'empty':
      return Buffer.alloc(0)
    case 'cut':
      return content.subarray(0, at)
    case 'garbled':
      return garbled(content, random)
    case 'nulls':
      return insert('\0'.repeat(1 + Math.floor(random() * 5_000)))
    case 'utf-16':
      return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text(), 'utf16le')])
    case 'latin-1':
      return Buffer.from(text().replace(/e/g, 'é'), 'latin1')
    case 'huge line':
      return insert(`\n{"type":"user","text":"${'a'.repeat(4 * megabyte)}"}\n`)
    case 'deep nesting':
      return insert(`\n{"type":"user","message":${deep()}}\n`)
    case 'lines twice':
      return Buffer.from(
        lines(text())
          .flatMap((line) => [line, line])
          .join('\n'),
      )
    case 'lines shuffled':
      return Buffer.from(shuffled(lines(text()), random).join('\n'))
    case 'other types':
      return mutated(text(), random, others)
    case 'deep value':
      return mutated(text(), random, [deepMark])
    case 'long value':
      return mutated(text(), random, ['word '.repeat(50_000)])
  }
}

/** Xorshift: the same on every machine. */
function randomOf(seed: number): () => number {
  let state = seed + 0x9e3779b9
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

function garbled(content: Buffer, random: () => number): Buffer {
  const bytes = Buffer.from(content)
  const count = Math.min(bytes.length, 1 + Math.floor(random() * 30))
  for (let n = 0; n < count; n++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
  return bytes
}

function lines(text: string): string[] {
  return text.split('\n')
}

function shuffled(items: string[], random: () => number): string[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item)
}

const others: readonly unknown[] = [
  null,
  true,
  0,
  -1.5,
  1e300,
  '',
  'text',
  [],
  {},
  [null],
  [[1]],
  [{}],
  { text: 7, type: [] },
  ['a', 2, null],
  '__proto__',
  '2026-99-99T99:99:99Z',
]
const deepMark = '@deep@'
const depth = 20_000

function deep(): string {
  return `${'[{"content":'.repeat(depth)}1${'}]'.repeat(depth)}`
}

/** One value of a JSON file, or of one of its lines, becomes another one. Not JSON: left as it is. */
function mutated(text: string, random: () => number, values: readonly unknown[]): Buffer {
  const value = values[Math.floor(random() * values.length)]
  const done = (json: unknown) =>
    JSON.stringify(replaced(json, random, value)).replaceAll(`"${deepMark}"`, deep())
  const whole = parse(text)
  if (whole !== undefined) return Buffer.from(done(whole))
  const all = lines(text)
  const good = all.flatMap((line, at) => (parse(line) === undefined ? [] : [at]))
  const chosen = good[Math.floor(random() * good.length)]
  return Buffer.from(all.map((line, at) => (at === chosen ? done(parse(line)) : line)).join('\n'))
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' ? value : undefined
  } catch {
    return undefined
  }
}

/** Walks down at random and replaces what it stops at. */
function replaced(json: unknown, random: () => number, value: unknown): unknown {
  if (json === null || typeof json !== 'object') return value
  const keys = Object.keys(json)
  const key = keys[Math.floor(random() * keys.length)]
  if (key === undefined) return value
  const inner = (json as Record<string, unknown>)[key]
  const goesOn = inner !== null && typeof inner === 'object' && random() < 0.8
  const next = goesOn ? replaced(inner, random, value) : value
  if (Array.isArray(json)) return json.map((item, at) => (String(at) === key ? next : item))
  return { ...json, [key]: next }
}
