// Payer model: what everybody could pay towards a loss that an account left: those closed out what
// the closed lots had gained since they were opened, all others with open positions what they
// gained since the last daily settlement; worked out from trades and marks alone. Invariants: a
// gain is told as it is; nobody is passed over; the next pay only what those before could not, so
// that the waterfall is in order; a loss is shared in proportion to the unit; and a debt stands
// beside a closed account only where nobody could pay any more. Source of the rules:
// docs/decisions/liquidation.md.
import type {
  AccountId,
  Currency,
  Deleveraged,
  InstrumentId,
  LossSocialised,
  Trade,
  TsUs,
} from '@openstrike/domain';
import { type ContractFactsTable, wholeValueAt } from './contract-facts.ts';
import type { MarketFacts } from './market-facts.ts';
import { fundingMax, type Own, worthOf } from './own-model.ts';
import { hold, show } from './violation.ts';

/** A position of an account in a contract, with what it cost. */
interface Entry {
  lots: number;
  /** Minor units at entry, of the open lots. */
  cost: number;
  /** The same of options since the last daily settlement, less what is realised. */
  base: number;
  /** Fills since it was flat: each may have rounded by a unit. */
  fills: number;
}

/** What somebody could have paid, and how far off that may be. */
interface Gain {
  readonly gain: number;
  readonly slack: number;
}

/** Who paid what of the loss of one account in one currency. */
export interface Borne {
  readonly liquidatedId: AccountId;
  readonly currency: Currency;
  readonly fromSocialised: number;
  readonly receipts: readonly Deleveraged[];
  readonly shares: readonly LossSocialised[];
  /** Whether the account is left owing in the currency. */
  readonly owing: boolean;
}

export interface PayerParts {
  readonly facts: ContractFactsTable;
  readonly market: MarketFacts;
  readonly own: (accountId: AccountId, currency: Currency) => Own | null;
  readonly cash: (accountId: AccountId, currency: Currency) => number;
  /** Whether an account is liquidated itself in what is margined with a currency. */
  readonly isBusy: (accountId: AccountId, currency: Currency) => boolean;
}

const keyOf = (accountId: AccountId, instrumentId: InstrumentId): string =>
  `${accountId}:${instrumentId}`;

export class PayerModel {
  readonly #parts: PayerParts;
  readonly #entries = new Map<AccountId, Map<InstrumentId, Entry>>();
  /** Of lots that a liquidation closed in the present command: what they had gained, and when. */
  readonly #closed = new Map<string, Gain & { readonly atUs: TsUs }>();

  constructor(parts: PayerParts) {
    this.#parts = parts;
  }

  trade(trade: Trade): void {
    const { instrumentId, sizeLots, priceTicks, taker, maker, liquidation, tsUs } = trade;
    for (const party of [taker, maker]) {
      const lots = party.side === 'buy' ? sizeLots : -sizeLots;
      const entry = this.#entry(party.accountId, instrumentId);
      if (liquidation !== null) this.#noteClosed(party.accountId, instrumentId, entry, lots, tsUs);
      const { instrument } = this.#parts.facts.get(instrumentId);
      fill(entry, lots, wholeValueAt(instrument, lots, priceTicks));
    }
  }

  /** A contract has ended: what it gained is cash. */
  delivered(instrumentId: InstrumentId): void {
    for (const own of this.#entries.values()) own.delete(instrumentId);
  }

  /** A daily settlement: gains of options count from here, save where a delivery is waited for. */
  settled(settledUs: TsUs): void {
    for (const own of this.#entries.values()) {
      for (const [instrumentId, entry] of own) {
        const { expiryUs } = this.#parts.facts.get(instrumentId).instrument;
        if (expiryUs !== null && expiryUs <= settledUs) continue;
        const worth = this.#worth(instrumentId, entry.lots);
        if (!Number.isNaN(worth)) entry.base = worth;
        if (entry.lots === 0) own.delete(instrumentId);
      }
    }
  }

  /** Between two commands. */
  close(): void {
    this.#closed.clear();
  }

  /** Holds who paid to who could have. */
  check(borne: Borne): void {
    const { currency, receipts, shares, fromSocialised, owing } = borne;
    const others = fromSocialised > 0 || owing;
    let room = 0;
    for (const receipt of receipts) {
      const { gain, slack } = this.#closedGain(receipt);
      const { charge } = receipt;
      hold(charge <= gain + slack, 'nobody is charged beyond what the closed lots gained', () =>
        show([receipt, gain]),
      );
      if (charge < gain - slack) room += 1;
    }
    hold(
      !others || room === 0,
      'those closed out pay all they gained before others do',
      () => `${room} could pay more: ${show(borne)}`,
    );
    if (!others) return;
    const gains = this.#sessionGains(borne.liquidatedId, currency, receipts);
    for (const share of shares) {
      const own = gains.get(share.accountId);
      const told = own !== undefined && Math.abs(own.gain - share.gain) <= own.slack;
      hold(told, 'what was gained in a session is told as it is', () => show([share, own]));
      gains.delete(share.accountId);
      const left = share.gain - share.charge;
      hold(!owing || left <= 0, 'a debt stands only where nobody can pay', () => show(share));
    }
    const total = shares.reduce((sum, { gain }) => sum + gain, 0);
    for (const [accountId, { gain, slack }] of gains) {
      // Somebody whose part of the loss is less than a unit may be spared.
      const part = owing ? gain : (Math.max(0, gain) / Math.max(1, total + gain)) * fromSocialised;
      hold(
        gain <= slack || part <= 1,
        'nobody who gained is passed over',
        () => `account ${accountId} gained ${gain} in ${currency}: ${show(borne)}`,
      );
    }
  }

  /** Holds that nobody who gained is left, where a loss stays without anybody charged. */
  checkUnpaid(liquidatedId: AccountId, currency: Currency): void {
    for (const [accountId, { gain, slack }] of this.#sessionGains(liquidatedId, currency, [])) {
      hold(
        gain <= slack,
        'a debt stands only where nobody can pay',
        () => `account ${accountId} gained ${gain} in ${currency}, ${liquidatedId} owes`,
      );
    }
  }

  /** What all who are not liquidated themselves gained in a session, less what they paid by now. */
  #sessionGains(
    liquidatedId: AccountId,
    currency: Currency,
    receipts: readonly Deleveraged[],
  ): Map<AccountId, Gain> {
    const gains = new Map<AccountId, Gain>();
    for (const accountId of this.#entries.keys()) {
      if (accountId === liquidatedId || this.#parts.isBusy(accountId, currency)) continue;
      const own = receipts.filter((receipt) => receipt.accountId === accountId);
      const gain = this.#sessionGain(accountId, currency, own);
      if (gain !== null) gains.set(accountId, gain);
    }
    return gains;
  }

  /** Null where the account held nothing before its lots were closed, or something has no mark. */
  #sessionGain(
    accountId: AccountId,
    currency: Currency,
    receipts: readonly Deleveraged[],
  ): Gain | null {
    const own = this.#parts.own(accountId, currency);
    if (own === null) return null;
    const { facts } = this.#parts;
    let gain = own.balance - this.#parts.cash(accountId, currency) + own.options;
    let slack = own.slack;
    let open = receipts.length > 0;
    for (const [instrumentId, { lots, base, fills }] of this.#entries.get(accountId) ?? []) {
      const { instrument } = facts.get(instrumentId);
      if (instrument.settlementCurrency !== currency) continue;
      open ||= lots !== 0;
      slack += 2 + fills;
      if (instrument.kind === 'option') gain -= base;
    }
    for (const receipt of receipts) {
      const { instrumentId, sizeLots, charge } = receipt;
      const funding = this.#fundingSinceMark(receipt);
      gain -= charge + (funding ?? 0);
      if (funding === null) slack += fundingMax * Math.abs(this.#worth(instrumentId, sizeLots));
      // Lots close at a tick; what the mark is off it was paid apart.
      slack += this.#tickValue(instrumentId, sizeLots);
    }
    return open ? { gain, slack: slack + 1e-9 * Math.abs(gain) } : null;
  }

  /**
   * What closed lots were paid for the time since the last mark, up to which gains count; null
   * where that is not known.
   */
  #fundingSinceMark({ accountId, instrumentId, sizeLots }: Deleveraged): number | null {
    const { facts, market } = this.#parts;
    const { instrument } = facts.get(instrumentId);
    const atUs = this.#closed.get(keyOf(accountId, instrumentId))?.atUs;
    if (instrument.kind !== 'perpetual' || atUs === undefined) return 0;
    const paidPerLot = market.paidPerLotAt(instrument, atUs);
    return paidPerLot === null ? null : sizeLots * (paidPerLot - market.paidPerLot(instrument));
  }

  #tickValue(instrumentId: InstrumentId, lots: number): number {
    const { instrument } = this.#parts.facts.get(instrumentId);
    const { tick } = instrument;
    const price = this.#parts.market.marks.get(instrumentId)?.price ?? Number.NaN;
    const step = tick.num / tick.den;
    return Math.abs(worthOf(instrument, lots, price + step) - worthOf(instrument, lots, price));
  }

  #noteClosed(
    accountId: AccountId,
    instrumentId: InstrumentId,
    entry: Entry,
    lots: number,
    atUs: TsUs,
  ): void {
    if (entry.lots * lots >= 0 || Math.abs(lots) > Math.abs(entry.lots)) return;
    const worth = this.#worth(instrumentId, entry.lots);
    const share = Math.abs(lots) / Math.abs(entry.lots);
    const gain = Math.max(0, Math.floor((worth - entry.cost) * share));
    this.#closed.set(keyOf(accountId, instrumentId), {
      gain,
      atUs,
      slack: 2 + entry.fills + 1e-9 * Math.abs(worth),
    });
  }

  #closedGain({ accountId, instrumentId }: Deleveraged): Gain {
    const known = this.#closed.get(keyOf(accountId, instrumentId));
    hold(known !== undefined, 'who is closed out held the other side', () => `${accountId}`);
    return known;
  }

  #worth(instrumentId: InstrumentId, lots: number): number {
    if (lots === 0) return 0;
    const { facts, market } = this.#parts;
    const price = market.marks.get(instrumentId)?.price ?? Number.NaN;
    return worthOf(facts.get(instrumentId).instrument, lots, price);
  }

  #entry(accountId: AccountId, instrumentId: InstrumentId): Entry {
    let own = this.#entries.get(accountId);
    if (own === undefined) {
      own = new Map();
      this.#entries.set(accountId, own);
    }
    let entry = own.get(instrumentId);
    if (entry === undefined) {
      entry = { lots: 0, cost: 0, base: 0, fills: 0 };
      own.set(instrumentId, entry);
    }
    return entry;
  }
}

/** Fills signed lots worth so much: closing takes its share of the cost along. */
const fill = (entry: Entry, lots: number, value: number): void => {
  const before = entry.lots;
  const left = before + lots;
  entry.lots = left;
  entry.base += value;
  if (before * lots >= 0) entry.cost += value;
  else if (before * left >= 0) entry.cost *= left / before;
  else entry.cost = (value * left) / lots;
  entry.fills = left === 0 ? 0 : entry.fills + 1;
};
