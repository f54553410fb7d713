/**
 * Words that the type checker would refuse, as plain JavaScript may give them: each function says
 * no by its tag or throws, and never prices. Strings in place of numbers are refused alike.
 */
import { expect, test } from 'vitest';
import * as pricing from './index.ts';

const terms = { spot: 100, timeYears: 0.5, volatility: 0.25, rate: 0.05, yieldRate: 0.02 };
const vanilla = { ...terms, strike: 100, optionType: 'call' };
const { volatility: _, ...market } = terms;
const struck = { ...market, strike: 100, optionType: 'call' };
const { strike: __, ...unstruck } = vanilla;
const heston = {
  kind: 'heston',
  variance: 0.04,
  longRunVariance: 0.04,
  reversion: 1,
  volOfVariance: 0.5,
  correlation: -0.5,
};
const merton = {
  kind: 'merton',
  volatility: 0.2,
  jumpIntensity: 1,
  jumpMean: -0.1,
  jumpDeviation: 0.1,
};
const path = { ...market, steps: 4, blocks: 2, pathsPerBlock: 8, seed: 's' };
const european = { kind: 'european', strike: 100, optionType: 'call' };

type Loose = (...parameters: unknown[]) => unknown;

const exported: { readonly [name: string]: unknown } = { ...pricing };

/** Functions with arguments in order, and the words among them: path into the arguments. */
const CASES: readonly (readonly [keyof typeof pricing, readonly unknown[], readonly string[]])[] = [
  ['black76Price', [{ ...vanilla, forward: 100 }], ['0.optionType']],
  ['signOf', ['call'], ['0']],
  ['impliedVolatility', [{ ...vanilla, price: 5, forward: 100 }], ['0.optionType']],
  ['americanPrice', [vanilla, 'fast'], ['0.optionType', '1']],
  ['americanExerciseBoundary', [vanilla], ['0.optionType']],
  ['americanExerciseInterval', [vanilla], ['0.optionType']],
  ['americanGreeks', [vanilla], ['0.optionType']],
  ['baroneAdesiWhaley', [vanilla], ['0.optionType']],
  ['bjerksundStensland1993', [vanilla], ['0.optionType']],
  ['bjerksundStensland2002', [vanilla, 'haug'], ['0.optionType', '1']],
  [
    'binomialPrice',
    [vanilla, { tree: 'leisen-reimer', exercise: 'american', steps: 11 }],
    ['0.optionType', '1.tree', '1.exercise'],
  ],
  [
    'barrierPrice',
    [{ ...vanilla, barrier: 90, barrierType: 'down-out', rebate: 1, rebateAt: 'hit' }],
    ['0.optionType', '0.barrierType', '0.rebateAt'],
  ],
  [
    'doubleBarrierPrice',
    [{ ...vanilla, lowerBarrier: 80, upperBarrier: 120, barrierType: 'out' }],
    ['0.optionType', '0.barrierType'],
  ],
  [
    'touchPrice',
    [{ ...terms, barrier: 90, cash: 1, payAt: 'hit', direction: 'down' }],
    ['0.payAt', '0.direction'],
  ],
  ['noTouchPrice', [{ ...terms, barrier: 90, cash: 1, direction: 'down' }], ['0.direction']],
  [
    'doubleTouchPrice',
    [{ ...terms, lowerBarrier: 80, upperBarrier: 120, cash: 1, payAt: 'hit', side: 'either' }],
    ['0.payAt', '0.side'],
  ],
  [
    'binaryBarrierPrice',
    [
      {
        ...terms,
        barrier: 90,
        barrierType: 'down-in',
        payoff: { cash: 1 },
        condition: { strike: 100, optionType: 'call' },
      },
    ],
    ['0.barrierType', '0.condition.optionType', '0.payoff'],
  ],
  ['cashOrNothing', [{ ...vanilla, cash: 1 }], ['0.optionType']],
  ['assetOrNothing', [vanilla], ['0.optionType']],
  ['gapOption', [{ ...vanilla, trigger: 95 }], ['0.optionType']],
  ['floatingLookback', [unstruck], ['0.optionType']],
  ['fixedLookback', [vanilla], ['0.optionType']],
  ['geometricAsian', [vanilla], ['0.optionType']],
  ['geometricAsianDiscrete', [{ ...vanilla, fixingTimes: [0.5] }], ['0.optionType']],
  ['turnbullWakeman', [vanilla], ['0.optionType']],
  ['turnbullWakemanDiscrete', [{ ...vanilla, fixingTimes: [0.5] }], ['0.optionType']],
  ['asianLowerBound', [vanilla], ['0.optionType']],
  ['asianLowerBoundDiscrete', [{ ...vanilla, fixingTimes: [0.5] }], ['0.optionType']],
  ['stochasticPrice', [heston, struck], ['0.kind', '1.optionType']],
  ['stochasticPrice', [merton, struck], ['0.kind', '1.optionType']],
  ['stochasticGreeks', [heston, struck], ['0.kind', '1.optionType']],
  ['stochasticStrip', [heston, market, [100], 'call', new Float64Array(1)], ['0.kind', '3']],
  [
    'monteCarlo',
    [{ ...path, model: heston, payoff: european, sampling: 'sobol' }],
    ['0.model.kind', '0.payoff.kind', '0.payoff.optionType', '0.sampling'],
  ],
  [
    'monteCarlo',
    [
      {
        ...path,
        model: { kind: 'lognormal', volatility: 0.2 },
        payoff: { ...european, kind: 'asian', average: 'geometric' },
      },
    ],
    ['0.model.kind', '0.payoff.average'],
  ],
  [
    'monteCarlo',
    [
      {
        ...path,
        model: merton,
        payoff: { ...european, kind: 'barrier', barrier: 90, rebate: 0, barrierType: 'down-in' },
      },
    ],
    ['0.payoff.barrierType', '0.payoff.optionType'],
  ],
  [
    'monteCarlo',
    [
      {
        ...path,
        model: merton,
        payoff: { kind: 'lookback', strike: 'floating', optionType: 'put' },
      },
    ],
    ['0.payoff.strike'],
  ],
  [
    'fitExercisePolicy',
    [{ ...path, model: heston, strike: 100, optionType: 'put' }],
    ['0.model.kind', '0.optionType'],
  ],
  [
    'payoffAt',
    [[{ kind: 'option', optionType: 'call', strike: 90, quantity: 1 }], 100, 'linear'],
    ['0.0.kind', '0.0.optionType', '2'],
  ],
  [
    'valueAt',
    [[{ kind: 'option', optionType: 'call', strike: 90, quantity: 1 }], 100, 1, [0.2], 'linear'],
    ['0.0.kind', '0.0.optionType', '4'],
  ],
  [
    'forwardFromParity',
    [[{ strike: 100, callBid: 5, callAsk: 6, putBid: 5, putAsk: 6 }], 1],
    ['1'],
  ],
];

function replaced(value: unknown, keys: readonly string[], word: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) {
    return word;
  }
  const at = value as { readonly [key: string]: unknown };
  if (Array.isArray(value)) {
    return value.map((each, i) => (String(i) === key ? replaced(each, rest, word) : each));
  }
  return { ...at, [key]: replaced(at[key], rest, word) };
}

/** What a call comes to: a number, an array of them, or the name of a refusal. */
function outcome(name: keyof typeof pricing, parameters: readonly unknown[]): unknown {
  try {
    const result = (exported[name] as Loose)(...parameters);
    const isResult = typeof result === 'object' && result !== null && 'ok' in result;
    return isResult && result.ok === false ? 'refused' : 'priced';
  } catch {
    return 'refused';
  }
}

test('what is spelt right is priced', () => {
  const refused = CASES.filter(([name, parameters]) => outcome(name, parameters) === 'refused');
  expect(refused.map(([name]) => name)).toEqual([]);
});

test.each([['Call'], ['down'], [''], [1], [null], [true]])(
  '%j is no word of any function',
  (word) => {
    const priced: string[] = [];
    for (const [name, parameters, words] of CASES) {
      for (const place of words) {
        const skip = word === 'down' && place === '0.direction';
        const number = word === 1 && (place === '1' || place === '0.payoff.strike');
        if (!skip && !number) {
          const wrong = replaced(parameters, place.split('.'), word) as unknown[];
          if (outcome(name, wrong) === 'priced') {
            priced.push(`${name} ${place}`);
          }
        }
      }
    }
    expect(priced).toEqual([]);
  },
);

test('a string in place of a number is refused', () => {
  const priced: string[] = [];
  for (const [name, parameters] of CASES) {
    for (const [i, parameter] of parameters.entries()) {
      const isRecord =
        typeof parameter === 'object' &&
        !ArrayBuffer.isView(parameter) &&
        !Array.isArray(parameter);
      for (const [key, value] of isRecord ? Object.entries(parameter as object) : []) {
        if (typeof value === 'number' && !['black76Price', 'impliedVolatility'].includes(name)) {
          const wrong = replaced(parameters, [String(i), key], String(value)) as unknown[];
          if (outcome(name, wrong) === 'priced') {
            priced.push(`${name} ${i}.${key}`);
          }
        }
      }
    }
  }
  expect(priced).toEqual([]);
});
