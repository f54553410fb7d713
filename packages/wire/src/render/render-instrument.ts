// Instrument rendering: one contract's terms as clients read them. Invariant: base, counter, quote
// and settlement currencies follow Deribit's two conventions, since clients build their symbols
// from them.
import {
  type ContractFamily,
  type ContractTable,
  type DatedFutureTerms,
  fromSteps,
  type Instrument,
  type InstrumentState,
  type OptionTerms,
  type PerpetualTerms,
} from '@openstrike/domain';
import { amountOf, priceOf } from '../decimal-steps.ts';
import type { ApiInstrument } from '../schemas/market-types.ts';
import { renderInstrumentState, renderKind, renderSettlementPeriod } from '../words.ts';
import { msOf } from './render-order.ts';

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

/** What Deribit writes where a perpetual has no expiry: the year 3000. */
export const noExpiryMs = 32_503_708_800_000;

export type InstrumentTerms = OptionTerms | DatedFutureTerms | PerpetualTerms;

/** The terms that an instrument trades on; null when its family has left the tables. */
export const termsOf = (
  tables: readonly ContractTable[],
  instrument: Instrument,
): InstrumentTerms | null => {
  for (const table of tables) {
    const family: ContractFamily | undefined = table.families.find(
      (candidate) => candidate.name === instrument.family,
    );
    if (family !== undefined) {
      return family[instrument.termsKey];
    }
  }
  return null;
};

/** What prices are written in: the coin for inverse options, dollars (or USDC) for all others. */
export const quoteCurrencyOf = (instrument: Instrument): string => {
  if (instrument.payoff === 'linear') {
    return instrument.settlementCurrency;
  }
  return instrument.kind === 'option' ? instrument.underlying : 'USD';
};

export const counterCurrencyOf = (instrument: Instrument): string =>
  instrument.payoff === 'linear' ? instrument.settlementCurrency : 'USD';

/** The contract as clients read it; `terms` give its fees and leverage. */
export const renderInstrument = (
  instrument: Instrument,
  state: InstrumentState,
  terms: InstrumentTerms | null,
): ApiInstrument => {
  const type = instrument.payoff === 'linear' ? 'linear' : 'reversed';
  const rendered: Mutable<ApiInstrument> = {
    instrument_id: instrument.id,
    instrument_name: instrument.name,
    kind: renderKind(instrument),
    instrument_type: type,
    base_currency: instrument.underlying,
    counter_currency: counterCurrencyOf(instrument),
    quote_currency: quoteCurrencyOf(instrument),
    settlement_currency: instrument.settlementCurrency,
    settlement_period: renderSettlementPeriod(instrument.tenor),
    price_index: instrument.indexName,
    state: renderInstrumentState(state),
    is_active: state !== 'delivered',
    rfq: false,
    creation_timestamp: msOf(instrument.listedUs),
    expiration_timestamp: instrument.expiryUs === null ? noExpiryMs : msOf(instrument.expiryUs),
    tick_size: fromSteps(1, instrument.tick),
    tick_size_steps: instrument.tickSteps.map((step) => ({
      above_price: priceOf(step.aboveTicks, instrument),
      tick_size: fromSteps(step.multiple, instrument.tick),
    })),
    contract_size: instrument.contractSize,
    min_trade_amount: amountOf(instrument.sizeLotsMin, instrument),
    maker_commission: terms?.fees.makerRate ?? 0,
    taker_commission: terms?.fees.takerRate ?? 0,
  };
  if (instrument.kind === 'option') {
    if (instrument.strike !== null) rendered.strike = instrument.strike;
    if (instrument.optionType !== null) rendered.option_type = instrument.optionType;
  } else {
    rendered.future_type = type;
    if (terms !== null) rendered.max_leverage = Math.round(1 / terms.margin.initialRate);
  }
  return rendered;
};
