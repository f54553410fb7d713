// Scope: the words that say what a key or a token may do. Invariant: a granted scope never
// exceeds the key's maximum; a domain the client did not name gets the key's maximum, as clients
// that name only a session expect.
export const scopeDomains = ['account', 'trade', 'wallet', 'block_trade', 'block_rfq'] as const;
type Domain = (typeof scopeDomains)[number];

const levels = ['none', 'read', 'read_write'] as const;
const levelOf = (word: string): number => levels.indexOf(word as (typeof levels)[number]);

/** The most that a key can be given, in the order in which it is listed. */
export const fullScope: readonly string[] = scopeDomains.map((domain) => `${domain}:read_write`);

export interface ScopeRequest {
  /** Asked level by domain; absent where the client did not name it. */
  readonly levels: ReadonlyMap<Domain, number>;
  readonly sessionName: string | null;
  /** Asked lifetime in seconds; null for the venue's own. */
  readonly expiresS: number | null;
  /** Addresses the token is good for; empty for all. */
  readonly addresses: readonly string[];
}

const domainLevel = (word: string): readonly [Domain, number] | null => {
  const colon = word.indexOf(':');
  const domain = word.slice(0, colon) as Domain;
  const level = levelOf(word.slice(colon + 1));
  return colon > 0 && level >= 0 && scopeDomains.includes(domain) ? [domain, level] : null;
};

/**
 * Reads a scope text such as `session:bot trade:read expires:600`; null when a word is malformed.
 */
export const parseScope = (text: string): ScopeRequest | null => {
  const asked = new Map<Domain, number>();
  let sessionName: string | null = null;
  let expiresS: number | null = null;
  const addresses: string[] = [];
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const pair = domainLevel(word);
    if (pair !== null) {
      asked.set(pair[0], pair[1]);
    } else if (word.startsWith('session:')) {
      sessionName = word.slice(8);
      if (sessionName === '' || sessionName.length > 128) return null;
    } else if (word.startsWith('expires:')) {
      expiresS = Number(word.slice(8));
      if (!Number.isInteger(expiresS) || expiresS <= 0) return null;
    } else if (word.startsWith('ip:')) {
      addresses.push(word.slice(3));
    } else if (word !== 'connection' && word !== 'mainaccount') {
      return null;
    }
  }
  return { levels: asked, sessionName, expiresS, addresses };
};

/** Whether every word is a level of a domain, as a key's maximum scope must be. */
export const isKeyScope = (words: readonly string[]): boolean =>
  words.every((word) => domainLevel(word) !== null);

/** The domain words of a request narrowed to a key's maximum; domains at `none` are left out. */
export const narrowScope = (maxScope: readonly string[], request: ScopeRequest): string[] => {
  const maxLevels = new Map<Domain, number>();
  for (const word of maxScope) {
    const pair = domainLevel(word);
    if (pair !== null) maxLevels.set(pair[0], Math.max(maxLevels.get(pair[0]) ?? 0, pair[1]));
  }
  const granted: string[] = [];
  for (const domain of scopeDomains) {
    const max = maxLevels.get(domain) ?? 0;
    const level = Math.min(max, request.levels.get(domain) ?? max);
    if (level > 0) granted.push(`${domain}:${levels[level]}`);
  }
  return granted;
};

/** Whether granted words cover a required one; `read_write` includes `read`. */
export const scopeAllows = (granted: readonly string[], required: string): boolean =>
  granted.includes(required) ||
  (required.endsWith(':read') && granted.includes(`${required}_write`));
