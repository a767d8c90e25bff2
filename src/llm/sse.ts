/** Server-sent events: from bytes in any pieces to the data of each event. */

/** The data of each event, as the HTML standard reads it; what stands after the last line end counts too. */
export async function* eventData(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8')
  const lines = lineSplitter()
  let data: string[] = []
  for await (const piece of bytes) {
    for (const line of lines.push(decoder.decode(piece, { stream: true }))) {
      if (line === '' && data.length > 0) {
        yield data.join('\n')
        data = []
      } else data.push(...dataOf(line))
    }
  }
  // A server that closes without the empty line at the end has still said all of it.
  for (const line of lines.end(decoder.decode())) data.push(...dataOf(line))
  if (data.length > 0) yield data.join('\n')
}

/** Comments keep a connection open; names, ids and waiting times mean nothing here. */
function dataOf(line: string): string[] {
  if (line === 'data') return ['']
  if (!line.startsWith('data:')) return []
  return [line.slice(line[5] === ' ' ? 6 : 5)]
}

interface LineSplitter {
  /** Lines that are complete. */
  push(text: string): string[]
  /** What is left. */
  end(text: string): string[]
}

/** Ends of lines are LF, CRLF and CR; a CR at the end of a piece may be half of a CRLF. */
function lineSplitter(): LineSplitter {
  let rest = ''
  const push = (text: string): string[] => {
    rest += text
    const held = rest.endsWith('\r') ? '\r' : ''
    const lines = rest.slice(0, rest.length - held.length).split(/\r\n|\n|\r/)
    rest = (lines.pop() ?? '') + held
    return lines
  }
  return {
    push,
    end(text) {
      const lines = push(text)
      const last = rest.replace(/\r$/, '')
      return last === '' ? lines : [...lines, last]
    },
  }
}
