/** Names of files that usually hold secrets. Pure. */

/** Copies of editors and people: the name before it counts. */
const copySuffix = /(~|\.(bak|backup|old|orig|save|swp|copy)\d*)+$/
/** Shows the form without the values: `.env.example`, `example.env`, `secrets.sample.yml`. */
const template = /(^|[._-])(example|sample|template|dist|defaults?)(\.(env|json|ya?ml|toml|ini))?$/

/** Files that people fill in from a template. */
const filledNames = [
  /^\.env/,
  /\.env$/,
  /^(credentials|secrets?)$/,
  // Not `secret_scanning.yml`: after a dash it must be a stage.
  /^(credentials|secrets?)((\.[^.]+)+|[_-](prod|production|dev|development|stag(e|ing)|test|live|local))?\.(json|ya?ml|toml|ini|csv|txt|env|conf|cfg|properties)$/,
]
const secretNames = [
  /\.(pem|key|p12|pfx|p8|jks|keystore|kdbx|ppk|ovpn|pgpass|agekey)$/,
  /^\.(netrc|npmrc|pypirc|htpasswd|git-credentials|pgpass|vault-token|s3cfg|boto)$/,
  /^_netrc$/,
  /\.tfstate(\..*)?$/,
  /\.tfvars(\.json)?$/,
  /^service[-_]?account.*\.json$/,
  /^client_secret.*\.json$/,
  /^kubeconfig$/,
  /^terraform\.rc$/,
  // Not `id_rsa.pub` and not `id_rsa_test.py`, which is code.
  /^id_(rsa|dsa|ecdsa|ed25519)([_-][^.]*)?(\.(txt|priv|private))?$/,
]
const secretFolders = /(^|\/)(\.aws|\.ssh|\.gnupg|\.kube|\.docker)\//

/** Whether the file at this path must not be read; templates such as `.env.example` may be. */
export function isSecretPath(path: string): boolean {
  const lower = path.toLowerCase()
  if (secretFolders.test(lower)) return true
  const name = lower.slice(lower.lastIndexOf('/') + 1).replace(copySuffix, '')
  const fits = (pattern: RegExp) => pattern.test(name)
  return secretNames.some(fits) || (!template.test(name) && filledNames.some(fits))
}
