// Margin record: an account's numbers in one currency, in a row of a slab; see `holding-store.ts`.
// To its users it is a plain record.
import type { LedgerAccountId } from '@openstrike/ledger';
import type { AccountRecord, CurrencyRecord, Holding, MarginSet } from '../state.ts';
import type { NumberSlab } from './holding-store.ts';

/** What most records have; shared, so that looking there costs no cache miss. */
const noSets: readonly MarginSet[] = [];

export class MarginRecord implements CurrencyRecord {
  readonly account: AccountRecord;
  readonly currencyNo: number;
  ledgerId: LedgerAccountId | null;
  readonly holdings: Holding[] = [];
  inOrder = true;
  marginSets: readonly MarginSet[] = noSets;
  readonly chunk: Float64Array;
  readonly at: number;

  constructor(
    account: AccountRecord,
    currencyNo: number,
    ledgerId: LedgerAccountId | null,
    rows: NumberSlab,
  ) {
    this.account = account;
    this.currencyNo = currencyNo;
    this.ledgerId = ledgerId;
    this.chunk = rows.take();
    this.at = rows.at;
    this.marginVersion = -1;
  }

  get marginVersion(): number {
    return this.chunk[this.at] as number;
  }
  set marginVersion(value: number) {
    this.chunk[this.at] = value;
  }

  get initialMargin(): number {
    return this.chunk[this.at + 1] as number;
  }
  set initialMargin(value: number) {
    this.chunk[this.at + 1] = value;
  }

  get maintenanceMargin(): number {
    return this.chunk[this.at + 2] as number;
  }
  set maintenanceMargin(value: number) {
    this.chunk[this.at + 2] = value;
  }

  get ordersMargin(): number {
    return this.chunk[this.at + 3] as number;
  }
  set ordersMargin(value: number) {
    this.chunk[this.at + 3] = value;
  }

  get sessionProfit(): number {
    return this.chunk[this.at + 4] as number;
  }
  set sessionProfit(value: number) {
    this.chunk[this.at + 4] = value;
  }

  get optionsValue(): number {
    return this.chunk[this.at + 5] as number;
  }
  set optionsValue(value: number) {
    this.chunk[this.at + 5] = value;
  }

  get weight(): number {
    return this.chunk[this.at + 6] as number;
  }
  set weight(value: number) {
    this.chunk[this.at + 6] = value;
  }

  get driftMark(): number {
    return this.chunk[this.at + 7] as number;
  }
  set driftMark(value: number) {
    this.chunk[this.at + 7] = value;
  }
}
