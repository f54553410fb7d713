// Account certificate check: an account's margins computed again from a certificate and the
// published parameters, by a way of its own: books are filled from nothing, with no resident arrays
// and no running sums. Invariant: ok means that parameters, every part of every book, equity and
// margins are as the certificate says.
import {
  type AccountCertificate,
  type CertifiedCurrency,
  type CoinLossParameters,
  type CollateralParameters,
  type ContractFamily,
  type ContractTable,
  type Currency,
  type FutureMarginParameters,
  type MarginCertificate,
  marginFileOf,
  minorPerUnit,
  recommendedMargin,
  type StandardCertifiedLeg,
} from '@openstrike/domain';
import { collateralValue } from './collateral.ts';
import { type ExpirySet, MarginSheet } from './margin-sheet.ts';
import { certifiedBook, checkCertificate } from './scenarios/certificate.ts';
import { crossCurrencyScan } from './scenarios/cross-currency.ts';
import { createPortfolioMargin, marginOf } from './scenarios/portfolio-margin.ts';
import { hashOfValue, portfolioParametersOf } from './scenarios/portfolio-parameters.ts';
import { buildGrid } from './scenarios/scenario-grid.ts';

/** What a certificate recomputed to. */
export type AccountCheck =
  | { readonly ok: true; readonly largestDifference: number }
  | { readonly ok: false; readonly why: string };

interface Sums {
  initial: number;
  maintenance: number;
}

const noRates: FutureMarginParameters = { initialRate: 0, maintenanceRate: 0, ratePerCoin: 0 };

const noHaircuts: CoinLossParameters = { initialHaircut: 0, maintenanceHaircut: 0 };

/** The family that a leg's name begins with. */
const familyOf = (
  { name, underlying }: StandardCertifiedLeg,
  tables: readonly ContractTable[],
): ContractFamily | undefined =>
  tableOf(tables, underlying)?.families.find((family) => name.startsWith(`${family.name}-`));

const addLeg = (
  sheet: MarginSheet,
  leg: StandardCertifiedLeg,
  sets: readonly string[],
  tables: readonly ContractTable[],
  cross: boolean,
): void => {
  const { sizeLots, openBuyLots, openSellLots } = leg;
  const exposure = { sizeLots, openBuyLots, openSellLots, buyReserve: 0, sellReserve: 0 };
  const { underlying, forward, set } = leg;
  const family = familyOf(leg, tables);
  const haircuts = cross ? noHaircuts : (family?.options?.margin.coinLoss ?? noHaircuts);
  const expiry: ExpirySet = {
    offset: set === null ? 'none' : (family?.payoff ?? 'linear'),
    setKey: set === null ? -1 : sets.indexOf(set),
    forward,
    floors: {
      initial: forward * (1 - haircuts.initialHaircut),
      maintenance: forward * (1 - haircuts.maintenanceHaircut),
    },
    unpaired: tableOf(tables, underlying)?.margin ?? recommendedMargin(underlying),
  };
  if (leg.kind === 'option') {
    const { strike, minorPerLot, shortInitial, shortMaintenance } = leg;
    const callSign = leg.callSign > 0 ? 1 : -1;
    const own = { strike, callSign, minorPerLot, shortInitial, shortMaintenance } as const;
    sheet.addOption({ ...exposure, ...expiry, ...own });
    return;
  }
  const { notionalPerLot, coinsPerLot, rates } = leg;
  const slopePerLot = expiry.offset === 'inverse' ? notionalPerLot : notionalPerLot / forward;
  const cover = { ...expiry, slopePerLot, worthPerLot: slopePerLot * forward };
  sheet.addFuture({
    ...exposure,
    parameters: rates ?? noRates,
    notionalPerLot,
    coinsPerLot,
    cover: set === null ? null : cover,
  });
};

/** Standard margin of a currency in its minor units, and the premiums of open buys in it. */
const standardOf = (
  { legs }: CertifiedCurrency,
  tables: readonly ContractTable[],
  cross: boolean,
): Sums & { readonly premium: number } => {
  const sheet = new MarginSheet();
  const sets = [...new Set(legs.map(({ set }) => set ?? ''))];
  let premium = 0;
  for (const leg of legs) {
    addLeg(sheet, leg, sets, tables, cross);
    premium += leg.premium;
  }
  sheet.finish();
  return { initial: sheet.initial + premium, maintenance: sheet.maintenance, premium };
};

const isPortfolio = ({ marginModel }: AccountCertificate): boolean =>
  marginModel === 'segregated-portfolio' || marginModel === 'cross-portfolio';

const isCross = ({ marginModel }: AccountCertificate): boolean =>
  marginModel === 'cross-standard' || marginModel === 'cross-portfolio';

const tableOf = (tables: readonly ContractTable[], underlying: string): ContractTable | undefined =>
  tables.find((table) => table.underlying === underlying);

/** Results of a book over the even grid: its positions alone and with orders at their worst. */
const evenOf = (book: MarginCertificate, table: ContractTable, withOrders: boolean) => {
  const parameters = portfolioParametersOf(table);
  const { scenarios, evenCount } = buildGrid(parameters.grid, book.inputs.between);
  const built = certifiedBook(book.inputs, parameters, scenarios);
  const alone = createPortfolioMargin();
  const { scan } = marginOf(built.book, parameters.charges, book.inputs.market, alone);
  const values = Float64Array.from({ length: evenCount }, (_, s) => {
    const orders = withOrders ? (built.orders.values[s] as number) : 0;
    return (built.book.values[s] as number) + orders;
  });
  const { stress } = book.inputs.market;
  return { values, scan: withOrders ? book.margin.scan : scan, initial: alone.initial, stress };
};

/** What gains of one underlying take off the scans of the others, times the least stress factor. */
const setOffOf = (
  evens: readonly ReturnType<typeof evenOf>[],
  tables: readonly ContractTable[],
): number => {
  const share = Math.min(...tables.map(({ margin }) => margin.crossOffset));
  const offsetMaxUsd = Math.min(...tables.map(({ margin }) => margin.crossOffsetMaxUsd));
  const lengths = new Set(evens.map(({ values }) => values.length));
  if (evens.length < 2 || share === 0 || lengths.size > 1) return 0;
  const scans = evens.map(({ scan }) => scan);
  const together = crossCurrencyScan(
    evens.map(({ values }) => values),
    scans,
    { offset: () => share, offsetMaxUsd },
  );
  const stress = Math.min(...evens.map((each) => each.stress));
  return stress * Math.max(0, scans.reduce((sum, scan) => sum + scan, 0) - together);
};

const portfolioOf = (certificate: AccountCertificate, tables: readonly ContractTable[]): Sums => {
  const { books, lossAtOnce } = certificate;
  const counted = books.filter(({ underlying }) => tableOf(tables, underlying) !== undefined);
  const own = counted.map(({ underlying }) => tableOf(tables, underlying) as ContractTable);
  const inDollars = counted.every(({ inputs }) => inputs.numeraire === 'usd');
  const alone = counted.map((book, i) => evenOf(book, own[i] as ContractTable, false));
  const worst = counted.map((book, i) => evenOf(book, own[i] as ContractTable, true));
  const offAlone = inDollars ? setOffOf(alone, own) : 0;
  const off = inDollars ? setOffOf(worst, own) : 0;
  const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);
  const initialAlone = sum(alone.map(({ initial }) => initial)) - offAlone;
  const initial = sum(counted.map(({ margin }) => margin.initial)) - off;
  const share = Math.min(...own.map(({ margin }) => margin.charges.maintenanceShare), 1);
  const maintenance = sum(counted.map(({ margin }) => margin.maintenance)) - share * offAlone;
  return { initial: Math.max(initialAlone, initial) + lossAtOnce, maintenance };
};

const collateralOf = (
  tables: readonly ContractTable[],
  currency: Currency,
): CollateralParameters | undefined =>
  currency === 'USDC'
    ? tables[0]?.margin.stableCollateral
    : tableOf(tables, currency)?.margin.collateral;

/** Equity and margins in dollars, all currencies together. */
const crossOf = (certificate: AccountCertificate, tables: readonly ContractTable[]) => {
  const portfolio = isPortfolio(certificate);
  const sums = portfolio ? portfolioOf(certificate, tables) : { initial: 0, maintenance: 0 };
  let equity = 0;
  for (const row of certificate.currencies) {
    const perMinor = row.price / minorPerUnit[row.currency];
    const minor = row.balance + row.sessionProfit + (portfolio ? row.optionsValue : 0);
    const parameters = collateralOf(tables, row.currency);
    if (parameters !== undefined) {
      const counted = collateralValue(parameters, minor * perMinor, false);
      equity += counted;
      sums.initial += counted - collateralValue(parameters, minor * perMinor, true);
    }
    if (!portfolio) {
      const own = standardOf(row, tables, true);
      // What premiums would leave owing counts for more than it is.
      const owing = Math.max(0, own.premium - Math.max(0, minor));
      sums.initial += (own.initial + owing * (parameters?.debtMarkup ?? 0)) * perMinor;
      sums.maintenance += own.maintenance * perMinor;
    }
  }
  return { equity, ...sums };
};

/** Equity and margins in minor units of the certificate's currency, before rounding. */
const figuresOf = (certificate: AccountCertificate, tables: readonly ContractTable[]) => {
  const row = certificate.currencies.find(({ currency }) => currency === certificate.currency);
  if (row === undefined) return { equity: 0, initial: 0, maintenance: 0 };
  const perUnit = row.price === 0 ? 0 : minorPerUnit[row.currency] / row.price;
  if (isCross(certificate)) {
    const { equity, initial, maintenance } = crossOf(certificate, tables);
    return {
      equity: equity * perUnit,
      initial: initial * perUnit,
      maintenance: maintenance * perUnit,
    };
  }
  const cash = row.balance + row.sessionProfit;
  if (!isPortfolio(certificate)) return { equity: cash, ...standardOf(row, tables, false) };
  const { initial, maintenance } = portfolioOf(certificate, tables);
  return {
    equity: cash + row.optionsValue,
    initial: initial * perUnit,
    maintenance: maintenance * perUnit,
  };
};

/**
 * Recomputes an account's certificate from its own inputs and the published tables.
 *
 * Holds: ok means that each figure is the same to `tolerance` of the largest one, and to the minor
 * unit that margins are rounded up and cross equity is rounded down to.
 */
export const checkAccountCertificate = (
  certificate: AccountCertificate,
  tables: readonly ContractTable[],
  tolerance = 1e-9,
): AccountCheck => {
  for (const { underlying, version, hash } of certificate.parameters) {
    const table = tableOf(tables, underlying);
    if (table === undefined || hashOfValue(marginFileOf(table)) !== hash) {
      return { ok: false, why: `the tables are not those of ${underlying} version ${version}` };
    }
  }
  for (const book of certificate.books) {
    const table = tableOf(tables, book.underlying);
    const check = table && checkCertificate(book, portfolioParametersOf(table), tolerance);
    if (check?.ok === false) return { ok: false, why: `${book.underlying}: ${check.why}` };
  }
  const stated = certificate.figures;
  const { equity, initial, maintenance } = figuresOf(certificate, tables);
  const pairs = [
    ['equity', stated.equity, equity],
    ['initial margin', stated.initialMargin, initial],
    ['maintenance margin', stated.maintenanceMargin, maintenance],
  ] as const;
  const scale = Math.max(1, ...pairs.map(([, value]) => Math.abs(value)));
  let largestDifference = 0;
  for (const [name, value, again] of pairs) {
    const beyond = Math.max(0, Math.abs(value - again) - 1) / scale;
    if (!(beyond <= tolerance)) {
      return { ok: false, why: `${name} is ${again} and not ${value} minor units` };
    }
    largestDifference = Math.max(largestDifference, beyond);
  }
  return { ok: true, largestDifference };
};
