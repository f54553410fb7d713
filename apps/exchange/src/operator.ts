// Operator: what the operator's commands do inside the running exchange. Each is one request over
// the control socket; money and access go through the engine as journaled commands, keys and tiers
// into the identity store.
import {
  type AccountId,
  type Applied,
  type Cash,
  type Command,
  type CommandPort,
  type Currency,
  currencies,
  minorPerUnit,
  OperationalError,
  type QueryPort,
  rejectCodeRow,
} from '@openstrike/domain';
import {
  type AccountProfile,
  type ApiKey,
  fullScope,
  type IdentityStore,
  isKeyScope,
} from '@openstrike/gateway';
import { recommendedFastMove } from '@openstrike/risk';
import { callAuctionTerms } from './call-auctions.ts';
import type { ControlHandler, ControlRequest } from './control-socket.ts';

export interface OperatorParts {
  readonly commands: CommandPort;
  readonly queries: QueryPort;
  readonly identity: IdentityStore;
  readonly tierNames: readonly string[];
  readonly wallNowMs: () => number;
  readonly announce: (title: string, body: string, important: boolean) => void;
  readonly snapshot: () => Promise<unknown>;
  readonly backup: (folder: string) => Promise<unknown>;
  readonly status: () => Promise<unknown>;
}

const refuse = (sentence: string): never => {
  throw new OperationalError('operator', sentence);
};

/** Submits and turns a refusal of the engine into a sentence. */
export const submitOrThrow = async (commands: CommandPort, command: Command): Promise<Applied> => {
  const applied = await commands.submit(command);
  for (const event of applied.events) {
    if (event.type === 'command-rejected')
      refuse(`Refused: ${rejectCodeRow(event.code).sentence}.`);
  }
  return applied;
};

/** Exact minor units of a decimal written by a person. */
export const parseCash = (amount: string, currency: Currency): Cash => {
  const decimals = Math.round(Math.log10(minorPerUnit[currency]));
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(amount.trim());
  const fraction = match?.[2] ?? '';
  if (match === null || fraction.length > decimals) {
    return refuse(
      `${amount} is not an amount of ${currency}: write digits and at most ${decimals} decimals.`,
    );
  }
  const minor =
    Number(match[1]) * minorPerUnit[currency] + Number(fraction.padEnd(decimals, '0') || 0);
  if (!Number.isSafeInteger(minor) || minor <= 0) refuse(`${amount} ${currency} is out of range.`);
  return minor as Cash;
};

const accountAccess = ['normal', 'cancel-only', 'locked'] as const;

const accountNameMax = 64;

/** Digits alone would be taken for the number of an account. */
const accountNameOf = (name: string | undefined): string => {
  const text = (name ?? '').trim();
  if (text !== '' && text.length <= accountNameMax && !/^\d+$/.test(text)) return text;
  return refuse(`An account's name has 1 to ${accountNameMax} characters and is not a number.`);
};

const currencyOf = (value: string | undefined): Currency => {
  const found = currencies.find((currency) => currency === (value ?? '').toUpperCase());
  return found ?? refuse(`There is no currency ${value ?? ''}: use ${currencies.join(', ')}.`);
};

const profileOf = (identity: IdentityStore, name: string | undefined): AccountProfile => {
  const text = name ?? '';
  const byId = /^\d+$/.test(text) ? identity.profile(Number(text) as AccountId) : null;
  return byId ?? identity.profileByUsername(text) ?? refuse(`There is no account ${text}.`);
};

/** Makes an account in the engine and its profile; safe to repeat after a crash between the two. */
export const createAccount = async (
  { commands, queries, identity }: Pick<OperatorParts, 'commands' | 'queries' | 'identity'>,
  name: string,
  parent: AccountProfile | null,
  tierName?: string,
): Promise<AccountProfile> => {
  const parentId = parent?.mainAccountId ?? null;
  const applied = await commands.submit({ type: 'create-account', parentId, name });
  const refused = applied.events.find((event) => event.type === 'command-rejected');
  if (refused !== undefined && refused.code !== 'account-name-taken') {
    refuse(`Refused: ${rejectCodeRow(refused.code).sentence}.`);
  }
  const made = (await queries.query('accounts', {})).find((account) => account.name === name);
  if (made === undefined) return refuse(`The account ${name} was not made.`);
  const known = identity.profile(made.accountId);
  if (known !== null) return refuse(`An account ${name} exists.`);
  return identity.putProfile({
    accountId: made.accountId,
    mainAccountId: made.parentId ?? made.accountId,
    username: name,
    ...(tierName === undefined ? {} : { tierName }),
  });
};

const showKey = (key: ApiKey): object => ({
  id: key.id,
  name: key.name,
  clientId: key.clientId,
  scope: key.maxScope.join(' '),
  enabled: key.enabled,
});

type Action = (parts: OperatorParts, args: ControlRequest['args']) => unknown;

const accountActions: Readonly<Record<string, Action>> = {
  'account create': async (parts, { name, parent }) => {
    const parentProfile = parent === undefined ? null : profileOf(parts.identity, parent);
    const profile = await createAccount(parts, accountNameOf(name), parentProfile);
    return { accountId: profile.accountId, username: profile.username };
  },
  'account list': ({ identity }) =>
    identity.profiles().map(({ accountId, mainAccountId, username, type, tierName }) => ({
      accountId,
      mainAccountId,
      username,
      type,
      tierName,
    })),
  'account access': async ({ commands, identity, queries }, { account, access }) => {
    const { accountId } = profileOf(identity, account);
    const now = (await queries.query('accounts', {})).find((each) => each.accountId === accountId);
    if (now === undefined) return refuse(`There is no account ${account ?? ''}.`);
    const { selfTradeMode, selfTradeAcrossSubaccounts } = now;
    const settings = { accountId, selfTradeMode, selfTradeAcrossSubaccounts };
    const wanted = accountAccess.find((each) => each === access);
    if (wanted === undefined) {
      return refuse(`There is no access ${access ?? ''}: use ${accountAccess.join(', ')}.`);
    }
    await submitOrThrow(commands, { type: 'configure-account', ...settings, access: wanted });
    return { accountId, access };
  },
  'account tier': ({ identity, tierNames }, { account, tier }) => {
    const name = tier ?? '';
    if (!tierNames.includes(name)) refuse(`There is no tier ${name}: use ${tierNames.join(', ')}.`);
    const { accountId } = profileOf(identity, account);
    identity.changeProfile(accountId, { tierName: name });
    return { accountId, tier: name };
  },
  'key create': ({ identity }, { account, name, scope }) => {
    const { accountId } = profileOf(identity, account);
    const maxScope = scope === undefined ? fullScope : scope.split(/[\s,]+/);
    if (!isKeyScope(maxScope))
      refuse(`${scope} is no scope: use words of ${fullScope.join(', ')}.`);
    const key = identity.createKey(accountId, { maxScope, name: name ?? 'operator' });
    if (key === null) return refuse('The account has all the keys it may have; remove one first.');
    return { ...showKey(key), clientSecret: key.clientSecret };
  },
  'key list': ({ identity }, { account }) =>
    identity.keys(profileOf(identity, account).accountId).map(showKey),
  'key remove': ({ identity }, { account, id }) => {
    const { accountId } = profileOf(identity, account);
    if (!identity.removeKey(accountId, Number(id))) refuse(`There is no key ${id ?? ''}.`);
    return { accountId, removed: Number(id) };
  },
};

/** Of the venue, of an account, or of one of its keys; the journal keeps who was and why. */
const setKillSwitch: (
  parts: OperatorParts,
  args: ControlRequest['args'],
  engaged: boolean,
) => Promise<object> = async ({ commands, identity }, args, engaged) => {
  const { account, key, reason } = args;
  const accountId = account === undefined ? null : profileOf(identity, account).accountId;
  const named = accountId === null ? [] : identity.keys(accountId);
  const known = named.find(({ id, clientId }) => String(id) === key || clientId === key);
  if (key !== undefined && known === undefined) {
    return refuse(
      account === undefined ? 'Name the account of the key.' : `There is no key ${key}.`,
    );
  }
  const clientId = known?.clientId ?? null;
  const why = reason ?? 'by the operator';
  const command = { type: 'set-kill-switch', accountId, clientId, engaged, reason: why } as const;
  const { events, seq } = await submitOrThrow(commands, command);
  const changed = events.find((event) => event.type === 'kill-switch-changed');
  return { seq, accountId, clientId, engaged, reason: why, orders: changed?.orders ?? 0 };
};

const venueActions: Readonly<Record<string, Action>> = {
  deposit: async ({ commands, identity, wallNowMs }, { account, currency, amount, reference }) => {
    const { accountId } = profileOf(identity, account);
    const name = currencyOf(currency);
    const minor = parseCash(amount ?? '', name);
    if (reference === '') refuse('The reference is empty: leave it out, or name the payment.');
    const booked = reference ?? `operator-${wallNowMs()}`;
    const command = { type: 'deposit', accountId, currency: name, amount: minor } as const;
    await submitOrThrow(commands, { ...command, reference: booked });
    return { accountId, currency: name, amount, reference: booked };
  },
  'fund-insurance': async ({ commands, wallNowMs }, { currency, amount, reference }) => {
    const name = currencyOf(currency);
    const minor = parseCash(amount ?? '', name);
    if (reference === '') refuse('The reference is empty: leave it out, or name the payment.');
    const booked = reference ?? `operator-${wallNowMs()}`;
    const command = { type: 'seed-insurance', currency: name, amount: minor } as const;
    await submitOrThrow(commands, { ...command, reference: booked });
    return { currency: name, amount, reference: booked };
  },
  kill: (parts, args) => setKillSwitch(parts, args, true),
  release: (parts, args) => setKillSwitch(parts, args, false),
  halts: async ({ queries }) => queries.query('halts', {}),
  insurance: async ({ queries }) => queries.query('insurance', {}),
  provider: async ({ commands, identity }, { account, provides }) => {
    const accountId = profileOf(identity, account).accountId;
    const provider = provides !== 'false';
    await submitOrThrow(commands, { type: 'set-provider', accountId, provider });
    return { accountId, provider };
  },
  'call-auctions': async ({ commands }, { seconds }) => {
    const terms = callAuctionTerms(Number(seconds ?? recommendedFastMove.auctionSeconds));
    await submitOrThrow(commands, { type: 'set-call-auctions', terms });
    return { terms };
  },
  halt: async ({ commands, announce }, { currency, reason }) => {
    const scope = currency === undefined ? 'all' : currencyOf(currency);
    const why = reason ?? 'halted by the operator';
    await submitOrThrow(commands, { type: 'set-trading', scope, state: 'halted', reason: why });
    announce('Trading halted', `${scope}: ${why}`, true);
    return { scope, state: 'halted' };
  },
  resume: async ({ commands, announce }, { currency }) => {
    const scope = currency === undefined ? 'all' : currencyOf(currency);
    await submitOrThrow(commands, { type: 'set-trading', scope, state: 'open', reason: '' });
    announce('Trading resumed', scope, true);
    return { scope, state: 'open' };
  },
  announce: ({ announce }, { title, body }) => {
    announce(title ?? '', body ?? '', false);
    return { announced: title };
  },
  snapshot: ({ snapshot }) => snapshot(),
  backup: ({ backup }, { folder }) => backup(folder ?? ''),
  status: ({ status }) => status(),
};

const actions: ReadonlyMap<string, Action> = new Map(
  Object.entries({ ...accountActions, ...venueActions }),
);

export const createOperator =
  (parts: OperatorParts): ControlHandler =>
  async ({ command, args }) => {
    const action = actions.get(command) ?? refuse(`There is no operator command ${command}.`);
    return action(parts, args);
  };
