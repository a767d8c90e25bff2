/** How unlike words a text is: what tells a random key from a name that a person gave. Pure. */

/**
 * Bits (0 to 9) of each pair of neighbouring letters in 13,500 words of public source code in six languages; row:
 * the letter before, column: the letter, 26 stands for the edge of a word.
 */
const pairs = [
  '744476595963539593436688684',
  '355535994793784895474999593',
  '365636935944892895635999794',
  '466526893996985996575899791',
  '574365687995538573359675793',
  '455533993994873995664999693',
  '598938554996755894575899891',
  '399729983997673894745999693',
  '564555599984523695439597956',
  '299628995986893576393789894',
  '478727793986965697476969782',
  '387527993983893799555799493',
  '359729993996584398575999694',
  '484446384867765898436699893',
  '665576696864425593554558895',
  '388738864993893493545999694',
  '699999996994997998790999983',
  '376627693976564795445789693',
  '595737854976885598435989792',
  '496827943996784794456989593',
  '545646595994437493339997986',
  '298819893997775999866999894',
  '378638843996844894468979993',
  '584637974997689398738994692',
  '677657795985655498558879781',
  '388818974895795999988999643',
  '443444554775455484345658899',
].map((row) => [...row].map(Number))

const edge = 26
/** Bits: a digit among letters, each further digit (log2 of 10), a separator within a name, any other sign. */
const cost = { intoDigits: 7, digit: 3.3, outOfDigits: 3, separator: 2, sign: 6, hump: 1 }

/** `mean` is bits a character: names of code lie near 3.5, random letters near 6.5, hex digits near 5. */
export function surprise(text: string): { mean: number; total: number } {
  let total = 0
  let before = edge
  let wasDigit = false
  let wasLower = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const digit = code >= 48 && code <= 57
    const letter = letterOf(code)
    if (digit) total += wasDigit ? cost.digit : cost.intoDigits
    else if (letter < 0) total += isSeparator(code) ? cost.separator : cost.sign
    else {
      const upper = code < 91
      if (upper && wasLower) total += cost.hump
      total += (wasDigit ? cost.outOfDigits : 0) + bits(upper && wasLower ? edge : before, letter)
      wasLower = !upper
    }
    if (letter < 0) wasLower = false
    before = letter < 0 ? edge : letter
    wasDigit = digit
  }
  return { mean: total / Math.max(1, text.length), total }
}

function letterOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 97
  return code >= 65 && code <= 90 ? code - 65 : -1
}

/** Space, dash, dot, slash, colon, underscore. */
function isSeparator(code: number): boolean {
  return code === 32 || (code >= 45 && code <= 47) || code === 58 || code === 95
}

function bits(before: number, letter: number): number {
  return pairs[before]?.[letter] ?? 9
}
