/** Sessions of Aider with verdicts that a person gave, written for this project from the specification. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Labelled } from '../contract.ts'

/** Writes a history as the program does: its own lines and the person's end with two blanks. */
export class History {
  readonly lines: string[] = []

  started(time = '2026-04-01 09:00:00', launch = 'aider --model sonnet shop/cart.py'): this {
    this.lines.push('', `# aider chat started at ${time}`, '')
    return this.tells(
      `/home/ana/.local/bin/${launch}`,
      'Aider v0.86.1',
      'Main model: sonnet with diff edit format',
    )
  }

  says(...words: string[]): this {
    this.lines.push('', ...words.map((line) => `#### ${line}  `))
    return this
  }

  tells(...words: string[]): this {
    this.lines.push(...words.map((line) => `> ${line}  `))
    return this
  }

  answers(...words: string[]): this {
    this.lines.push('', ...words, '')
    return this
  }

  /** A reply with one SEARCH/REPLACE block. */
  proposes(path: string, before: string, after: string): this {
    const block = ['<<<<<<< SEARCH', before, '=======', after, '>>>>>>> REPLACE']
    return this.answers('I change it so:', '', path, '```python', ...block, '```')
  }

  /** The reply, applied and committed. */
  edits(path: string, before: string, after: string, sha = 'a7986fc'): this {
    return this.proposes(path, before, after)
      .tells(
        'Tokens: 2.1k sent, 140 received. Cost: $0.01 message, $0.02 session.',
        `Applied edit to ${path}`,
      )
      .tells(`Commit ${sha} fix: count the items`, 'You can use /undo to undo and discard each aider commit.')
  }

  /** `/test` whose output goes to the model: the tests failed. */
  fails(command: string, lines = 12): this {
    return this.says(`/test ${command}`).tells(`Added ${lines} lines of output to the chat.`)
  }

  write(root: string): void {
    const file = join(root, '.aider.chat.history.md')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${this.lines.join('\n')}\n`)
  }
}

const inShop = (home: string) => join(home, 'shop')

function one(
  name: string,
  verdict: Labelled['verdict'],
  [why, build]: [why: string, build: (history: History) => History],
): Labelled {
  return {
    agent: 'aider',
    name,
    verdict,
    why,
    write: (home) => build(new History()).write(inShop(home)),
    machine: (home) => ({ repositories: [inShop(home)] }),
    root: inShop,
  }
}

const fixed = (history: History) =>
  history
    .started()
    .says('The total of the cart is wrong, see #12')
    .edits('shop/cart.py', '    return price', '    return price * count')
const autoTest = 'aider --auto-test --test-cmd pytest -q --model sonnet shop/cart.py'

export const labelled: readonly Labelled[] = [
  one('failing tests, an edit, silent tests', 'passed', [
    'output of /test is shown only where tests fail: it was shown before the edit, and not after it',
    (h) =>
      h
        .started()
        .says('The total of the cart is wrong')
        .fails('pytest tests/test_cart.py')
        .edits('shop/cart.py', '    return price', '    return price * count')
        .says('/test pytest tests/test_cart.py')
        .says('/exit'),
  ]),
  one('the file ends while tests run', 'unknown', [
    'nothing follows /test: nobody knows whether it ended',
    (h) => fixed(h).says('/test pytest'),
  ]),
  one('the tests still fail', 'failed', [
    'the output of the last /test was shown to the model',
    (h) => fixed(h).fails('pytest').answers('The count is missing. I need to see the file.'),
  ]),
  one('the edit is undone', 'failed', [
    'the person took the commit back with /undo',
    (h) =>
      fixed(h)
        .says('/test pytest')
        .says('/undo')
        .tells('Removed: a7986fc fix: count the items', 'Now at:  588337a first'),
  ]),
  one('an edit after the tests', 'unknown', [
    'another edit followed the run that passed',
    (h) => fixed(h).says('/test pytest').says('And round it').edits('shop/cart.py', 'x', 'y', 'b1c2d3e'),
  ]),
  one('/run tells no exit code', 'unknown', [
    '/run asks whether to add the output, whatever the exit code is',
    (h) =>
      fixed(h)
        .says('/run pytest')
        .tells('Add 0.2k tokens of command output to the chat? (Y)es/(N)o [Yes]: y')
        .tells('Added 5 lines of output to the chat.')
        .says('/exit'),
  ]),
  one('an old version writes the output of /run', 'passed', [
    'the output says that all tests passed',
    (h) => fixed(h).says('/run pytest').tells('.....', '5 passed in 0.19s').says('/exit'),
  ]),
  one('the block did not match', 'unknown', [
    'nothing was applied: the SEARCH block was not found in the file',
    (h) =>
      h
        .started()
        .says('Fix the total')
        .proposes('shop/cart.py', 'not there', 'b')
        .tells('The LLM did not conform to the edit format.', '# 1 SEARCH/REPLACE block failed to match!')
        .says('/test pytest')
        .says('/exit'),
  ]),
  one('its own tests are silent', 'passed', [
    'started with --auto-test: it runs the tests after each edit and tells of failures only',
    (h) => h.started(undefined, autoTest).says('Fix the total').edits('shop/cart.py', 'a', 'b').says('/exit'),
  ]),
  one('its own tests fail and the person gives up', 'failed', [
    'it asked whether to fix the test errors, and the answer was no',
    (h) =>
      h
        .started(undefined, autoTest)
        .says('Fix the total')
        .edits('shop/cart.py', 'a', 'b')
        .tells('Added 9 lines of output to the chat.', 'Attempt to fix test errors? (Y)es/(N)o [Yes]: n')
        .says('/exit'),
  ]),
  one('a second reply mends its own failing tests', 'passed', [
    'the tests that it runs by itself failed once, and were silent after the second edit',
    (h) =>
      h
        .started(undefined, autoTest)
        .says('Fix the total')
        .edits('shop/cart.py', 'a', 'b')
        .tells('Added 9 lines of output to the chat.', 'Attempt to fix test errors? (Y)es/(N)o [Yes]: y')
        .edits('shop/cart.py', 'b', 'c', 'b1c2d3e')
        .says('/exit'),
  ]),
  one('stopped while its own tests ran', 'unknown', [
    'an interrupt: silence means nothing then',
    (h) =>
      h
        .started(undefined, autoTest)
        .says('Fix the total')
        .edits('shop/cart.py', 'a', 'b')
        .tells('^C again to exit')
        .says('/exit'),
  ]),
]
