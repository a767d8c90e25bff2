import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Answer, answerParts } from '../../src/llm/answer-parts.ts'
import { type CompletionRequest, completionChunk } from '../../src/llm/chat-schema.ts'
import { heardFrom } from '../../src/llm/chat-stream.ts'
import { chunksOf } from '../../src/llm/scripted-wire.ts'
import { eventData } from '../../src/llm/sse.ts'
import { withoutThoughts } from '../../src/llm/thoughts.ts'

const words = fc.string({ unit: 'grapheme', maxLength: 40 })
const calls = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-z_]{1,12}$/),
    arguments: fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
  }),
  { maxLength: 3 },
)
const ends = fc.constantFrom('\n', '\r\n', '\r')
/** Where bytes are cut, as shares of their length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 })

function split<T extends Uint8Array | string>(whole: T, shares: readonly number[]): T[] {
  const at = [
    0,
    ...shares.map((share) => Math.floor(share * whole.length)).sort((a, b) => a - b),
    whole.length,
  ]
  return at.slice(1).map((end, index) => whole.slice(at[index], end) as T)
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** What a model port tells of these bytes. */
async function told(
  pieces: readonly Uint8Array[],
): Promise<{ texts: string; answer: Answer; ended: boolean }> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
  const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  let count = 0
  const parts = answerParts(() => `id_${count++}`)
  let texts = ''
  let ended = false
  for await (const heard of heardFrom(response, { patience: () => 1_000 })) {
    if (heard.type === 'end') ended = true
    else texts += parts.push(heard.chunk)
  }
  const { text, answer } = parts.end()
  return { texts: texts + text, answer, ended }
}

test('any split of the bytes of a stream tells the same', async () => {
  await fc.assert(
    fc.asyncProperty(words, calls, ends, cuts, async (content, tool_calls, end, shares) => {
      const request = { model: 'm', messages: [], stream: true, stream_options: { include_usage: true } }
      const chunks = chunksOf(request as unknown as CompletionRequest, { content, tool_calls }, 1)
      for (const chunk of chunks) completionChunk.parse(chunk)
      const lines = chunks.map((chunk) => `: keep alive${end}data: ${JSON.stringify(chunk)}${end}${end}`)
      const bytes = new TextEncoder().encode(`${lines.join('')}data: [DONE]${end}${end}`)
      const whole = await told([bytes])
      assert.deepEqual(await told(split(bytes, shares)), whole)
      assert.equal(whole.texts, content.trim())
      assert.equal(whole.answer.text, whole.texts)
      assert.ok(whole.ended)
      assert.deepEqual(
        whole.answer.calls.map(({ name, arguments: given }) => ({ name, arguments: given })),
        JSON.parse(JSON.stringify(tool_calls)),
      )
    }),
    { numRuns: 150 },
  )
})

test('events are those of the standard, whatever the line ends and the cuts', async () => {
  const data = fc.array(
    fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ' ')),
    { minLength: 1, maxLength: 3 },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(data, { maxLength: 5 }), ends, cuts, async (events, end, shares) => {
      const written = events.map(
        (lines) => `event: x${end}${lines.map((line) => `data: ${line}${end}`).join('')}id: 7${end}${end}`,
      )
      const bytes = new TextEncoder().encode(written.join(''))
      const read = await collect(eventData(each(split(bytes, shares))))
      assert.deepEqual(
        read,
        events.map((lines) => lines.join('\n')),
      )
    }),
  )
})

test('reads fields as the standard does', async () => {
  const read = (text: string) => collect(eventData(each([new TextEncoder().encode(text)])))
  assert.deepEqual(await read('\uFEFFdata:a\n\ndata:  b\n\ndata\n\ndatum: c\n\n: d\n\ndata: last'), [
    'a',
    ' b',
    '',
    'last',
  ])
})

test('any split of a text is spoken the same, without white space around it and thoughts before it', () => {
  const thoughts = fc.array(
    words.map((text) => `<think>${text.replaceAll('</think>', '')}</think>`),
    { maxLength: 2 },
  )
  fc.assert(
    fc.property(thoughts, words, fc.constantFrom('', ' ', '\n\n'), cuts, (thought, said, space, shares) => {
      const text = said.trim().startsWith('<think>') ? 'x' : said
      const speech = withoutThoughts()
      const spoken = split(thought.join(space) + space + text + space, shares).map((piece) =>
        speech.push(piece),
      )
      assert.equal(spoken.join('') + speech.end(), text.trim())
    }),
  )
})

test('an answer that is cut anywhere is cut, or complete', async () => {
  const request = { model: 'm', messages: [], stream: true } as unknown as CompletionRequest
  const chunks = chunksOf(request, { content: 'Round half to even.' }, 1)
  const text = `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`
  const bytes = new TextEncoder().encode(text)
  const lastWord = text.indexOf('"finish_reason":"stop"')
  for (let length = 0; length < bytes.length; length += 3) {
    const parts = answerParts()
    const response = new Response(bytes.slice(0, length), {
      headers: { 'content-type': 'text/event-stream' },
    })
    let ended = false
    for await (const heard of heardFrom(response, { patience: () => 1_000 })) {
      if (heard.type === 'end') ended = true
      else parts.push(heard.chunk)
    }
    if (ended || parts.finished) assert.ok(length > lastWord, `complete at ${length}`)
  }
})
