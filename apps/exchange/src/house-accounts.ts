// House accounts: the accounts a fresh exchange is born with: two funded demo accounts with keys
// for people, and those of the simulated participants. Safe to repeat: what exists is left as it
// is, so a crash in between is mended at the next start.
import {
  type AccountId,
  type Cash,
  type Command,
  type Currency,
  currencies,
  minorPerUnit,
} from '@openstrike/domain';
import {
  type AccountProfile,
  type ApiKey,
  fullScope,
  type IdentityStore,
} from '@openstrike/gateway';
import { createAccount, type OperatorParts } from './operator.ts';
import type { DemoAccount } from './run-file.ts';

type Parts = Pick<OperatorParts, 'commands' | 'queries' | 'identity'>;

const demoDeposits: Readonly<Record<Currency, number>> = { BTC: 100, ETH: 1_000, USDC: 1_000_000 };
const makerDeposits: Readonly<Record<Currency, number>> = {
  BTC: 200_000,
  ETH: 1_000_000,
  USDC: 100_000_000,
};
/** What the insurance fund starts with. */
const insuranceSeed: Readonly<Record<Currency, number>> = {
  BTC: 500,
  ETH: 5_000,
  USDC: 10_000_000,
};

/** Refusals that mean: an earlier start got this far already. */
const doneBefore: ReadonlySet<string> = new Set(['duplicate-reference', 'insurance-funded']);

const submit = async ({ commands }: Parts, command: Command): Promise<void> => {
  for (const event of (await commands.submit(command)).events) {
    if (event.type === 'command-rejected' && !doneBefore.has(event.code)) {
      throw new Error(`${command.type} of the house was refused: ${event.code}`);
    }
  }
};

const fund = async (
  parts: Parts,
  profile: AccountProfile,
  amounts: Readonly<Record<Currency, number>>,
): Promise<void> => {
  for (const currency of currencies) {
    await submit(parts, {
      type: 'deposit',
      accountId: profile.accountId,
      currency,
      amount: (amounts[currency] * minorPerUnit[currency]) as Cash,
      reference: `opening-${profile.username}-${currency}`,
    });
  }
};

const keyOf = (identity: IdentityStore, profile: AccountProfile): ApiKey => {
  const [known] = identity.keys(profile.accountId);
  const key =
    known ?? identity.createKey(profile.accountId, { maxScope: fullScope, name: 'house' });
  if (key === null) throw new Error(`${profile.username} has no key and cannot get one`);
  return key;
};

const openHouseAccount = async (
  parts: Parts,
  name: string,
  amounts: Readonly<Record<Currency, number>>,
  tierName?: string,
): Promise<DemoAccount> => {
  const known = parts.identity.profileByUsername(name);
  const profile = known ?? (await createAccount(parts, name, null, tierName));
  await fund(parts, profile, amounts);
  const key = keyOf(parts.identity, profile);
  const { clientId, clientSecret } = key;
  return { accountId: profile.accountId, username: name, clientId, clientSecret };
};

export interface HouseAccounts {
  readonly demo: readonly DemoAccount[];
  readonly makers: readonly DemoAccount[];
  readonly takers: readonly DemoAccount[];
}

/**
 * Opens what is missing. Makers get the tier of their trade and answer liquidation auctions; takers
 * are never throttled.
 */
export const openHouseAccounts = async (parts: Parts, makers: number): Promise<HouseAccounts> => {
  // Once: a fund that was spent stays so until its operator pays into it.
  const seeded = parts.identity.profileByUsername('demo-1') !== null;
  for (const currency of seeded ? [] : currencies) {
    const amount = (insuranceSeed[currency] * minorPerUnit[currency]) as Cash;
    await submit(parts, { type: 'seed-insurance', currency, amount });
  }
  const open = (names: readonly string[], amounts: typeof demoDeposits, tier?: string) =>
    names.reduce(
      async (before, name) => [
        ...(await before),
        await openHouseAccount(parts, name, amounts, tier),
      ],
      Promise.resolve<readonly DemoAccount[]>([]),
    );
  const makerNames = Array.from({ length: makers }, (_, index) => `maker-${index + 1}`);
  const house = {
    demo: await open(['demo-1', 'demo-2'], demoDeposits),
    makers: await open(makerNames, makerDeposits, 'unlimited'),
    takers: makers === 0 ? [] : await open(['taker-1'], makerDeposits, 'unlimited'),
  };
  for (const { accountId } of house.makers) {
    const maker = accountId as AccountId;
    await submit(parts, { type: 'set-provider', accountId: maker, provider: true });
  }
  return house;
};
