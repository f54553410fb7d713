// Certify an account: its margins in a currency with everything they came from, read from the
// state. Invariant: the inputs are those that the engine's own figure was computed from; whoever
// checks the certificate computes it again by another way.
import {
  type AccountCertificate,
  type Cash,
  type CertifiedCurrency,
  type CertifiedLeg,
  type Currency,
  currencies,
  type MarginCertificate,
  marginFileOf,
  minorPerUnit,
  type PerpetualTerms,
  type Queries,
  type Seq,
  type StandardCertifiedLeg,
  type TsUs,
  usdMicrosPerUsd,
} from '@openstrike/domain';
import { certifyMargin, hashOfValue } from '@openstrike/risk';
import { recordBalance } from '../account/cash.ts';
import { holdingsInOrder } from '../account/holdings.ts';
import { openPremiumOf, refreshMargin } from '../account/margin.ts';
import { isCross, isPortfolio } from '../account/margin-models.ts';
import { recordOrEmpty } from '../query/account-summary.ts';
import { type CurrencyRecord, currencyNoOf, type EngineState, type Holding } from '../state.ts';
import { accountMarginOf, poolOf } from './account-margin.ts';
import { type MarginPool, type PoolBook, poolRecords, refreshPool } from './margin-pool.ts';
import { lossAtOnceUsd } from './pool-margin.ts';
import { riskInstrumentOf } from './risk-market.ts';
import { currencyPriceOf } from './risk-outline.ts';

const standardLegOf = (state: EngineState, holding: Holding): StandardCertifiedLeg => {
  const { instrument, marginSet, sizeLots, openBuyLots, openSellLots } = holding;
  const { contract, id, kind } = instrument;
  const { marks } = state;
  const mark = marks.markPrice[id] as number;
  const amount = contract.lot.num / contract.lot.den;
  const option = kind === 'option';
  const inverse = contract.payoff === 'inverse';
  const coinsPerLot = !option && inverse ? amount / mark : amount;
  const valuePerLot = inverse ? amount / mark : amount * mark;
  return {
    name: contract.name,
    underlying: contract.underlying,
    kind: option ? 'option' : 'future',
    sizeLots,
    openBuyLots,
    openSellLots,
    premium: openPremiumOf(holding),
    set: marginSet === null ? null : `${contract.indexName} ${marginSet.expiryUs}`,
    strike: contract.strike ?? 0,
    callSign: option ? (contract.optionType === 'call' ? 1 : -1) : 0,
    forward: option || marginSet !== null ? (marks.underlyingPrice[id] as number) : 0,
    coinsPerLot,
    minorPerLot: option ? instrument.fees.coinMinorPerLot : 0,
    shortInitial: option ? (marks.shortInitial[id] as number) : 0,
    shortMaintenance: option ? (marks.shortMaintenance[id] as number) : 0,
    rates: option ? null : (instrument.terms as PerpetualTerms).margin,
    notionalPerLot: option ? 0 : valuePerLot * minorPerUnit[contract.settlementCurrency],
  };
};

const isMarked = (state: EngineState, { instrument }: Holding): boolean =>
  !Number.isNaN(state.marks.markPrice[instrument.id]);

const counts = ({ sizeLots, openBuyLots, openSellLots }: Holding): boolean =>
  sizeLots !== 0 || openBuyLots !== 0 || openSellLots !== 0;

const currencyOf = (state: EngineState, record: CurrencyRecord): CertifiedCurrency => {
  refreshMargin(state, record);
  const portfolio = isPortfolio(record.account.marginModel);
  const legs = holdingsInOrder(record).filter((each) => counts(each) && isMarked(state, each));
  return {
    currency: currencies[record.currencyNo] as Currency,
    price: currencyPriceOf(state, record.currencyNo),
    balance: recordBalance(state, record),
    sessionProfit: record.sessionProfit,
    optionsValue: record.optionsValue,
    legs: portfolio ? [] : legs.map((each) => standardLegOf(state, each)),
  };
};

const certifyBook = (
  state: EngineState,
  pool: MarginPool,
  { market }: PoolBook,
): MarginCertificate => {
  const { expiries, underlying, numeraire } = market;
  const legs: CertifiedLeg[] = [];
  for (const record of poolRecords(pool)) {
    for (const holding of holdingsInOrder(record)) {
      const { instrument, sizeLots: lots, openBuyLots, openSellLots } = holding;
      if (instrument.contract.underlying !== underlying) continue;
      if (!counts(holding) || !isMarked(state, holding)) continue;
      legs.push({
        name: instrument.contract.name,
        ...riskInstrumentOf(state, instrument, market),
        lots,
        buyLots: openBuyLots,
        sellLots: openSellLots,
      });
    }
  }
  const name = underlying.toLowerCase();
  return certifyMargin(
    {
      numeraire,
      surfaceVersion: Math.max(
        0,
        ...state.indexes
          .filter((index) => index.name.startsWith(name))
          .map(({ surfaceVersion }) => surfaceVersion),
      ),
      market: { ...market.market },
      expiries: Array.from({ length: expiries.count }, (_, e) => ({
        years: expiries.years[e] as number,
        forward: expiries.forward[e] as number,
        fixed: expiries.fixed[e] as number,
        confidence: expiries.confidence[e] as number,
      })),
      legs,
      between: [...market.outline.between],
    },
    market.parameters,
    false,
  );
};

export const certifyRecord = (state: EngineState, record: CurrencyRecord): AccountCertificate => {
  const { account, currencyNo } = record;
  const { equity, initialMargin, maintenanceMargin } = accountMarginOf(state, record);
  const portfolio = isPortfolio(account.marginModel);
  const others = isCross(account.marginModel) ? account.currencies : [];
  const records = [record];
  for (const other of others) if (other !== null && other !== record) records.push(other);
  const pool = portfolio ? poolOf(state, record) : null;
  if (pool !== null) refreshPool(state, pool);
  return {
    format: 'openstrike-account-certificate/2',
    seq: state.seq as Seq,
    tsUs: state.nowUs as TsUs,
    accountId: account.id,
    currency: currencies[currencyNo] as Currency,
    marginModel: account.marginModel,
    parameters: state.tables.map((table) => ({
      underlying: table.underlying,
      version: table.version,
      hash: hashOfValue(marginFileOf(table)),
    })),
    indexes: state.indexes
      .filter(({ price }) => price !== 0)
      .map(({ name: indexName, price, confidence, surfaceVersion }) => ({
        indexName,
        price: price / usdMicrosPerUsd,
        confidence,
        surfaceVersion,
      })),
    currencies: records.map((each) => currencyOf(state, each)),
    books: pool === null ? [] : pool.books.map((book) => certifyBook(state, pool, book)),
    lossAtOnce: pool === null ? 0 : lossAtOnceUsd(state, pool),
    figures: {
      equity: equity as Cash,
      initialMargin: initialMargin as Cash,
      maintenanceMargin: maintenanceMargin as Cash,
    },
  };
};

/** The certificate of an account's margins in a currency. */
export const certifyAccount = (
  state: EngineState,
  { accountId, currency }: Queries['margin-certificate']['in'],
): Queries['margin-certificate']['out'] => {
  const account = state.accounts[accountId];
  if (account === undefined) return 'unknown-account';
  return certifyRecord(state, recordOrEmpty(account, currencyNoOf(currency)));
};
