// Audited stage: a venue of two indexes on which a test plays a story command by command, each held
// by the auditor as in a run.
import {
  type AccountId,
  type Command,
  type Currency,
  type Event,
  goodIndex,
  type Instrument,
  type Seq,
  type TsUs,
  type UsdMicros,
} from '@openstrike/domain';
import { Auditor } from '../auditor/auditor.ts';
import { orderOf } from '../clients/order-form.ts';
import { contractTables } from '../contracts.ts';
import { Coverage } from '../coverage.ts';
import type { Plant } from '../plant.ts';
import { drawOptions } from '../sim-options.ts';

const startUs = 1_789_984_800_000_000;

/** Throws: a Violation, as soon as the auditor finds one. */
export class AuditedStage {
  readonly coverage = new Coverage();
  readonly #machine;
  readonly #auditor: Auditor;
  readonly #instruments = new Map<string, Instrument>();
  nowUs = startUs;
  #seq = 0;

  constructor(plant: Plant) {
    this.#machine = plant.createMachine();
    this.#auditor = new Auditor(plant.createShadow(), this.coverage);
    const drawn = drawOptions(1, 1);
    const market = { ...drawn.market, linear: true, ether: false, exercised: false };
    this.apply({ type: 'configure', tables: contractTables({ ...drawn, startUs, market }) });
    this.say(100_000);
  }

  apply(command: Command): readonly Event[] {
    this.#seq += 1;
    const [seq, tsUs] = [this.#seq as Seq, this.nowUs as TsUs];
    const events = this.#machine.apply(command, seq, tsUs);
    for (const event of events) {
      if (event.type === 'instrument-listed') {
        this.#instruments.set(event.instrument.name, event.instrument);
      }
    }
    this.#auditor.take({ seq, tsUs, command, events });
    return events;
  }

  say(price: number): void {
    const micros = Math.round(price * 1e6) as UsdMicros;
    this.apply(goodIndex('btc_usd', micros));
    this.apply(goodIndex('btc_usdc', micros));
  }

  account(name: string, deposits: Partial<Record<Currency, number>>): AccountId {
    this.apply({ type: 'create-account', parentId: null, name });
    const accountId = this.#machine.query('accounts', {}).at(-1)?.accountId as AccountId;
    for (const [currency, amount] of Object.entries(deposits)) {
      const of = { accountId, currency: currency as Currency, amount: amount as never };
      this.apply({ type: 'deposit', ...of, reference: `${name} ${currency}` });
    }
    return accountId;
  }

  trade(buyer: AccountId, seller: AccountId, name: string, coins: number, price: number): void {
    const instrument = this.#instruments.get(name) as Instrument;
    const lots = Math.round((coins * instrument.lot.den) / instrument.lot.num);
    const ticks = Math.round((price * instrument.tick.den) / instrument.tick.num);
    this.apply(orderOf(seller, instrument, 'sell', lots, ticks));
    this.apply(orderOf(buyer, instrument, 'buy', lots, ticks));
  }

  seconds(count: number): void {
    for (let i = 0; i < count; i++) {
      this.nowUs += 1_000_000;
      this.apply({ type: 'pass-time' });
    }
  }
}
