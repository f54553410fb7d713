// Reference books: the positions that coverage is measured on, each as people hold them, in coins
// and in deviations from the forward, so that one list serves every underlying and every day.

export type BookLeg =
  | { readonly kind: 'perpetual'; readonly coins: number }
  | {
      readonly kind: 'option';
      readonly optionType: 'call' | 'put';
      readonly days: number;
      /** Strike in standard deviations to expiry from the forward; 0 is at the money. */
      readonly deviations: number;
      readonly coins: number;
    };

export interface ReferenceBook {
  readonly name: string;
  readonly legs: readonly BookLeg[];
}

const perpetual = (coins: number): BookLeg => ({ kind: 'perpetual', coins });
const call = (days: number, deviations: number, coins: number): BookLeg => ({
  kind: 'option',
  optionType: 'call',
  days,
  deviations,
  coins,
});
const put = (days: number, deviations: number, coins: number): BookLeg => ({
  kind: 'option',
  optionType: 'put',
  days,
  deviations,
  coins,
});
const straddle = (days: number, coins: number): readonly BookLeg[] => [
  call(days, 0, coins),
  put(days, 0, coins),
];

export const referenceBooks: readonly ReferenceBook[] = [
  { name: 'long perpetual', legs: [perpetual(1)] },
  { name: 'short perpetual', legs: [perpetual(-1)] },
  { name: 'short put, 30 days, 1 deviation', legs: [put(30, -1, -1)] },
  { name: 'short call, 30 days, 1 deviation', legs: [call(30, 1, -1)] },
  { name: 'short straddle, 3 days', legs: straddle(3, -1) },
  { name: 'short straddle, 7 days', legs: straddle(7, -1) },
  { name: 'short straddle, 30 days', legs: straddle(30, -1) },
  { name: 'short strangle, 14 days, 1.5 deviations', legs: [put(14, -1.5, -1), call(14, 1.5, -1)] },
  {
    name: 'iron condor, 14 days',
    legs: [put(14, -2, 1), put(14, -1, -1), call(14, 1, -1), call(14, 2, 1)],
  },
  {
    name: 'short butterfly, 7 days',
    legs: [call(7, -0.5, -1), call(7, 0, 2), call(7, 0.5, -1)],
  },
  { name: 'calendar, short 7 and long 30 days', legs: [...straddle(7, -1), ...straddle(30, 1)] },
  { name: 'reverse calendar', legs: [...straddle(7, 1), ...straddle(30, -1)] },
  { name: 'risk reversal, 30 days', legs: [put(30, -1, -1), call(30, 1, 1)] },
  { name: 'covered call, 30 days', legs: [perpetual(1), call(30, 1, -1)] },
  { name: 'call spread 1 by 2, 30 days', legs: [call(30, 0, 1), call(30, 1, -2)] },
  { name: 'put spread 1 by 2, 30 days', legs: [put(30, 0, 1), put(30, -1, -2)] },
  { name: 'long straddle, 30 days', legs: straddle(30, 1) },
];
