// Due listings: which contracts a family should have at an instant and does not have yet. A pure
// function of table, time, index, forwards, surface and what is listed. Contracts are only ever
// added: an expiry lives to its end, and a strike as long as its expiry, however far the market has
// moved since.
import {
  type ContractChoice,
  type ContractFamily,
  coinPriceMax,
  type ExpiryCalendar,
  type LiveExpiry,
  liveExpiries,
  nextExpiryTime,
  type StrikeRange,
  strikeRange,
  strikesInRange,
  type TsUs,
} from '@openstrike/domain';
import {
  type CurveInputs,
  createExpiryCurve,
  type ExpiryCurve,
  prepareCurve,
  strikeVolatility,
} from '@openstrike/marks';

/** What is known of an index and its listed contracts. */
export interface ListingInputs {
  readonly curves: CurveInputs;
  /** Whether the family lists the contract already. */
  readonly isListed: (choice: ContractChoice) => boolean;
}

const liveByCalendar = new WeakMap<
  ExpiryCalendar,
  { readonly untilUs: number; readonly fromUs: number; readonly live: readonly LiveExpiry[] }
>();

/** The live expiries of a calendar, kept until the set changes at the next 08:00. */
const liveNow = (calendar: ExpiryCalendar, nowUs: number): readonly LiveExpiry[] => {
  const known = liveByCalendar.get(calendar);
  if (known !== undefined && nowUs >= known.fromUs && nowUs < known.untilUs) {
    return known.live;
  }
  const live = liveExpiries(calendar, nowUs as TsUs);
  liveByCalendar.set(calendar, { fromUs: nowUs, untilUs: nextExpiryTime(nowUs as TsUs), live });
  return live;
};

/**
 * The strikes that an expiry of a family should have now; null while the index has no price.
 *
 * Before the first forward or surface the strikes next to the index are a beginning; the others
 * follow.
 */
export const wantedStrikes = (
  family: ContractFamily,
  curves: CurveInputs,
  expiryUs: TsUs,
  curve: ExpiryCurve,
): StrikeRange | null => {
  const { options } = family;
  if (options === null || curves.index === 0) {
    return null;
  }
  prepareCurve(curve, curves, expiryUs);
  const underlying = family.indexName.startsWith('btc') ? 'BTC' : 'ETH';
  const known = curve.forward > 0 ? curve.forward : curves.index;
  // No contract is listed at a price that the tables were not proved for.
  const forward = Math.min(known, coinPriceMax[underlying]);
  const volatility = strikeVolatility(curve, forward);
  return strikeRange({
    forward,
    volatility: volatility > 0 ? volatility : 0,
    years: curve.timeYears,
    grid: options.strikeGrid,
    deltaMin: options.deltaMin,
    atmNeighbours: options.atmNeighbours,
  });
};

/** The live expiries of a family's options and futures, ascending, with what is listed at each. */
export const liveContracts = (
  family: ContractFamily,
  nowUs: number,
): { readonly futures: readonly LiveExpiry[]; readonly options: readonly LiveExpiry[] } => ({
  futures: family.futures === null ? [] : liveNow(family.futures.calendar, nowUs),
  options: family.options === null ? [] : liveNow(family.options.calendar, nowUs),
});

/**
 * The contracts to list now, in the order of listing: the perpetual, futures by expiry, options by
 * expiry, strike, and calls before puts. Nothing for a family that the operator does not list.
 */
export const dueListings = (
  family: ContractFamily,
  inputs: ListingInputs,
): readonly ContractChoice[] => {
  if (!family.listed) {
    return [];
  }
  const due: ContractChoice[] = [];
  const consider = (choice: ContractChoice): void => {
    if (!inputs.isListed(choice)) {
      due.push(choice);
    }
  };
  if (family.perpetual !== null) {
    consider({ kind: 'perpetual' });
  }
  const { futures, options } = liveContracts(family, inputs.curves.nowUs);
  for (const { expiryUs, tenor } of futures) {
    consider({ kind: 'future', expiryUs, tenor });
  }
  const curve = createExpiryCurve();
  for (const { expiryUs, tenor } of options) {
    const range = wantedStrikes(family, inputs.curves, expiryUs, curve);
    for (const strike of range === null ? [] : strikesInRange(range)) {
      consider({ kind: 'option', expiryUs, tenor, strike, optionType: 'call' });
      consider({ kind: 'option', expiryUs, tenor, strike, optionType: 'put' });
    }
  }
  return due;
};
