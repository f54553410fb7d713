import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isKeyScope, narrowScope, parseScope, scopeAllows, scopeDomains } from './scope.ts';

const word = fc
  .tuple(fc.constantFrom(...scopeDomains), fc.constantFrom('none', 'read', 'read_write'))
  .map(([domain, level]) => `${domain}:${level}`);

test('what is granted never exceeds the key, and what was not named is not taken away', () => {
  fc.assert(
    fc.property(fc.array(word), fc.array(word), (maxScope, asked) => {
      const request = parseScope(asked.join(' '));
      expect(request).not.toBeNull();
      if (request === null) return;
      const granted = narrowScope(maxScope, request);
      expect(isKeyScope(granted)).toBe(true);
      for (const domain of scopeDomains) {
        const named = request.levels.has(domain);
        for (const level of ['read', 'read_write']) {
          const right = `${domain}:${level}`;
          const byKey = scopeAllows(maxScope, right);
          if (scopeAllows(granted, right)) expect(byKey).toBe(true);
          if (!named) expect(scopeAllows(granted, right)).toBe(byKey);
        }
        if (request.levels.get(domain) === 0) {
          expect(scopeAllows(granted, `${domain}:read`)).toBe(false);
        }
      }
    }),
    { verbose: 1 },
  );
});

test('sessions, lifetimes and addresses are read; other words are not scopes', () => {
  expect(parseScope('session:bot expires:60 ip:10.0.0.1 connection mainaccount')).toMatchObject({
    sessionName: 'bot',
    expiresS: 60,
    addresses: ['10.0.0.1'],
  });
  for (const bad of ['session:', 'expires:-1', 'expires:x', 'trade', 'trade:all', 'spot:read']) {
    expect(parseScope(bad)).toBeNull();
  }
});
