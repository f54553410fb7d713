// The picture of the concept page on margin: a butterfly's loss over the price, on a fine grid, on
// nine prices and on the refined grid. Drawn from the margin's own code, so that a test can hold
// the committed file against it.
import { BookSum } from '../scenarios/book-sum.ts';
import { recommendedParameters } from '../scenarios/portfolio-parameters.ts';
import { RiskArrays } from '../scenarios/risk-arrays.ts';
import {
  addRiskExpiry,
  addRiskInstrument,
  createRiskExpiries,
  createRiskInstruments,
  listedMoves,
} from '../scenarios/risk-instruments.ts';
import { buildGrid, plain, refineMoves } from '../scenarios/scenario-grid.ts';

const WIDTH = 860;
const HEIGHT = 330;
const LEFT = 64;
const TOP = 46;
const SPAN = 0.16;
const HIGHEST = 500;
const LOWEST = -1300;

const market = () => {
  const expiries = createRiskExpiries(1);
  const instruments = createRiskInstruments(3);
  addRiskExpiry(expiries, { years: 6 / 8760, forward: 100_000, fixed: 0, confidence: 1 });
  for (const strike of [100_000, 102_000, 104_000]) {
    addRiskInstrument(instruments, {
      kind: 'option',
      expiry: 0,
      sign: 1,
      strike,
      volatility: 0.5,
      perLot: 1,
      closingCost: 0,
    });
  }
  return { expiries, instruments };
};

/** Profit of the butterfly sold, at the lower volatility, at each of the moves. */
const profitsAt = (moves: readonly number[]): readonly number[] => {
  const { expiries, instruments } = market();
  const scenarios = moves.map((move) => plain(move, 'down'));
  const { revaluation } = recommendedParameters('BTC');
  const arrays = new RiskArrays(scenarios, revaluation, instruments, expiries);
  arrays.build();
  const book = new BookSum(arrays);
  book.fill(Uint32Array.of(0, 1, 2), Float64Array.of(-1, 2, -1), 3);
  return Array.from(book.values);
};

const even = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => -SPAN + (2 * SPAN * i) / (count - 1));

const x = (move: number): string =>
  (LEFT + ((move + SPAN) / (2 * SPAN)) * (WIDTH - LEFT - 30)).toFixed(1);
const y = (profit: number): string =>
  (TOP + ((HIGHEST - profit) / (HIGHEST - LOWEST)) * (HEIGHT - TOP - 44)).toFixed(1);

const dots = (moves: readonly number[], radius: number, colour: string): string => {
  const profits = profitsAt(moves);
  return moves
    .map((move, i) => {
      const [cx, cy] = [x(move), y(profits[i] as number)];
      return `<circle cx="${cx}" cy="${cy}" r="${radius}" fill="${colour}"/>`;
    })
    .join('\n');
};

/** The picture as SVG. */
export const scenarioPicture = (): string => {
  const { expiries, instruments } = market();
  const { grid: parameters } = recommendedParameters('BTC');
  const refined = buildGrid(
    parameters,
    refineMoves(parameters, listedMoves(instruments, expiries)),
  );
  const fine = even(801);
  const profits = profitsAt(fine);
  const curve = fine.map((move, i) => `${x(move)},${y(profits[i] as number)}`).join(' ');
  const labels = [-0.16, -0.08, 0, 0.08, 0.16]
    .map((move) => {
      const text = `${move > 0 ? '+' : ''}${Math.round(100 * move)} %`;
      return `<text x="${x(move)}" y="${HEIGHT - 18}" text-anchor="middle">${text}</text>`;
    })
    .join('\n');
  const scale = [500, 0, -500, -1000]
    .map(
      (profit) =>
        `<text x="${LEFT - 10}" y="${y(profit)}" text-anchor="end" dy="4">${profit}</text>` +
        `<path d="M${LEFT} ${y(profit)}H${WIDTH - 20}" stroke="#d8dde3"/>`,
    )
    .join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">
<title>A butterfly's loss between the prices of a coarse grid</title>
<rect width="100%" height="100%" fill="#fff"/>
<g font-family="system-ui, sans-serif" font-size="13" fill="#39424e">
${scale}
${labels}
<text x="${LEFT}" y="22" fill="#c0392b">nine prices</text>
<text x="${LEFT + 90}" y="22" fill="#1f6fb2">grid with strikes and halvings</text>
<text x="${LEFT + 300}" y="22">profit in dollars, six hours before expiry</text>
</g>
<polyline points="${curve}" fill="none" stroke="#9aa5b1" stroke-width="1.5"/>
${dots(Array.from(refined.moves), 2.2, '#1f6fb2')}
${dots(even(9), 5, '#c0392b')}
</svg>
`;
};
