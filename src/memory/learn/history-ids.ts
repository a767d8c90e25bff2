/** The id of a commit's episode: a ULID made of the commit alone, so that a commit is remembered once, everywhere. */

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * Ten characters of the commit's time, sixteen of the first 80 bits of its id: clones agree, and what was purged
 * once is known and never comes back. `time` in Unix seconds.
 */
export function episodeId(sha: string, time: number): string {
  return base32(BigInt(Math.max(0, time)) * 1000n, 10) + base32(BigInt(`0x${sha.slice(0, 20)}`), 16)
}

function base32(value: bigint, length: number): string {
  let rest = value
  let out = ''
  for (let at = 0; at < length; at++) {
    out = (crockford[Number(rest & 31n)] ?? '0') + out
    rest >>= 5n
  }
  return out
}
