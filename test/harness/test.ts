/** `npm test`: every step, then one line of sums. `npm test -- --only unit,house` runs those steps alone. */

import { parseArgs } from 'node:util'
import { type Counts, steps } from './steps.ts'

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const only = values.only?.split(',')
const unknown = only?.find((name) => steps.every((step) => step.name !== name))
if (unknown !== undefined) {
  console.error(`There is no step ${unknown}; there are ${steps.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const sum: Counts = { passed: 0, failed: 0, skipped: 0 }
const lines: string[] = []
for (const step of steps) {
  if (only !== undefined && !only.includes(step.name)) continue
  console.log(`\n--- ${step.name}`)
  const start = performance.now()
  const counts = await step.run().catch((error: unknown): Counts => {
    console.error(error)
    return { passed: 0, failed: 1, skipped: 0 }
  })
  sum.passed += counts.passed
  sum.failed += counts.failed
  sum.skipped += counts.skipped
  const seconds = ((performance.now() - start) / 1000).toFixed(0)
  lines.push(`${step.name.padEnd(8)}${summary(counts)} in ${seconds} s`)
}
console.log(`\n${lines.join('\n')}\n${summary(sum)}`)
process.exitCode = sum.failed === 0 ? 0 : 1

function summary({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}
