import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LedgerReport, ledgerText } from '../../src/extension/models/ledger-text.ts'
import type { LedgerEntry } from '../../src/llm/ledger.ts'

const l10n = {
  t: (message: string, ...args: (string | number)[]) =>
    message.replace(/\{(\d)\}/g, (_, index) => String(args[Number(index)])),
}

const call = (fields: Partial<LedgerEntry>): LedgerEntry => ({
  at: new Date(2026, 10, 22, 14, 3, 5).getTime(),
  purpose: 'work',
  model: 'big@models.example.com',
  remote: true,
  background: false,
  inputTokens: 1_234,
  outputTokens: 56,
  estimated: false,
  dollars: 0.0123,
  outcome: 'answered',
  milliseconds: 2_340,
  root: null,
  ...fields,
})

const report = (fields: Partial<LedgerReport>): LedgerReport => ({
  today: { calls: 0, inputTokens: 0, outputTokens: 0, dollars: null, backgroundTokens: 0 },
  entries: [],
  dailyBackgroundTokens: 200_000,
  priced: false,
  language: 'en',
  ...fields,
})

test('an empty book says so, and where its limit is set', () => {
  const text = ledgerText(l10n, report({}))
  assert.match(text, /Today: 0 calls, 0 tokens in, 0 tokens out\.\n/)
  assert.match(text, /No model was asked yet/)
  assert.match(text, /casebook\.model\.dailyBackgroundTokens/)
  assert.match(ledgerText(l10n, report({ dailyBackgroundTokens: 0 })), /In the background no model is asked/)
})

test('calls stand below each other by day, newest first, with what is only estimated marked', () => {
  const entries = [
    call({}),
    call({
      model: 'small@localhost',
      remote: false,
      background: true,
      dollars: 0,
      estimated: true,
      purpose: 'summarise',
    }),
    call({ at: new Date(2026, 10, 21, 9, 0, 0).getTime(), dollars: null, outcome: 'failed' }),
  ]
  const today = { calls: 2, inputTokens: 2_468, outputTokens: 112, dollars: 0.0123, backgroundTokens: 1_290 }
  const lines = ledgerText(l10n, report({ entries, today, priced: true })).split('\n')
  assert.ok(lines.includes('Today: 2 calls, 2,468 tokens in, 112 tokens out, about 0.0123 US dollars.'))
  assert.match(lines.join('\n'), /1,290 of 200,000 tokens/)
  const days = lines.filter((line) => /^\d{4}-/.test(line))
  assert.deepEqual(days, ['2026-11-22', '2026-11-21'])
  const first = lines.indexOf('2026-11-22')
  const [titles = '', big = '', small = ''] = lines.slice(first + 2, first + 5)
  assert.match(big, /work +big@models\.example\.com +1,234 +56 +0\.0123 +2\.3 s +answered$/)
  assert.match(small, /~1,234 +~56 +0\.00 .*answered, on this machine, in the background$/)
  assert.equal(titles.indexOf('outcome'), big.indexOf('answered'))
  assert.equal(small.indexOf('answered'), big.indexOf('answered'))
  assert.match(lines.at(-2) ?? '', /\? +2\.3 s +failed$/)
})
