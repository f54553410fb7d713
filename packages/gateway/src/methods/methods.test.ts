// The registry: every method of the protocol is there with the scope that the protocol asks for,
// each once, and the committed API reference is the one that these methods give.

import { channelRows, renderReference } from '@openstrike/wire';
import { expect, test } from 'vitest';
import type { Method } from '../method.ts';
import { createSessionMethods } from '../session-methods/create-session-methods.ts';
import { methodGroups, methods } from './index.ts';
import { deribitMethods } from './testing/deribit-methods.ts';

const sessionMethods = createSessionMethods({
  authenticator: {} as never,
  sessions: new Map(),
});
const all: readonly Method[] = [...methods, ...sessionMethods];

/** What the venue offers beyond the protocol. */
const ownMethods = [
  'public/get_liabilities',
  'private/get_liabilities_proof',
  'public/get_margin_parameters',
  'private/get_margin_certificate',
  'private/get_liquidation_plan',
  'private/simulate_liquidation_plan',
  'private/get_liquidation_auctions',
  'private/answer_liquidation',
  'public/get_insurance',
  'private/engage_kill_switch',
  'private/release_kill_switch',
  'private/get_kill_switches',
];

test('every method of the protocol is there, and each once', () => {
  const names = all.map((method) => method.name as string).sort();
  expect(names).toEqual([...deribitMethods.map(([name]) => name), ...ownMethods].sort());
});

test('each needs the scope that the protocol asks for', () => {
  const scopes = new Map(all.map((method) => [method.name as string, method.scope]));
  const other = deribitMethods.filter(([name, scope]) => scopes.get(name) !== scope);
  expect(other).toEqual([]);
});

test('each says in a sentence what it does', () => {
  for (const method of all) expect(method.summary).toMatch(/^[A-Z].*\.$/);
});

test('the committed API reference is up to date', async () => {
  const groups = [{ title: 'Session and identity', methods: sessionMethods }, ...methodGroups];
  const file = '../../../../docs/reference/api.md';
  await expect(renderReference(groups, channelRows)).toMatchFileSnapshot(file);
});
