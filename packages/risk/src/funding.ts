// Funding: what longs of a perpetual pay shorts per unit of time, from its premium over the index.
// Invariant: what one side pays the other receives; a rate never leaves its cap. Source: Derive,
// perpetual asset; Deribit's clamp; risk reference section 4.

export interface HourlyFundingParameters {
  /** Hours over which a premium is paid out once. */
  readonly convergenceHours: number;
  readonly staticRate: number;
  readonly capPerHour: number;
}

/**
 * The funding rate of an hour from the impact prices, or null where the ask lies below the bid.
 *
 * Units: a share of the index per hour.
 */
export const hourlyFundingRate = (
  parameters: HourlyFundingParameters,
  index: number,
  impactBid: number,
  impactAsk: number,
): number | null => {
  if (impactAsk < impactBid) {
    return null;
  }
  const premium = (Math.max(0, impactBid - index) - Math.max(0, index - impactAsk)) / index;
  const { convergenceHours, staticRate, capPerHour } = parameters;
  const rate = premium / convergenceHours + staticRate;
  return Math.max(-capPerHour, Math.min(capPerHour, rate));
};

/** What a position receives (negative: pays) over some hours at a rate. Units: of `index`. */
export const fundingPayment = (
  size: number,
  index: number,
  ratePerHour: number,
  hours: number,
): number => -size * index * ratePerHour * hours + 0;

/**
 * The rate of eight hours by a dead band: premiums within it cost nothing.
 *
 * Units: `premium` and the result are shares of the index. Source: Deribit, perpetual funding.
 */
export const eightHourRate = (premium: number, deadBand = 0.000_25): number =>
  Math.max(deadBand, premium) + Math.min(-deadBand, premium);
