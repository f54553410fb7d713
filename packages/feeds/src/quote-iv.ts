// Quote IV: the implied volatility of one quoted price, kept until the price or the marks move,
// because many readers ask for the same ticker. It is taken at the instant of the marks it rests
// on.
import { type Instrument, type TsUs, usPerYear } from '@openstrike/domain';
import { impliedVolatility } from '@openstrike/pricing';

export class QuoteIv {
  #price = Number.NaN;
  #forward = Number.NaN;
  #atUs = Number.NaN;
  #iv = Number.NaN;

  /** Annualised fraction; NaN where the price has none. `price` is in the option's price unit. */
  of(option: Instrument, price: number, forward: number, atUs: TsUs): number {
    if (price !== this.#price || forward !== this.#forward || atUs !== this.#atUs) {
      this.#price = price;
      this.#forward = forward;
      this.#atUs = atUs;
      this.#iv = solve(option, price, forward, atUs);
    }
    return this.#iv;
  }
}

const solve = (option: Instrument, price: number, forward: number, atUs: TsUs): number => {
  const { strike, optionType, expiryUs, payoff } = option;
  if (strike === null || optionType === null || expiryUs === null || expiryUs <= atUs) {
    return Number.NaN;
  }
  const timeYears = (expiryUs - atUs) / usPerYear;
  const usd = payoff === 'inverse' ? price * forward : price;
  const iv = impliedVolatility({ price: usd, forward, strike, timeYears, optionType });
  return iv.ok ? iv.value : Number.NaN;
};
