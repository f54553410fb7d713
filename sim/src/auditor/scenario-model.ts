// Scenario model: the scenarios of the published portfolio margin, made anew from the parameter
// file and the listed strikes: an even grid, the strikes furthest from it in deviations of their
// expiry, halvings of the widest gaps, each price under three volatilities; tails; twists. And what
// each of them does to a volatility. Source: risk reference 1.13 and 1.16.
import type { GridParameters, Revaluation, SkewShock } from '@openstrike/domain';

/** What is done to volatility. */
type ShockKind = 'up' | 'none' | 'down' | 'twist' | 'twist-reverse';

export interface ModelScenario {
  readonly move: number;
  readonly kind: ShockKind;
  readonly weight: number;
}

/** A strike as a move of its forward, and the deviation of the logarithm to its expiry. */
export interface StrikeMove {
  readonly move: number;
  readonly deviation: number;
}

/** Moves that are as good as one. */
const least = 1e-9;

const evenMoves = ({ range, prices }: GridParameters): number[] => {
  const half = (prices - 1) / 2;
  return Array.from({ length: prices }, (_, i) => (range * (i - half)) / half);
};

/** All moves: the even ones, then the strikes taken, then halvings. */
const allMoves = (grid: GridParameters, strikes: readonly StrikeMove[]): number[] => {
  const moves = evenMoves(grid);
  const inside = strikes.filter(({ move }) => Math.abs(move) < grid.range);
  const near = inside.map(({ move }) =>
    Math.min(grid.range, ...moves.map((other) => Math.abs(other - move))),
  );
  while (moves.length < grid.pricesMax) {
    let taken = -1;
    let most = grid.mergeDeviations;
    inside.forEach(({ deviation }, i) => {
      const far = (near[i] as number) / Math.max(deviation, least);
      if ((near[i] as number) > least && far > most) {
        taken = i;
        most = far;
      }
    });
    if (taken < 0) break;
    const { move } = inside[taken] as StrikeMove;
    moves.push(move);
    inside.forEach((other, i) => {
      near[i] = Math.min(near[i] as number, Math.abs(other.move - move));
    });
  }
  const sorted = [...moves].sort((a, b) => a - b);
  while (moves.length < grid.pricesMax) {
    let widest = 1;
    const gap = (i: number): number => (sorted[i] as number) - (sorted[i - 1] as number);
    for (let i = 2; i < sorted.length; i++) {
      if (gap(i) > gap(widest) * (1 + least)) widest = i;
    }
    const middle = ((sorted[widest] as number) + (sorted[widest - 1] as number)) / 2;
    sorted.splice(widest, 0, middle);
    moves.push(middle);
  }
  return moves;
};

/** The scenarios; the first `3 * prices` are the even grid. */
export const listedGrid = (
  grid: GridParameters,
  strikes: readonly StrikeMove[],
): readonly ModelScenario[] => [
  ...allMoves(grid, strikes).flatMap((move) =>
    (['up', 'none', 'down'] as const).map((kind) => ({ move, kind, weight: 1 })),
  ),
  ...grid.tails.map((move) => ({
    move,
    kind: 'up' as const,
    weight: grid.range / Math.abs(move),
  })),
  ...(grid.twists
    ? (['twist', 'twist-reverse'] as const).map((kind) => ({ move: 0, kind, weight: 1 }))
    : []),
];

/** What each kind of scenario makes of a volatility. */
export const shockedVolatilities = (
  revaluation: Revaluation,
  years: number,
  volatility: number,
): Readonly<Record<ShockKind, number>> => {
  const under = (kind: ShockKind): number =>
    shockedVolatility(revaluation, kind, years, volatility);
  return {
    up: under('up'),
    none: under('none'),
    down: under('down'),
    twist: under('twist'),
    'twist-reverse': under('twist-reverse'),
  };
};

/** What a scenario makes of a volatility. */
const shockedVolatility = (
  { volatility: shock, twist }: Revaluation,
  kind: ShockKind,
  years: number,
  volatility: number,
): number => {
  const days = years * 365;
  const power = days < 30 ? shock.shortPower : shock.longPower;
  const scale = (30 / Math.max(days, shock.daysMin)) ** power;
  switch (kind) {
    case 'up':
      return Math.max(shock.upVolatilityMin, volatility * (1 + shock.up * scale));
    case 'down':
      return volatility * Math.max(0, 1 - shock.down * scale);
    case 'none':
      return volatility;
    default: {
      if (twist === null) return volatility;
      const reverse = kind === 'twist-reverse';
      const near = reverse ? twist.nearFactorReverse : twist.nearFactor;
      const far = reverse ? twist.farFactorReverse : twist.farFactor;
      if (days <= twist.nearDaysMax) return volatility * near;
      return days >= twist.farDaysMin ? volatility * far : volatility;
    }
  }
};

/** Volatilities under the linear skew up and down and the absolute one up and down. */
export const skewedVolatilities = (
  skew: SkewShock | null,
  moneyness: number,
  years: number,
  volatility: number,
): readonly number[] => {
  if (skew === null) return [volatility, volatility, volatility, volatility];
  const root = Math.sqrt(years);
  const width = skew.width * (skew.widthVolatility + skew.widthVolatilitySlope * root);
  const reach = Math.max(skew.kMin, root * width);
  const shift = (k: number, cap: number): number =>
    Math.sign(k) * Math.min(Math.abs((k * cap) / reach), cap);
  const k = Math.log(moneyness);
  const linear = shift(k, skew.linearCap + skew.linearCapSlope * root);
  const absolute = shift(Math.abs(k), skew.absoluteCap + skew.absoluteCapSlope * root);
  return [linear, -linear, absolute, -absolute].map((share) => volatility * Math.max(0, 1 + share));
};
