/** Damages a grammar so that it really aborts inside of the WebAssembly runtime. */

/** A copy of the module in which the longest function (the lexer or the parse table reader) traps. */
export function withTrap(wasm: Uint8Array): Uint8Array {
  const damaged = wasm.slice()
  const [start, end] = longestBody(damaged)
  let at = start
  let locals: number
  ;[locals, at] = readNumber(damaged, at)
  for (; locals > 0; locals--) at = readNumber(damaged, at)[1] + 1
  // `unreachable` again and again, up to the final `end` of the function.
  damaged.fill(0x00, at, end - 1)
  return damaged
}

function longestBody(wasm: Uint8Array): [number, number] {
  let longest: [number, number] = [0, 0]
  for (let at = 8; at < wasm.length; ) {
    const section = wasm[at]
    const [size, content] = readNumber(wasm, at + 1)
    if (section === 10) {
      let [count, body] = readNumber(wasm, content)
      for (; count > 0; count--) {
        const [length, start] = readNumber(wasm, body)
        body = start + length
        if (length > longest[1] - longest[0]) longest = [start, body]
      }
    }
    at = content + size
  }
  return longest
}

/** An unsigned LEB128 number and the offset behind it. */
function readNumber(bytes: Uint8Array, at: number): [number, number] {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0
    value += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) return [value, at]
  }
}
