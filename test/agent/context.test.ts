import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenContext } from '../../src/agent/context/context.ts'
import { promptBytes } from '../../src/agent/context/context.ts'
import { outputsInMemory } from '../../src/agent/context/outputs.ts'
import { openWorkingContext } from '../../src/agent/context/working-context.ts'
import type { Message, OfferedTool, ToolCall } from '../../src/llm/model.ts'

const tool = (name: string): OfferedTool => ({ name, description: name, schema: {} })
const tools = [tool('read'), tool('run')]

let count = 0
/** One step of an agent: a call and its result. */
async function step(
  context: OpenContext,
  given: Record<string, unknown>,
  content: string,
  { ok = true, name = 'read' }: { ok?: boolean; name?: string } = {},
): Promise<void> {
  const call: ToolCall = { id: `call-${++count}`, name, arguments: given }
  context.append({ role: 'assistant', content: '', calls: [call] })
  await context.receive(call, { content, ok })
}

const words = (count: number, word = 'word') =>
  Array.from({ length: count }, (_, at) => `${word}${at}`).join(' ')
const lines = (count: number, word = 'line') =>
  Array.from({ length: count }, (_, at) => `${word} ${at + 1} of it`).join('\n')

const contents = (context: OpenContext) => context.messages().map(({ content }) => content)

function open(
  window = 32_000,
  more: { brief?: string; lessons?: string; messages?: Message[] } = {},
): OpenContext {
  return openWorkingContext({ system: 'You help.', window, now: () => 7, ...more })
}

/** Ten messages more, so that what came before is not recent any more. */
async function goOn(context: OpenContext): Promise<void> {
  for (let at = 0; at < 5; at++) await step(context, { query: `q${at}` }, `nothing ${at}`, { name: 'search' })
}

test('the prompt is system text, brief and lessons, what was said, and nothing else at first', () => {
  const context = open(32_000, { brief: 'BRIEF', lessons: 'LESSONS' })
  context.ask('why?', 'RECALLED')
  const { system, messages } = context.prompt(tools)
  assert.equal(system, 'You help.')
  assert.deepEqual(messages, [{ role: 'user', content: 'BRIEF\n\nLESSONS\n\nRECALLED\n\nwhy?' }])
})

test('no message of a person follows another, so that strict servers take it', () => {
  const context = open()
  context.ask('one')
  context.ask('two')
  context.append({ role: 'assistant', content: 'yes' })
  context.ask('three')
  assert.deepEqual(
    context.prompt(tools).messages.map(({ role, content }) => `${role}: ${content}`),
    ['user: one\n\ntwo', 'assistant: yes', 'user: three'],
  )
})

test('a long output enters as its beginning, its end and its errors, with the way to the rest', async () => {
  const context = open()
  context.ask('go')
  const output = lines(900).replace('line 500 of it', 'AssertionError: 3 is not 4')
  await step(context, { command: 'npm test' }, output, { name: 'run', ok: false })
  const shown = contents(context).at(-1) ?? ''
  for (const part of ['line 1 of', 'line 20 of', 'AssertionError: 3 is not 4', 'line 881 of', 'line 900 of'])
    assert.ok(shown.includes(part), part)
  assert.ok(!shown.includes('line 21 of') && !shown.includes('line 880 of'))
  assert.match(shown, /lines 21 to 499 left out .*\n.*AssertionError.*\n.*lines 501 to 880 left out/)
  const handle = /open (art:[0-9a-f]+)#L1-900/.exec(shown)?.[1] ?? ''
  const opened = await context.open(handle, { from: 498, to: 501 })
  assert.equal(opened.text, 'line 498 of it\nline 499 of it\nAssertionError: 3 is not 4\nline 501 of it')
  assert.match(opened.omitted ?? '', /Lines 498 to 501 of 900/)
  assert.deepEqual(context.state().check?.handle, handle)
  assert.equal(context.state().check?.ok, false)
})

test('a short output enters as it is', async () => {
  const context = open()
  await step(context, { path: 'a.ts' }, lines(30))
  assert.equal(contents(context).at(-1), lines(30))
})

test('what was opened stays whole, and is not opened again while it stands there', async () => {
  const outputs = outputsInMemory()
  const context = openWorkingContext({ system: '', window: 64_000, outputs })
  const handle = await outputs.keep(lines(380, 'evidence'))
  const first = await context.open(handle)
  await step(context, { handle }, first.text, { name: 'open' })
  assert.equal(contents(context).at(-1), lines(380, 'evidence'))
  const again = await context.open(handle)
  assert.match(again.text, /was opened before: it stand above/)
})

test('when the window is full, long outputs of which nobody speaks become previews', async () => {
  const messages: Message[] = [{ role: 'user', content: 'go' }]
  const old: ToolCall = { id: 'old', name: 'run', arguments: { command: 'make' } }
  const spoken: ToolCall = { id: 'spoken', name: 'read', arguments: { path: 'src/spoken.ts' } }
  messages.push({ role: 'assistant', content: '', calls: [old] })
  messages.push({ role: 'tool', callId: 'old', name: 'run', content: lines(900, 'built') })
  messages.push({ role: 'assistant', content: '', calls: [spoken] })
  messages.push({ role: 'tool', callId: 'spoken', name: 'read', content: lines(900, 'spoken') })
  const context = open(32_000, { messages })
  await goOn(context)
  context.append({ role: 'assistant', content: 'As src/spoken.ts shows, all is well.' })
  await context.settle(tools)
  context.request('the person asked')
  const epoch = await context.settle(tools)
  assert.match(epoch?.reason ?? '', /the person asked/)
  assert.equal(contents(context)[4], lines(900, 'spoken'))
  assert.match(contents(context)[2] ?? '', /^built 1 of it[\s\S]*left out[\s\S]*open art:/)
  assert.deepEqual(
    epoch?.left.map(({ what }) => what),
    ['result of run {"command":"make"}'],
  )
})

test('a file that was read again later stands there once', async () => {
  const context = open()
  context.ask('go')
  await step(context, { path: 'a.ts', from: 1, to: 200 }, lines(200, 'old'))
  await step(context, { path: 'a.ts', from: 900, to: 929 }, lines(30, 'apart'))
  await step(context, { path: 'a.ts', from: 1, to: 210 }, lines(210, 'new'))
  await goOn(context)
  await context.settle(tools)
  context.request('asked')
  const epoch = await context.settle(tools)
  const [, , first, , second, , third] = contents(context)
  assert.match(first ?? '', /^\[a\.ts was read again later: see art:\w+\. As it was here: art:\w+\]$/)
  assert.equal(second, lines(30, 'apart'))
  assert.equal(third, lines(210, 'new'))
  const handles = first?.match(/art:\w+/g) ?? []
  assert.equal((await context.open(handles[0] ?? '')).text, lines(210, 'new'))
  assert.equal((await context.open(handles[1] ?? '')).text, lines(200, 'old'))
  assert.equal(epoch?.left.length, 1)
})

test('where that is not enough the middle leaves for an episode and the state; first question and last ten stay', async () => {
  const context = open(16_000)
  context.ask('The very first question. You must not delete tests.')
  await context.settle(tools)
  let epoch = null
  for (let at = 0; at < 60 && epoch === null; at++) {
    await step(context, { query: `what ${at}` }, words(250, `hit${at}_`), { name: 'search' })
    epoch = await context.settle(tools)
    if (epoch === null) continue
    const said = contents(context)
    assert.equal(said[0], 'The very first question. You must not delete tests.')
    assert.match(
      said[1] ?? '',
      /^\[\d+ earlier messages \(\d+ steps\) left the window\. Word for word: open art:/,
    )
    assert.match(said[1] ?? '', /Constraints: You must not delete tests\./)
    assert.ok(said.at(-1)?.startsWith(`hit${at}_0`))
    const calls = context.messages().flatMap((one) => (one.role === 'assistant' ? (one.calls ?? []) : []))
    const results = context.messages().filter(({ role }) => role === 'tool')
    assert.equal(calls.length, results.length)
  }
  assert.match(epoch?.reason ?? '', /^the window is 7\d % full$/)
  assert.ok((epoch?.tokensAfter ?? 1e9) <= (epoch?.tokensBefore ?? 0) * 0.6)
  const handle = epoch?.left[0]?.handle ?? ''
  assert.match((await context.open(handle)).text, /hit0_0/)
})

test('an epoch is shown with both prompts, and what left comes back by another epoch', async () => {
  const context = open(64_000)
  context.ask('go')
  await step(context, { path: 'a.ts' }, lines(100, 'old'))
  await step(context, { path: 'a.ts' }, lines(100, 'new'))
  await goOn(context)
  await context.settle(tools)
  context.request('asked')
  const epoch = await context.settle(tools)
  const shown = context.inspect(epoch?.id ?? '')
  assert.ok(promptBytes(tools, shown?.before ?? { system: '', messages: [] }).includes('old 50 of it'))
  assert.ok(!promptBytes(tools, shown?.after ?? { system: '', messages: [] }).includes('old 50 of it'))
  await step(context, { path: 'b.ts' }, 'since then')
  context.restore(epoch?.id ?? '')
  const back = await context.settle(tools)
  assert.equal(back?.reason, 'brought back what left in epoch-1')
  const said = contents(context)
  assert.ok(
    said.includes(lines(100, 'old')) && said.includes(lines(100, 'new')) && said.includes('since then'),
  )
  assert.equal(await context.settle(tools), null)
  assert.equal(context.epochs().length, 2)
  assert.throws(() => context.restore('epoch-9'), { name: 'UserError' })
  assert.equal(context.inspect('epoch-9'), null)
})

test('the middle comes back too, without the summary that stood for it', async () => {
  const context = open(16_000)
  context.ask('go')
  await context.settle(tools)
  for (let at = 0; at < 12; at++)
    await step(context, { query: `w${at}` }, words(200, `hit${at}_`), { name: 'search' })
  const before = contents(context)
  context.request('asked')
  const epoch = await context.settle(tools)
  assert.ok(contents(context).length < before.length)
  context.ask('and now?')
  context.restore(epoch?.id ?? '')
  await context.settle(tools)
  assert.deepEqual(contents(context), [...before, 'and now?'])
})

test('what does not fit any more does not come back', async () => {
  const context = open(8_000)
  context.ask('go')
  await context.settle(tools)
  for (let at = 0; at < 10; at++)
    await step(context, { query: `w${at}` }, words(150, `hit${at}_`), { name: 'search' })
  context.request('asked')
  const epoch = await context.settle(tools)
  for (let at = 0; at < 7; at++) context.append({ role: 'assistant', content: words(400, `long${at}_`) })
  assert.throws(() => context.restore(epoch?.id ?? ''), { name: 'UserError', message: /does not fit/ })
})

test('wishes of the agent wait for the next epoch', async () => {
  const context = open()
  context.ask('go')
  await step(context, { command: 'make' }, lines(900), { name: 'run' })
  const handle = context.state().check?.handle ?? ''
  await goOn(context)
  context.drop(handle)
  context.note('Hypothesis: the cache is stale')
  assert.equal(await context.settle(tools), null)
  assert.equal(await context.settle(tools), null)
  assert.ok(contents(context)[2]?.includes('line 1 of it'))
  assert.deepEqual(context.state().open, [])
  const epoch = await context.settle([...tools, tool('more')])
  assert.equal(epoch?.reason, 'tools added: more; wishes of the agent')
  assert.equal(contents(context)[2], `[Given up by you: ${handle}]`)
  assert.deepEqual(context.state().open, ['the cache is stale'])
  assert.equal(epoch?.left[0]?.handle, handle)
})

test('a change of tools or of what they want said is an epoch with its reason; the same ones again are none', async () => {
  const context = open()
  context.ask('go')
  assert.equal(await context.settle(tools), null)
  assert.equal(await context.settle([tool('read'), tool('run')]), null)
  assert.equal((await context.settle([tool('run')]))?.reason, 'tools removed: read')
  const other = { ...tool('run'), description: 'Runs it.' }
  assert.match((await context.settle([other]))?.reason ?? '', /describe themselves otherwise/)
  context.describe('Tools: 1.')
  assert.equal((await context.settle([other]))?.reason, 'the system text changed')
  assert.equal(context.prompt([other]).system, 'You help.\n\nTools: 1.')
  assert.equal(await context.settle([other]), null)
})

test('room that cannot be made is not tried over and over', async () => {
  const context = open(4_000)
  context.ask(words(3_000))
  await context.settle(tools)
  for (let at = 0; at < 12; at++) {
    await step(context, { query: `${at}` }, 'x', { name: 'search' })
    assert.equal(await context.settle(tools), null, `step ${at}`)
  }
})

test('calls without a result are closed where they stand', () => {
  const context = open()
  context.ask('go')
  const calls = ['a', 'b'].map((id) => ({ id, name: 'run', arguments: {} }))
  context.append({ role: 'assistant', content: '', calls })
  context.append({ role: 'tool', callId: 'a', name: 'run', content: 'done' })
  context.close('Stopped.')
  context.ask('again')
  assert.deepEqual(contents(context), ['go', '', 'done', 'Stopped.', 'again'])
  context.close('Stopped.')
  assert.equal(context.messages().length, 5)
})

test('a chat that is opened again and does not fit makes room before its first request, and logs it', async () => {
  const messages: Message[] = Array.from({ length: 60 }, (_, at) => ({
    role: at % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content: words(150, `said${at}_`),
  }))
  const context = open(16_000, { messages })
  const epoch = await context.settle(tools)
  assert.match(epoch?.reason ?? '', /^the window is \d+ % full$/)
  assert.ok(JSON.stringify(context.inspect(epoch?.id ?? '')?.before.messages).includes('said1_0'))
  assert.ok(!JSON.stringify(context.prompt(tools)).includes('said1_0'))
})

test('a note that came before room could not be made is not lost', async () => {
  const context = open(4_000)
  context.ask(words(3_000))
  await context.settle(tools)
  context.note('Next: wait')
  assert.equal(await context.settle(tools), null)
  assert.equal(context.state().next, '')
  assert.equal((await context.settle([]))?.reason, 'tools removed: read, run; wishes of the agent')
  assert.equal(context.state().next, 'wait')
})
